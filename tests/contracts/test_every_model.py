"""What holds for every model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from alsoliked import Ratings, Recommender
from alsoliked.errors import NotFittedError, OptionError
from alsoliked.models.blend import Blend
from alsoliked.models.factors import FactorModel
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.registry import model_spec

Split = tuple[Ratings, Ratings]
Make = Callable[..., Recommender]

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")


def everything(rec: Recommender) -> dict[str, Any]:
    """Whatever the model can be asked, answered."""
    found: dict[str, Any] = {}
    questions: dict[str, Callable[[], Any]] = {
        "predict": lambda: rec.predict([1, 2, 3], [4, 5, 6]).tolist(),
        "strangers": lambda: rec.predict([1, 10**6], [10**6, 4], on_unknown="popular").tolist(),
        "recommend": lambda: rec.recommend(1, n=7),
        "rating": lambda: rec.recommend(1, n=7, objective="rating"),
        "choice": lambda: rec.recommend(1, n=7, objective="choice"),
        "given": lambda: rec.recommend(given={4: 5, 5: 1, 7: 4}, n=7),
        "unknown": lambda: rec.recommend(10**6, n=7, on_unknown="popular"),
        "many": lambda: rec.recommend_many(n=4).to_dict(as_series=False),
        "items": lambda: rec.similar_items(5, n=5),
        "users": lambda: rec.similar_users(5, n=5).to_dict(as_series=False),
        "item bias": lambda: rec.item_bias().to_dict(as_series=False),
        "user bias": lambda: rec.user_bias().to_dict(as_series=False),
        "components": lambda: rec.components(2).table.to_dict(as_series=False),
        "explain": lambda: rec.explain(1, 5).to_dict(),
        "explain given": lambda: rec.explain(item=5, given={4: 5, 7: 2}).to_dict(),
    }
    for question, ask in questions.items():
        try:
            found[question] = ask()
        except OptionError as refusal:
            found[question] = str(refusal)
    return found


def test_predictions(fitted: Recommender, predicts: bool) -> None:
    if not predicts:
        with pytest.raises(OptionError, match="predicts no ratings; fit another model"):
            fitted.predict([1], [4])
        return
    users, items = list(range(1, 50)), [(7 * u) % 39 + 1 for u in range(1, 50)]
    predicted = fitted.predict(users, items)
    assert predicted.shape == (49,)
    assert predicted.dtype == np.float32
    assert np.isfinite(predicted).all()
    model = fitted.fitted.rating
    y_range = getattr(getattr(model, "net", model), "y_range", None)  # a blend has none
    if y_range is not None:
        assert y_range[0] <= predicted.min() <= predicted.max() <= y_range[1]
    one_by_one = [fitted.predict([u], [i])[0] for u, i in zip(users, items, strict=True)]
    assert predicted == pytest.approx(one_by_one, abs=1e-5)
    assert fitted.predict([], []).shape == (0,)


def test_trained_models_beat_the_mean(fitted: Recommender, predicts: bool, split: Split, name: str) -> None:
    if name == "global_mean" or not predicts:
        return
    valid = split[1]
    known = (valid.user_index != 0) & (valid.item_index != 0)
    missed = fitted.predict_indices(valid.user_index[known], valid.item_index[known]) - valid.rating[known]
    assert (missed**2).mean() < 0.9 * ((valid.rating[known] - split[0].mean) ** 2).mean()


def test_lists(fitted: Recommender, lists: bool, predicts: bool, split: Split) -> None:
    if not lists:
        with pytest.raises(OptionError, match="orders none; fit another model"):
            fitted.recommend(1)
        return
    train = split[0]
    items, _ = train.by_user().row(1)
    ranked = fitted.recommend(1, n=39)
    assert len(set(ranked.items)) == len(ranked.items) == len(ranked)
    assert set(ranked.items) == set(range(40)) - set(items.tolist())
    assert list(ranked.scores) == sorted(ranked.scores, reverse=True)
    assert len(ranked.titles) == len(ranked.scores) == len(ranked.counts) == len(ranked)
    assert ranked.counts == tuple(train.counts_by_item()[list(ranked.items)].tolist())
    if predicts:
        assert ranked.ratings == pytest.approx(fitted.predict([1] * len(ranked), ranked.items), abs=1e-5)
    else:
        assert ranked.ratings is None
    assert ranked.items[:5] == fitted.recommend(1, n=5).items
    assert len(fitted.recommend(1, n=1000, exclude_seen=False)) == 40
    frame = ranked.to_frame()
    assert frame["rank"].to_list() == list(range(1, len(ranked) + 1))
    assert tuple(frame["item"]) == ranked.items
    assert str(ranked).count("\n") == len(ranked) + 1
    json.dumps(ranked.to_dict())


def test_what_a_list_may_hold(fitted: Recommender, lists: bool) -> None:
    if not lists:
        return
    whole = fitted.recommend(1, n=40).items
    assert fitted.recommend(1, n=40, exclude=whole[:3]).items == whole[3:]
    assert set(fitted.recommend(1, n=40, among=whole[4:9]).items) == set(whole[4:9])
    assert len(fitted.recommend(1, among=[])) == 0
    assert len(fitted.recommend(1, among=whole[:2], exclude=whole[:2])) == 0
    everything = fitted.recommend(1, n=40, exclude_seen=False).items
    assert sorted(everything) == list(range(40))
    assert [i for i in everything if i in whole] == list(whole)


def test_everybody_gets_what_each_would(fitted: Recommender, lists: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not lists:
        return
    table = fitted.recommend_many(n=3, exclude=[7], among=range(20))
    assert table["user"].unique(maintain_order=True).to_list() == list(range(1, 50))
    for user in (1, 17, 49):
        alone = fitted.recommend(user, n=3, exclude=[7], among=range(20))
        rows = table.filter(pl.col("user") == user)
        assert tuple(rows["item"]) == alone.items
        assert tuple(rows["title"]) == alone.titles
        assert rows["rank"].to_list() == list(range(1, len(alone) + 1))
        assert rows["score"].to_list() == pytest.approx(alone.scores, abs=1e-5)
    monkeypatch.setattr("alsoliked.recommendation.topk.CELLS", 90)  # two users at a time
    blocks = fitted.recommend_many(n=3, exclude=[7], among=range(20))
    assert blocks.drop("score").equals(table.drop("score"))
    assert blocks["score"].to_numpy() == pytest.approx(table["score"].to_numpy(), abs=1e-5)
    few = fitted.recommend_many([17, 1], n=2)
    assert few["user"].to_list() == [17, 17, 1, 1]


def test_own_group_first(make: Make, lists: bool, name: str, checkerboard: tuple[Ratings, np.ndarray]) -> None:
    """In a world of two tastes, nobody is shown the other's while something of their own is left unseen."""
    ratings, own = checkerboard
    if not lists or name in ("popular", "damped_bias"):  # these know no taste
        return
    rec = make(**({"epochs": 20} if "epochs" in model_spec(name.split(maxsplit=1)[0]).options else {})).fit(ratings)
    for objective in ("both", "choice"):
        shown = rec.recommend_many(n=3, objective=objective)
        assert own[shown["user"].to_numpy(), shown["item"].to_numpy()].mean() > 0.93, objective
    stranger = rec.recommend(given={0: 5, 2: 5, 4: 4, 1: 1}, n=5)
    assert all(item % 2 == 0 for item in stranger)


