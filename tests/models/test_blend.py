"""A blend of hand-made members."""

import numpy as np
import pytest
import torch

from alsoliked.models.blend import Blend, folds_quickly
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN

N_USERS, N_ITEMS = 7, 5
USERS, ITEMS = (side.ravel() for side in np.indices((N_USERS, N_ITEMS)))


def linear(seed: int, n_factors: int, y_range: tuple[float, float] | None = None) -> FactorModel:
    rng = np.random.default_rng(seed)
    shapes = (N_USERS, n_factors), (N_ITEMS, n_factors), N_USERS, N_ITEMS
    return FactorModel(*(rng.normal(size=shape).astype(np.float32) for shape in shapes), 0.3 * seed, y_range)


def net() -> NetScores:
    generator = torch.Generator().manual_seed(5)
    sizes = {"user_size": 3, "item_size": 2, "layers": [6]}
    return NetScores.of(CollabNN(N_USERS, N_ITEMS, y_range=(0, 5.5), generator=generator, **sizes))


@pytest.fixture
def blend() -> Blend:
    return Blend((linear(1, 3), linear(2, 2, (0.0, 5.5)), net()), (0.5, 0.3, 0.4), -0.25, ("one", "two", "three"))


def test_predictions_are_the_weighted_sum(blend: Blend) -> None:
    expected = -0.25 + sum(w * m.pairs(USERS, ITEMS) for w, m in zip(blend.weights, blend.members, strict=True))
    assert blend.pairs(USERS, ITEMS) == pytest.approx(expected, abs=1e-5)
    whole = expected.reshape(N_USERS, N_ITEMS)
    assert blend.users(np.arange(N_USERS)) == pytest.approx(whole, abs=1e-5)
    assert blend.rows(blend.user_rows) == pytest.approx(whole, abs=1e-5)
    assert (blend.n_users, blend.n_items) == (N_USERS, N_ITEMS)
    assert blend.pairs(USERS[:0], ITEMS[:0]).shape == (0,)


def test_a_row_moves_predictions_as_it_says(blend: Blend) -> None:
    row, items = blend.user_rows[2].astype(np.float32), np.array([4, 0])
    predicted, slopes = blend.linearised(row, items)
    assert predicted == pytest.approx(blend.pairs(np.array([2, 2]), items), abs=1e-5)
    assert slopes.shape == (2, len(row))
    step = 1e-3  # a wide one may cross a bend of the network
    for place in range(len(row)):
        ahead, back = row.copy(), row.copy()
        ahead[place] += step
        back[place] -= step
        moved = (blend.linearised(ahead, items)[0] - blend.linearised(back, items)[0]) / (2 * step)
        assert slopes[:, place] == pytest.approx(moved, abs=5e-3)


def test_parts_add_up_and_name_their_members(blend: Blend) -> None:
    parts = blend.parts(blend.user_rows[3], 1)
    assert sum(parts.values()) == pytest.approx(float(blend.pairs(np.array([3]), np.array([1]))[0]), abs=1e-5)
    assert [name.rpartition("which ")[2] for name in parts][1:] == ["one predicts", "two predicts", "three predicts"]
    twin = Blend((linear(1, 3),) * 2, (0.5, 0.5), 0.0, ("same", "same"))
    row = twin.user_rows[0]
    assert sum(twin.parts(row, 1).values()) == pytest.approx(float(twin.rows(row[None])[0, 1]), abs=1e-5)


def test_cosines_are_means_of_the_members_by_weight() -> None:
    def turned(seed: int, n_factors: int) -> FactorModel:
        model = linear(seed, n_factors)
        length = np.linalg.norm(model.item_factors, axis=1, keepdims=True)
        return FactorModel(
            model.user_factors, seed * model.item_factors / length, model.user_bias, model.item_bias
        )  # rows all of one length, another in each member

    members = turned(2, 3), turned(5, 4)
    rows = Blend(members, (0.6, 0.2), 0.0, ("a", "b")).item_factors
    one, other = (m.item_factors / np.linalg.norm(m.item_factors, axis=1, keepdims=True) for m in members)
    together = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert together @ together.T == pytest.approx(0.75 * one @ one.T + 0.25 * other @ other.T, abs=1e-5)


def test_a_member_without_factors_adds_no_direction() -> None:
    blend = Blend((linear(1, 3), linear(2, 0)), (0.5, 0.5), 0.0, ("a", "b"))
    assert blend.item_factors.shape == (N_ITEMS, 3)
    assert np.isfinite(blend.item_factors).all()
    assert blend.user_rows.shape == (N_USERS, 4 + 1)


def test_networks_fold_in_slowly(blend: Blend) -> None:
    assert not folds_quickly(blend)
    assert not folds_quickly(net())
    assert folds_quickly(linear(1, 2))
    assert folds_quickly(Blend(blend.members[:2], (1.0, 1.0), 0.0, ("a", "b")))
