"""Dot products with a logit for each level, and the factor model they end as."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from alsoliked.errors import OptionError
from alsoliked.models import CollabNN, DotProduct, DotProductBias
from alsoliked.models import level_factors as module
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.level_gradient import add_level_gradient, levels_written_out
from alsoliked.models.levels import DotProductLevels, Levels, tilt, to_level_factors
from alsoliked.models.net_scores import NetScores

N_USERS, N_ITEMS = 6, 5
VALUES = np.array([0.5, 1, 2, 4], np.float32)  # not evenly spaced
LEVELS = Levels(VALUES, np.array([0.1, 0.2, 0.3, 0.4]))
USERS, ITEMS = (a.ravel() for a in np.mgrid[:N_USERS, :N_ITEMS])


def spread_out(model: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model


def some_model(kind: type[nn.Module] = DotProductBias) -> DotProductLevels:
    return spread_out(DotProductLevels(kind(N_USERS, N_ITEMS, 3), LEVELS))


@pytest.fixture(params=[DotProduct, DotProductBias])
def pair(request: pytest.FixtureRequest) -> tuple[DotProductLevels, LevelFactors]:
    """A module and what it ends as."""
    model = some_model(request.param)
    return model, to_level_factors(model, VALUES)


def expected_by_hand(model: DotProductLevels) -> np.ndarray:
    """Chances of every level of every pair, term by term."""
    parts = {name: p.detach().double().numpy() for name, p in model.named_parameters()}
    out = np.empty((len(USERS), len(VALUES)))
    for place, (u, i) in enumerate(zip(USERS, ITEMS, strict=True)):
        score = parts["score.user_factors.weight"][u] @ parts["score.item_factors.weight"][i]
        habits = np.zeros(len(VALUES))
        if "score.user_bias.weight" in parts:
            score += parts["score.user_bias.weight"][u, 0] + parts["score.item_bias.weight"][i, 0]
            habits = parts["user_habits.weight"][u] + parts["item_habits.weight"][i]
        slopes = -2 + 4 * (VALUES - 0.5) / 3.5  # from -2 for the lowest to 2 for the highest
        raised = np.exp(score * slopes + parts["usual"] + habits)
        out[place] = raised / raised.sum()
    return out


def some_slopes(frozen: LevelFactors) -> list[float]:
    """How fast each prediction moves with its score, one pair at a time."""
    pairs = zip(USERS, ITEMS, strict=True)
    return [float(frozen.linearised(frozen.user_rows[u], np.array([i]))[1][0, 0]) for u, i in pairs]


def test_module_and_frozen_model_are_the_formula(pair: tuple[DotProductLevels, LevelFactors]) -> None:
    model, frozen = pair
    wanted = expected_by_hand(model)
    said = model(torch.from_numpy(USERS), torch.from_numpy(ITEMS)).softmax(dim=1).detach().numpy()
    assert said == pytest.approx(wanted, abs=1e-5)
    assert frozen.distribution(USERS, ITEMS) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("cells", [1, 37, 4_000_000])
def test_every_way_to_ask_gives_the_expected_rating(
    cells: int, pair: tuple[DotProductLevels, LevelFactors], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CELLS", cells)
    model, frozen = pair
    wanted = expected_by_hand(model) @ VALUES
    assert frozen.pairs(USERS, ITEMS) == pytest.approx(wanted, abs=1e-5)
    assert frozen.users(np.arange(N_USERS)).ravel() == pytest.approx(wanted, abs=1e-5)
    assert frozen.rows(frozen.user_rows).ravel() == pytest.approx(wanted, abs=1e-5)
    assert frozen.slopes(USERS, ITEMS) == pytest.approx(some_slopes(frozen), abs=1e-5)
    whole = [frozen.linearised(row, np.arange(N_ITEMS))[0] for row in frozen.user_rows]
    assert np.concatenate(whole) == pytest.approx(wanted, abs=1e-5)


def test_a_gradient_reaches_every_parameter() -> None:
    start = torch.Generator().manual_seed(0)
    model = DotProductLevels(DotProductBias(N_USERS, N_ITEMS, 3, generator=start), LEVELS, start)
    logits = model(torch.from_numpy(USERS), torch.from_numpy(ITEMS))
    nn.functional.cross_entropy(logits, torch.arange(len(USERS)) % len(VALUES)).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert (parameter.grad.reshape(len(parameter), -1).abs().sum(dim=1) > 0).all(), name


@pytest.mark.parametrize("kind", [DotProduct, DotProductBias])
@pytest.mark.parametrize("n", [1, 50])
def test_written_out_gradient_is_autograds(kind: type[nn.Module], n: int) -> None:
    model = some_model(kind)
    generator = torch.Generator().manual_seed(1)
    users, items, levels = (torch.randint(size, (n,), generator=generator) for size in (N_USERS, N_ITEMS, 4))
    wanted_loss = nn.functional.cross_entropy(model(users, items), levels)
    wanted_loss.backward()
    wanted = {name: p.grad.clone() for name, p in model.named_parameters()}
    model.zero_grad(set_to_none=False)
    for times in (1, 2):  # it is added to what is there
        loss = add_level_gradient(model, users, items, levels)
        assert loss.item() == pytest.approx(wanted_loss.item(), rel=1e-5)
        for name, parameter in model.named_parameters():
            torch.testing.assert_close(parameter.grad, times * wanted[name], atol=1e-5, rtol=1e-5)


def test_only_the_plain_model_goes_the_written_out_way() -> None:
    class Doubled(DotProductLevels):
        def forward(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(users, items)

    assert levels_written_out(some_model())
    assert not levels_written_out(Doubled(DotProductBias(N_USERS, N_ITEMS, 3), LEVELS))
    frozen = some_model()
    frozen.usual.requires_grad_(requires_grad=False)
    assert not levels_written_out(frozen)


def test_it_starts_from_how_often_each_level_is_given() -> None:
    start = torch.Generator().manual_seed(0)
    model = DotProductLevels(DotProductBias(N_USERS, N_ITEMS, 3, generator=start), LEVELS, start)
    said = model(torch.from_numpy(USERS), torch.from_numpy(ITEMS)).softmax(dim=1).detach().numpy()
    assert said == pytest.approx(np.tile(LEVELS.shares, (len(USERS), 1)), abs=0.04)
    net = CollabNN(N_USERS, N_ITEMS, (4,), n_levels=4, shares=LEVELS.shares)
    assert net.layers[-1].bias.softmax(dim=0).detach().numpy() == pytest.approx(LEVELS.shares)


def test_a_dot_product_without_biases_has_no_habits() -> None:
    names = [name for name, _ in DotProductLevels(DotProduct(N_USERS, N_ITEMS, 3), LEVELS).named_parameters()]
    assert names == ["usual", "score.user_factors.weight", "score.item_factors.weight"]


def test_slopes_against_finite_differences(pair: tuple[DotProductLevels, LevelFactors]) -> None:
    _, frozen = pair
    row, items = frozen.user_rows[1].astype(np.float64), np.array([0, 3, 3])
    _, jacobian = frozen.linearised(row, items)
    assert jacobian.shape == (3, 1 + 3 + 4)
    for place, step in enumerate(np.eye(len(row)) * 1e-2):
        ahead, behind = (frozen.linearised(row + sign * step, items)[0] for sign in (1, -1))
        assert jacobian[:, place] == pytest.approx((ahead - behind) / 2e-2, abs=2e-3)


def test_the_prediction_rises_with_the_score() -> None:
    frozen = to_level_factors(some_model(), VALUES)
    score = np.linspace(-8, 8, 101).astype(np.float32)
    curve = frozen.squeeze(score)
    assert (np.diff(curve) > -1e-6).all()
    assert curve[[0, -1]] == pytest.approx(VALUES[[0, -1]], abs=0.01)
    assert (frozen.slopes(USERS, ITEMS) > 0).all()


def test_the_mirror_exchanges_users_and_items(pair: tuple[DotProductLevels, LevelFactors]) -> None:
    _, frozen = pair
    assert frozen.mirrored().pairs(ITEMS, USERS) == pytest.approx(frozen.pairs(USERS, ITEMS), abs=1e-6)


def test_parts_add_up_to_the_prediction(pair: tuple[DotProductLevels, LevelFactors]) -> None:
    _, frozen = pair
    for user, item in ((0, 0), (3, 2), (5, 4)):
        parts = frozen.parts(frozen.user_rows[user], item)
        reached = frozen.squeeze(np.array([sum(parts.values())], np.float32))[0]
        assert reached == pytest.approx(frozen.pairs(np.array([user]), np.array([item]))[0], abs=1e-4)
        if not frozen.user_habits.any():
            assert [value for name, value in parts.items() if name.startswith("habits")] == pytest.approx([0], abs=1e-3)


def test_chances_far_out_are_still_chances() -> None:
    frozen = to_level_factors(some_model(), VALUES)
    row = frozen.user_rows[:1] * np.float32(1e4)
    with np.errstate(all="raise", under="ignore"):
        predicted = frozen.rows(row)
        slopes = frozen.linearised(row[0], np.arange(N_ITEMS))[1]
    assert np.isfinite(predicted).all()
    assert np.isfinite(slopes).all()
    assert ((predicted >= VALUES[0]) & (predicted <= VALUES[-1])).all()
    assert frozen.distribution(USERS, ITEMS).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_nobody_asked_nothing_said() -> None:
    frozen = to_level_factors(some_model(), VALUES)
    none = np.zeros(0, np.int64)
    assert frozen.pairs(none, none).shape == (0,)
    assert frozen.distribution(none, none).shape == (0, 4)
    assert frozen.users(none).shape == (0, N_ITEMS)


def test_tilt_is_in_proportion_to_the_ratings() -> None:
    assert tilt(VALUES) == pytest.approx([-2, -2 + 4 / 7, -2 + 12 / 7, 2])
    assert tilt([0, 1e6]) == pytest.approx([-2, 2])


@pytest.fixture
def net() -> CollabNN:
    """A net of levels, in evaluation mode, with running statistics that are not those of the start."""
    net = CollabNN(N_USERS, N_ITEMS, (8, 4), user_size=3, item_size=2, n_levels=4)
    generator = torch.Generator().manual_seed(1)
    spread_out(net)
    with torch.no_grad():
        for _ in range(20):
            draws = (torch.randint(n, (16,), generator=generator) for n in (N_USERS, N_ITEMS))
            assert net(*draws).shape == (16, 4)
    return net.eval()


def test_a_net_predicts_the_expected_rating(net: CollabNN) -> None:
    chance = net(torch.from_numpy(USERS), torch.from_numpy(ITEMS)).softmax(dim=1).detach().numpy()
    frozen = NetScores.of(net, VALUES)
    assert frozen.distribution(USERS, ITEMS) == pytest.approx(chance, abs=1e-6)
    assert frozen.pairs(USERS, ITEMS) == pytest.approx(chance @ VALUES, abs=1e-5)
    assert frozen.users(np.arange(N_USERS)).ravel() == pytest.approx(chance @ VALUES, abs=1e-5)
    assert NetScores.of(CollabNN(2, 2, (4,))).distribution(np.array([0]), np.array([1])).shape == (1, 0)


def test_a_nets_slopes_against_finite_differences(net: CollabNN) -> None:
    frozen = NetScores.of(net.double(), VALUES)
    row, items = np.array([0.3, -0.8, 0.5]), np.array([0, 4, 2])
    _, jacobian = frozen.linearised(row, items)
    for place, step in enumerate(np.eye(3) * 1e-6):
        ahead, behind = (frozen.linearised(row + sign * step, items)[0] for sign in (1, -1))
        assert jacobian[:, place] == pytest.approx((ahead - behind) / 2e-6, abs=1e-5)


def test_logits_have_no_range() -> None:
    with pytest.raises(OptionError, match=r"n_levels=5 and y_range=\(0, 5.5\) came; logits have no range"):
        CollabNN(3, 3, n_levels=5, y_range=(0, 5.5))