def test_saved_and_loaded(fitted: Recommender, tmp_path: Path, split: Split) -> None:
    loaded = Recommender.load(fitted.save(tmp_path / "bundle"))
    assert everything(loaded) == everything(fitted)
    assert loaded.get_params() == fitted.get_params()
    assert loaded.train_ratings.fingerprint() == split[0].fingerprint()
    assert loaded.train_ratings.rating_scale == split[0].rating_scale
    assert loaded.held_out_.fingerprint() == split[1].fingerprint()
    again = Recommender.load(loaded.save(tmp_path / "again"))
    assert everything(again) == everything(fitted)
    assert loaded.fit(split[0]).fitted is not fitted.fitted  # a loaded one can be fitted anew


def test_same_seed_same_answers(fitted: Recommender, make: Make, split: Split) -> None:
    torch.manual_seed(999)  # the global seed decides nothing
    np.random.seed(999)  # noqa: NPY002
    assert everything(make().fit(*split)) == everything(fitted)


def test_parameters_make_it_again(fitted: Recommender, split: Split) -> None:
    again = Recommender(**json.loads(json.dumps(fitted.get_params())))
    assert again.get_params() == fitted.get_params()
    assert repr(again) == repr(fitted)
    assert everything(again.fit(*split)) == everything(fitted)


def test_reads_never_write(fitted: Recommender) -> None:
    model = fitted.fitted.rating
    net = getattr(model, "net", None)
    before = [a.copy() for a in arrays(fitted)]
    grads = [] if net is None else [p.requires_grad for p in net.parameters()]
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    threads = torch.get_num_threads()
    first = everything(fitted)
    assert everything(fitted) == first
    assert all((a == b).all() for a, b in zip(arrays(fitted), before, strict=True))
    assert net is None or not any(m.training for m in net.modules())
    assert net is None or [p.requires_grad for p in net.parameters()] == grads
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002
    assert torch.get_num_threads() == threads
    assert torch.is_grad_enabled()


def arrays(rec: Recommender) -> list[np.ndarray]:
    """All that was learned, and the ratings it was learned from."""
    answers = rec.fitted
    found = [answers.train.user_index, answers.train.item_index, answers.train.rating]
    for model in (*getattr(answers.rating, "members", (answers.rating,)), answers.choice):
        if isinstance(model, FactorModel):
            found += [model.user_factors, model.item_factors, model.user_bias, model.item_bias]
        elif isinstance(model, ItemWeights):
            found += [model.weights, model.chosen.start, model.chosen.other]
        elif model is not None:
            found += [v.numpy() for v in model.net.state_dict().values()]
    return found


