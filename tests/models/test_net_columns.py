"""The net with columns of users, items and times, and the plain net it ends as."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

from alsoliked import Ratings, Recommender, evaluate
from alsoliked.data.clock import Clock
from alsoliked.data.known import choose_columns
from alsoliked.errors import BundleError, DataError, OptionError
from alsoliked.models import CollabNN
from alsoliked.models.column_vectors import UNTOLD
from alsoliked.models.layers import embedding_size
from alsoliked.models.net_gradient import add_net_gradient
from alsoliked.models.net_scores import NetScores
from alsoliked.models.places import spread_out
from alsoliked.models.plain_net import plain_net
from alsoliked.training.moments import told_moments

N_USERS, N_ITEMS, DAY = 40, 32, 86_400
EVERYTHING = ["age", "genres", "price", "hour", "weekday", "days_since_first"]


@pytest.fixture(scope="session")
def told() -> Ratings:
    """Ratings decided by the item's genres, and one higher in the afternoon."""
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.6)
    times = rng.integers(0, 60 * DAY, len(users))
    late = times % DAY >= DAY // 2
    rating = np.array([1.5, 2.5, 3.5, 2.0])[items % 4] + 1.5 * late + rng.normal(0, 0.1, len(users))
    genres = [[["War"], ["War", "Drama"], ["Drama"], []][item % 4] for item in range(N_ITEMS)]
    table = pl.DataFrame({"item": range(N_ITEMS), "genres": genres, "price": np.arange(N_ITEMS) % 5 / 2})
    ages = pl.DataFrame({"user": range(1, N_USERS), "age": np.arange(1, N_USERS) % 6})  # of user 0 nothing is known
    made = Ratings.from_columns(users, items, rating.clip(1, 5), timestamps=times)
    return replace(made, item_table=table, user_table=ages)


def small(ratings: Ratings, names: list[str], **options: object) -> CollabNN:
    """A net with those columns, whose numbers are not those of the start."""
    chosen = choose_columns(ratings, names)
    known = {"user_columns": chosen.users, "item_columns": chosen.items, "moments": chosen.moments}
    how = {"user_size": 3, "item_size": 2, "y_range": (0.0, 5.5), **options}
    net = CollabNN(N_USERS, N_ITEMS, (8, 4), **known, **how, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return net


def batch(net: CollabNN, ratings: Ratings, n: int = 24) -> tuple[torch.Tensor, ...]:
    """The first ratings as a batch: users, items, ratings, and what is told of their times."""
    part = ratings.take(np.arange(len(ratings)) < n)
    told = told_moments(net, part, ratings)
    context = () if told is None else (torch.from_numpy(told.places), torch.from_numpy(told.weights))
    columns = part.user_index.astype(np.int64), part.item_index.astype(np.int64), part.rating.copy()
    return *(torch.from_numpy(column) for column in columns), *context


def test_each_column_gets_a_vector_as_long_as_the_rule_says(told: Ratings) -> None:
    net = small(told, EVERYTHING)
    sizes = {4: embedding_size(4), 8: embedding_size(8), 7: embedding_size(7)}
    assert [tuple(table.shape) for table in net.item_columns.tables] == [(4, sizes[4]), (7, sizes[7])]  # genres, price
    assert [tuple(table.shape) for table in net.user_columns.tables] == [(8, sizes[8])]
    first = net.layers[0]
    assert first.in_features == 3 + 2 + net.user_columns.size + net.item_columns.size + net.moments.size


@pytest.mark.parametrize("names", [["age"], ["hour"], EVERYTHING])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_gradient_reaches_everything_and_is_autograds(told: Ratings, names: list[str], *, batch_norm: bool) -> None:
    net = small(told, names, batch_norm=batch_norm)
    users, items, ratings, *context = batch(net, told)
    torch.manual_seed(7)  # decides whose moments are kept back
    loss = nn.functional.mse_loss(net(users, items, *context), ratings)
    loss.backward()
    expected = {name: parameter.grad.clone() for name, parameter in net.named_parameters()}
    net.zero_grad(set_to_none=False)
    torch.manual_seed(7)
    torch.testing.assert_close(add_net_gradient(net, users, items, ratings, *context), loss.detach())
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], atol=1e-5, rtol=1e-4, msg=name)
        assert parameter.grad.abs().max() > 0, name


