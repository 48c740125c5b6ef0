"""The hybrid: rows that are sums over features, and what they say of items nobody has rated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from alsoliked import Ratings, Recommender
from alsoliked.data.known import Chosen, choose_columns
from alsoliked.errors import DataError, OptionError
from alsoliked.models.hybrid import Hybrid, add_hybrid_gradient, summed_up
from alsoliked.training import Learner

N_USERS, N_ITEMS = 60, 40
SMALL = {"n_factors": 5, "epochs": 20, "lr": 0.05, "bs": 64, "wd": 0.3}
KINDS = ["war", "drama", "comedy", "western"]


@pytest.fixture(scope="session")
def told() -> Ratings:
    """Ratings that the item's kind decides for each of two ages of user; a bag of genres says the same as the kind."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.5)
    taste = np.array([[4.5, 3.5, 2.5, 1.5], [2.0, 3.0, 4.0, 5.0]])
    rating = taste[users % 2, items % 4] + rng.normal(0, 0.2, len(users))
    kinds = [KINDS[item % 4] for item in range(N_ITEMS)]
    table = pl.DataFrame({"item": range(N_ITEMS), "kind": kinds, "year": [1990 + item % 7 for item in range(N_ITEMS)]})
    ages = pl.DataFrame({"user": range(N_USERS), "age": [20 + 30 * (user % 2) for user in range(N_USERS)]})
    made = Ratings.from_columns(users, items, rating.clip(1, 5), timestamps=rng.integers(0, 10**7, len(users)))
    return replace(made, item_table=table, user_table=ages)


@pytest.fixture(scope="session")
def parts(told: Ratings) -> tuple[Ratings, Ratings]:
    """The ratings without those of the first eight items and the first six users; and those, of these items."""
    new = (told.item_index < 8) | (told.user_index < 6)
    return told.take(~new), told.take((told.item_index < 8) & (told.user_index >= 6))


def error(rec: Recommender, valid: Ratings) -> float:
    """Root mean squared error."""
    predicted = rec.predict_indices(valid.user_index, valid.item_index)
    return float(np.sqrt(np.mean((predicted - valid.rating) ** 2)))