def test_fitting_leaves_the_ratings_and_the_options_alone(make: Make, split: Split) -> None:
    train, valid = split
    before = [(r.fingerprint(), r.rating_scale, r.levels, r.notes, len(r)) for r in split]
    rec = make()
    params = rec.get_params()
    state = torch.get_rng_state()
    assert rec.fit(train, valid) is rec
    assert [(r.fingerprint(), r.rating_scale, r.levels, r.notes, len(r)) for r in split] == before
    assert rec.get_params() == params
    assert torch.equal(torch.get_rng_state(), state)


def test_nothing_is_answered_before_fit(make: Make, tmp_path: Path) -> None:
    rec = make()
    questions: list[Callable[[], object]] = [
        lambda: rec.predict([1], [1]),
        lambda: rec.recommend(1),
        lambda: rec.recommend(given={1: 5}),
        rec.recommend_many,
        lambda: rec.similar_items(1),
        lambda: rec.similar_users(1),
        lambda: rec.explain(1, 1),
        rec.item_bias,
        rec.user_bias,
        rec.components,
        lambda: rec.save(tmp_path / "bundle"),
        lambda: rec.train_ratings,
    ]
    for ask in questions:
        with pytest.raises(NotFittedError, match=r"call fit\(ratings\) or Recommender\.load\(folder\) first"):
            ask()
    assert not list(tmp_path.iterdir())


def test_explanations_add_up(fitted: Recommender, predicts: bool, split: Split) -> None:
    if not predicts:
        with pytest.raises(OptionError, match="nothing to explain"):
            fitted.explain(1, 5)
        return
    train = split[0]
    items, ratings = train.by_user().row(1)
    told = fitted.explain(1, 5)
    assert told.predicted == pytest.approx(float(fitted.predict([1], [5])[0]), abs=1e-5)
    assert sorted(told.moved["item"]) == sorted(items.tolist())
    assert dict(zip(told.moved["item"], told.moved["rating"], strict=True)) == dict(
        zip(items.tolist(), ratings.tolist(), strict=True)
    )
    assert told.moved["moved"].abs().to_list() == sorted(told.moved["moved"].abs(), reverse=True)
    model = fitted.fitted.rating
    if isinstance(model, FactorModel):
        score = sum(told.parts.values())
        assert float(model.squeeze(np.array([score], np.float32))[0]) == pytest.approx(told.predicted, abs=1e-4)
    elif isinstance(model, Blend):
        assert sum(told.parts.values()) == pytest.approx(told.predicted, abs=1e-4)
    else:
        assert told.parts == {}
    assert f"predicted rating {told.predicted:.2f} (trained row)" in str(told)
    json.dumps(told.to_dict())
    given = fitted.explain(item=5, given={4: 5, 7: 1})
    assert given.served_by == "fold-in of 2 ratings"
    stranger = fitted.recommend(given={4: 5, 7: 1}, among=[5], objective="rating") if fitted.fitted.ordered else None
    assert stranger is None or given.predicted == pytest.approx(stranger.ratings[0], abs=1e-5)


def test_users_and_items_without_training_ratings(fitted: Recommender, predicts: bool, lists: bool) -> None:
    """They are known and get what is average; nothing comes from the noise they started with."""
    if predicts:
        average = fitted.fitted.rating.rows(fitted.fitted.prior.mean.astype(np.float32)[None])[0]
        assert fitted.predict([0], [4], on_unknown="popular")[0] == pytest.approx(average[4], abs=1e-5)
        assert np.isfinite(fitted.predict([1], [0])).all()
        model = fitted.fitted.rating
        if any(fitted.fitted.parts):
            columns = fitted.fitted.parts.items
            known = columns.columns.encode(fitted.train_ratings.item_table.head(1))
            assert model.mirrored().user_rows[0] == pytest.approx(columns.rows(known)[0], abs=1e-5)
        else:
            assert model.item_factors[0] == pytest.approx(model.item_factors[1:].mean(axis=0), abs=1e-5)
            if fitted.model not in ("damped_bias", "auto") and isinstance(model, FactorModel):  # auto took damped_bias
                assert model.item_bias[0] == pytest.approx(model.item_bias[1:].mean(), abs=1e-5)
    if lists:
        shown = fitted.recommend_many(n=1)["item"].to_list()
        assert 0 not in shown
        assert fitted.recommend(0, on_unknown="popular").served_by == "popular: user 0 has no ratings in training"
    if fitted.model in ("dot", "dot_bias", "net"):
        assert 0 not in fitted.similar_items(5, n=100).items
        assert 0 not in fitted.similar_users(5, n=100)["user"]