def test_some_moments_are_kept_back_in_training_alone(told: Ratings) -> None:
    net = small(told, ["hour", "weekday"])
    _, _, _, places, weights = batch(net, told, len(told))
    whole = spread_out(places, weights, net.moments.n_places)
    torch.manual_seed(0)
    kept_back = (net.moments.weights(len(places), places, weights) == net.moments.missing).all(dim=1)
    assert kept_back.float().mean() == pytest.approx(UNTOLD, abs=0.05)
    net.eval()
    assert torch.equal(net.moments.weights(len(places), places, weights), whole)
    assert torch.equal(net.moments.weights(3), net.moments.missing.expand(3, -1))


@pytest.mark.parametrize("names", [["age"], EVERYTHING])
@pytest.mark.parametrize("options", [{}, {"batch_norm": False}, {"n_levels": 5, "y_range": None}])
def test_the_plain_net_says_the_same(told: Ratings, names: list[str], options: dict[str, object]) -> None:
    net = small(told, names, **options)
    users, items, _, *context = batch(net, told)
    net.train()(users, items, *context)  # running statistics that are not those of the start
    with torch.no_grad():
        expected, with_times = net.eval()(users, items), net(users, items, *context)
    plain = plain_net(net, told.counts_by_user(), told.counts_by_item())
    frozen = NetScores.of(plain.net, np.arange(1, 6, dtype=np.float32) if net.n_levels else None, plain.moments)
    if net.n_levels:
        expected, with_times = (out.softmax(dim=1) @ torch.arange(1.0, 6.0) for out in (expected, with_times))
    pairs = users.numpy(), items.numpy()
    assert frozen.pairs(*pairs) == pytest.approx(expected.numpy(), abs=1e-5)
    when = Clock.of(told).when(users.numpy(), told.timestamp[: len(users)])
    assert frozen.pairs_at(*pairs, when) == pytest.approx(with_times.numpy(), abs=1e-5)
    assert np.abs(expected.numpy() - with_times.numpy()).max() > 0.01 or names == ["age"]


@pytest.fixture(scope="session")
def new_items(told: Ratings) -> tuple[Ratings, Ratings]:
    """The ratings without those of the first eight items, and those."""
    new = told.item_index < 8
    return told.take(~new), told.take(new)


SMALL = {"layers": [16], "user_size": 4, "item_size": 4, "epochs": 8, "lr": 0.03, "bs": 32, "wd": 0.1}


@pytest.fixture(scope="session")
def fitted(new_items: tuple[Ratings, Ratings]) -> Recommender:
    return Recommender("net", columns=EVERYTHING, **SMALL).fit(*new_items)


def test_columns_and_times_tell_of_items_nobody_has_rated(
    fitted: Recommender, new_items: tuple[Ratings, Ratings]
) -> None:
    valid = new_items[1]
    spread = evaluate(fitted, valid)["rmse"].value / np.std(valid.rating)
    assert spread < 0.6  # times are told
    pairs = valid.user_index, valid.item_index
    untold = np.sqrt(np.mean((fitted.predict_indices(*pairs) - valid.rating) ** 2)) / np.std(valid.rating)
    assert spread < untold < 0.9
    without = Recommender("net", **SMALL).fit(new_items[0])
    assert np.sqrt(np.mean((without.predict_indices(*pairs) - valid.rating) ** 2)) > 0.9 * np.std(valid.rating)