def small(chosen: Chosen, seed: int = 0) -> Hybrid:
    """A model in double precision, with rows that are not small."""
    known = {"user_columns": chosen.users, "item_columns": chosen.items}
    model = Hybrid(N_USERS, N_ITEMS, 3, **known, y_range=(0.0, 5.5), generator=torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return model


@pytest.fixture(scope="session")
def fitted(parts: tuple[Ratings, Ratings]) -> Recommender:
    return Recommender("hybrid", **SMALL).fit(parts[0])


def test_items_nobody_has_rated_are_told_by_their_columns(fitted: Recommender, parts: tuple[Ratings, Ratings]) -> None:
    train, valid = parts
    without = Recommender("dot_bias", **SMALL).fit(train)
    spread = float(np.std(valid.rating))
    assert error(fitted, valid) < 0.65 * spread
    assert error(without, valid) > 0.9 * spread


def test_users_who_have_rated_nothing_are_told_by_theirs(fitted: Recommender) -> None:
    young, old = (fitted.fitted.rating.users(np.array([user]))[0] for user in (0, 1))
    war, western = np.arange(N_ITEMS) % 4 == 0, np.arange(N_ITEMS) % 4 == 3
    assert young[war].mean() > young[western].mean() + 0.5
    assert old[western].mean() > old[war].mean() + 0.5


@pytest.mark.parametrize("columns", [None, ["kind"], ["age", "year"], "all"])
def test_the_gradient_is_autograds(told: Ratings, columns: list[str] | str | None) -> None:
    model = small(choose_columns(told, columns))
    users, items = torch.tensor([0, 3, 3, 59]), torch.tensor([1, 1, 39, 0])
    ratings = torch.tensor([1.0, 2.0, 5.0, 4.0])
    loss = torch.nn.functional.mse_loss(model(users, items), ratings)
    loss.backward()
    expected = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad(set_to_none=False)
    torch.testing.assert_close(add_hybrid_gradient(model, users, items, ratings), loss.detach())
    for name, found, wanted in zip(
        dict(model.named_parameters()), (p.grad for p in model.parameters()), expected, strict=True
    ):
        torch.testing.assert_close(found, wanted, msg=name)
        assert wanted.abs().max() > 0, name


def test_summing_up_changes_no_prediction(told: Ratings) -> None:
    model = small(choose_columns(told, "all"))
    factors, parts = summed_up(model, told.counts_by_user(), told.counts_by_item())
    users, items = told.user_index[:50].astype(np.int64), told.item_index[:50].astype(np.int64)
    expected = model(torch.from_numpy(users), torch.from_numpy(items)).detach().numpy()
    assert factors.pairs(users, items) == pytest.approx(expected, abs=1e-5)
    assert parts.users.columns.names == ("age",)
    assert parts.items.columns.names == ("kind", "year")


def test_places_without_training_ratings_hold_their_columns_mean(told: Ratings) -> None:
    westerns = told.item_index % 4 == 3
    train = told.take(~westerns)
    model = small(choose_columns(train, ["kind"]))
    _, parts = summed_up(model, train.counts_by_user(), train.counts_by_item())
    places = parts.items.columns.labels
    table = dict(zip(places, parts.items.table, strict=True))
    share = [(train.item_index % 4 == KINDS.index(kind)).mean() for kind in KINDS[:3]]
    mean = sum(s * table[f"kind: {kind}"] for s, kind in zip(share, KINDS, strict=False))
    for place in ("kind: western", "kind: missing", "kind: other"):
        assert table[place] == pytest.approx(mean, abs=1e-5)


def test_newcomers_have_the_row_of_their_columns(fitted: Recommender) -> None:
    """An item without ratings has exactly the row that its columns speak for; anything said is finite."""
    of_items = fitted.fitted.parts.items
    rows = fitted.fitted.rating.mirrored().user_rows
    known = of_items.columns.encode_rows([{"kind": "war", "year": 1990}, {"kind": "opera"}, {}, {"year": 2090}])
    assert of_items.rows(known)[0] == pytest.approx(rows[0], abs=1e-5)
    assert np.isfinite(of_items.rows(known)).all()


def test_strangers_who_tell_their_columns_are_expected_there(fitted: Recommender) -> None:
    answers = fitted.fitted
    young, nobody = answers.prior_given({"age": 20}), answers.prior_given(None)
    assert young.mean == pytest.approx(
        answers.parts.users.rows(answers.parts.users.columns.encode_rows([{"age": 20}]))[0]
    )
    assert nobody.mean == pytest.approx(answers.prior.mean)
    war = answers.item_prior_given({"kind": "war", "year": 1990})
    assert war.mean == pytest.approx(answers.rating.mirrored().user_rows[0], abs=1e-5)
    with pytest.raises(DataError, match="column 'shoe' came, expected some of age"):
        answers.prior_given({"shoe": 42})


def test_without_tables_it_is_a_factor_model(told: Ratings) -> None:
    bare = replace(told, user_table=None, item_table=None)
    rec = Recommender("hybrid", n_factors=5, epochs=6, lr=0.03).fit(bare)
    assert not any(rec.fitted.parts)
    assert error(rec, bare) < np.std(bare.rating)


def test_the_default_takes_all_columns_and_a_list_takes_those(told: Ratings) -> None:
    how = {"n_factors": 4, "epochs": 2, "lr": 0.03}
    pairs = told.user_index[:30], told.item_index[:30]
    found = {}
    for name, columns in {"left out": None, "all": "all", "listed": ["all"], "kind": ["kind"], "none": []}.items():
        found[name] = Recommender("hybrid", columns=columns, **how).fit(told).predict_indices(*pairs)
    assert (found["left out"] == found["all"]).all()
    assert (found["listed"] == found["all"]).all()
    assert np.abs(found["kind"] - found["all"]).max() > 1e-4
    assert np.abs(found["none"] - found["kind"]).max() > 1e-4


@pytest.mark.parametrize(
    ("columns", "error_type", "said"),
    [
        (["hour"], OptionError, r"columns hour are of a rating's time, of which 'hybrid' knows nothing; fit 'net'"),
        (["mood"], DataError, r"column 'mood' is in neither the user nor the item table"),
        ([3], OptionError, r"columns=\[3\] came, expected 'all', or a list of column names"),
        (7, OptionError, r"columns=7 came, expected 'all', or a list of column names"),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    told: Ratings, columns: object, error_type: type[Exception], said: str
) -> None:
    with pytest.raises(error_type, match=said):
        Recommender("hybrid", columns=columns).fit(told)


def test_a_module_that_overrides_forward_is_left_to_autograd(told: Ratings) -> None:
    class Doubled(Hybrid):
        def forward(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(users, items)

    losses = []
    for kind in (Hybrid, Doubled):
        model = kind(N_USERS, N_ITEMS, 3, y_range=None, generator=torch.Generator().manual_seed(0))
        losses.append(Learner(model, told, bs=64, on_epoch=None).fit_one_cycle(1, 0.05).epochs[0].train_loss)
    assert losses[0] != losses[1]