def test_predictions_move_with_the_hour(fitted: Recommender) -> None:
    assert fitted.knows_times
    early, late = (fitted.predict([5, 6], [9, 10], timestamps=[40 * DAY + hour * 3600] * 2) for hour in (9, 15))
    assert late - early == pytest.approx(np.array([1.5, 1.5]), abs=0.5)
    between = fitted.predict([5, 6], [9, 10])
    assert ((early < between) & (between < late)).all()


def test_times_far_away_are_answered(fitted: Recommender) -> None:
    assert np.isfinite(fitted.predict([0], [0], timestamps=[-(10**9)])).all()
    assert np.isfinite(fitted.predict([1], [9], timestamps=[4 * 10**9])).all()
    assert np.isfinite(fitted.predict([10**6], [9], timestamps=[0], on_unknown="popular")).all()


def test_a_bundle_keeps_columns_and_times(fitted: Recommender, tmp_path: Path) -> None:
    loaded = Recommender.load(fitted.save(tmp_path / "bundle"))
    pairs, when = ([5, 6], [9, 1]), [40 * DAY, 50 * DAY + 50_000]
    assert (loaded.predict(*pairs, timestamps=when) == fitted.predict(*pairs, timestamps=when)).all()
    for ours, theirs in zip(fitted.fitted.parts, loaded.fitted.parts, strict=True):
        assert ours.columns == theirs.columns
        assert np.array_equal(ours.table, theirs.table)
    assert loaded.get_params()["columns"] == EVERYTHING


def test_a_bundle_whose_columns_do_not_fit_is_refused(fitted: Recommender) -> None:
    from alsoliked.contents import from_contents, to_contents

    contents = to_contents(fitted.fitted, None, {})
    contents.arrays["items_parts.table"] = contents.arrays["items_parts.table"][1:]
    with pytest.raises(BundleError, match=r"items_parts\.table does not fit its columns"):
        from_contents(contents)


def test_a_stranger_is_folded_in_as_ever(fitted: Recommender) -> None:
    warlike = fitted.recommend(given={9: 5.0, 13: 5.0}, objective="rating")
    assert len(warlike) == 10
    assert all(np.isfinite(warlike.scores))


def test_times_are_refused_where_there_are_none(told: Ratings) -> None:
    with pytest.raises(DataError, match="column 'hour' came, but these ratings have no timestamps"):
        Recommender("net", columns=["hour"]).fit(replace(told, timestamp=None))
    rec = Recommender("net", columns=["genres"], layers=[4], epochs=2, lr=0.05).fit(told)
    with pytest.raises(OptionError, match="knows nothing of times"):
        rec.predict([1], [1], timestamps=[0])


@pytest.mark.parametrize("options", [{"dropout": 0.2}, {"loss": "cross_entropy"}])
def test_other_nets_take_columns_too(told: Ratings, options: dict[str, object]) -> None:
    half = replace(told, rating=told.rating.round().astype(np.float32), levels=(1, 2, 3, 4, 5))
    rec = Recommender("net", columns=["all", "hour"], **{**SMALL, **options}).fit(half)
    predicted = rec.predict_indices(half.user_index, half.item_index, half.timestamp)
    assert np.sqrt(np.mean((predicted - half.rating) ** 2)) < 0.7 * np.std(half.rating)


def test_in_a_blend_the_time_is_told(told: Ratings) -> None:
    rec = Recommender("blend", of=["als:n_factors=2", ("net", {"columns": ["hour"], **SMALL})]).fit(told)
    assert rec.knows_times
    early, late = (rec.predict([5], [9], timestamps=[40 * DAY + hour * 3600])[0] for hour in (9, 15))
    assert late > early + 0.3


@pytest.mark.parametrize("columns", ["genres/price", ["genres", "price"]])
def test_columns_as_they_come_from_a_line(told: Ratings, columns: str | list[str]) -> None:
    rec = Recommender("net", columns=columns, layers=[4], epochs=2, lr=0.05).fit(told)
    assert rec.options_["columns"] == ["genres", "price"]
