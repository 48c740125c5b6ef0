"""Every parameter learns, and the gradient written out by hand is the one autograd finds."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from alsoliked.models import CollabNN, DotProduct, DotProductBias, DotProductBiasByHand
from alsoliked.models.tables import add_gradient, to_factors

N_USERS, N_ITEMS = 7, 5
LINEAR = (DotProduct, DotProductBias, DotProductBiasByHand)
RANGES = (None, (0.0, 5.5))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def spread_out(model: nn.Module, seed: int = 0) -> nn.Module:
    """Weights of order 1, where sigmoids bend; the small random start would hide an error in the slope."""
    generator = seeded(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model


def batch(n: int, seed: int = 1) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """More pairs than users or items, so that both repeat."""
    generator = seeded(seed)
    users = torch.randint(N_USERS, (n,), generator=generator)
    items = torch.randint(N_ITEMS, (n,), generator=generator)
    return users, items, torch.rand(n, generator=generator) * 4 + 1


def autograd(model: nn.Module, users: torch.Tensor, items: torch.Tensor, ratings: torch.Tensor) -> float:
    model.zero_grad()
    loss = nn.functional.mse_loss(model(users, items), ratings)
    loss.backward()
    return loss.item()


@pytest.mark.parametrize("kind", [*LINEAR, CollabNN])
@pytest.mark.parametrize("y_range", RANGES)
def test_a_gradient_reaches_every_parameter(kind: type[nn.Module], y_range: tuple[float, float] | None) -> None:
    model = kind(N_USERS, N_ITEMS, y_range=y_range, generator=seeded())
    users = torch.arange(N_USERS * N_ITEMS) // N_ITEMS
    items = torch.arange(N_USERS * N_ITEMS) % N_ITEMS
    autograd(model, users, items, torch.linspace(1, 5, len(users)))
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
        if name.endswith(("_factors", "_bias", "_factors.weight", "_bias.weight")):  # the tables: every single row
            assert (parameter.grad.reshape(len(parameter), -1).abs().sum(dim=1) > 0).all(), name


@pytest.mark.parametrize("kind", LINEAR)
@pytest.mark.parametrize("y_range", RANGES)
@pytest.mark.parametrize("n", [1, 2, 50])
def test_written_out_gradient_is_autograds(kind: type[nn.Module], y_range: tuple[float, float] | None, n: int) -> None:
    model = spread_out(kind(N_USERS, N_ITEMS, 3, y_range=y_range))
    users, items, ratings = batch(n)
    expected_loss = autograd(model, users, items, ratings)
    expected = {name: p.grad.clone() for name, p in model.named_parameters()}
    model.zero_grad(set_to_none=False)
    loss = add_gradient(model, users, items, ratings)
    assert loss.item() == pytest.approx(expected_loss, rel=1e-5)
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], atol=1e-5, rtol=1e-5)


@given(
    pairs=st.lists(
        st.tuples(st.integers(0, N_USERS - 1), st.integers(0, N_ITEMS - 1), st.floats(1, 5, width=32)),
        min_size=1,
        max_size=30,
    ),
    squeezed=st.booleans(),
)
def test_written_out_gradient_for_any_batch(pairs: list[tuple[int, int, float]], squeezed: bool) -> None:
    model = spread_out(DotProductBias(N_USERS, N_ITEMS, 2, y_range=(0.0, 5.5) if squeezed else None))
    users, items, ratings = (torch.tensor(column) for column in zip(*pairs, strict=True))
    autograd(model, users, items, ratings)
    expected = [p.grad.clone() for p in model.parameters()]
    model.zero_grad(set_to_none=False)
    add_gradient(model, users, items, ratings)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, atol=1e-5, rtol=1e-5)


def test_gradient_is_added_to_what_is_there() -> None:
    model = spread_out(DotProductBias(N_USERS, N_ITEMS, 3))
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    add_gradient(model, *batch(20))
    once = [p.grad.clone() for p in model.parameters()]
    add_gradient(model, *batch(20))
    for parameter, gradient in zip(model.parameters(), once, strict=True):
        torch.testing.assert_close(parameter.grad, 2 * gradient)


@pytest.mark.parametrize("y_range", RANGES)
def test_by_hand_and_by_embedding_are_one_model(y_range: tuple[float, float] | None) -> None:
    """Same weights: same predictions, same gradients."""
    by_embedding = spread_out(DotProductBias(N_USERS, N_ITEMS, 3, y_range=y_range))
    by_hand = DotProductBiasByHand(N_USERS, N_ITEMS, 3, y_range=y_range)
    with torch.no_grad():
        for mine, theirs in zip(by_hand.tables(), by_embedding.tables(), strict=True):
            mine.copy_(theirs.reshape(mine.shape))
    users, items, ratings = batch(40)
    torch.testing.assert_close(by_hand(users, items), by_embedding(users, items))
    for model in (by_hand, by_embedding):
        autograd(model, users, items, ratings)
    for mine, theirs in zip(by_hand.tables(), by_embedding.tables(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad.reshape(mine.shape))


def test_looking_up_is_multiplying_by_one_hot() -> None:
    """Rows and gradients of an embedding are those of a product with one-hot vectors."""
    by_hand = spread_out(DotProductBiasByHand(N_USERS, N_ITEMS, 3))
    users, items, ratings = batch(40)
    autograd(by_hand, users, items, ratings)
    expected = [p.grad.clone() for p in by_hand.parameters()]
    by_hand.zero_grad()
    user_hot = nn.functional.one_hot(users, N_USERS).float()  # (batch, n_users)
    item_hot = nn.functional.one_hot(items, N_ITEMS).float()  # (batch, n_items)
    torch.testing.assert_close(user_hot @ by_hand.user_factors, by_hand.user_factors[users])
    score = ((user_hot @ by_hand.user_factors) * (item_hot @ by_hand.item_factors)).sum(dim=1)
    score = score + user_hot @ by_hand.user_bias + item_hot @ by_hand.item_bias
    torch.testing.assert_close(score, by_hand(users, items))
    nn.functional.mse_loss(score, ratings).backward()
    for parameter, gradient in zip(by_hand.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient)


@pytest.mark.parametrize("kind", LINEAR)
@pytest.mark.parametrize("y_range", RANGES)
def test_frozen_factors_predict_what_the_module_predicts(
    kind: type[nn.Module], y_range: tuple[float, float] | None
) -> None:
    model = spread_out(kind(N_USERS, N_ITEMS, 3, y_range=y_range))
    frozen = to_factors(model)
    users, items, _ = batch(40)
    expected = model(users, items).detach().numpy()
    found = frozen.pairs(users.numpy(), items.numpy())
    assert found == pytest.approx(expected, abs=1e-5)
    whole = frozen.users(users.numpy())
    assert whole[range(40), items.numpy()] == pytest.approx(expected, abs=1e-5)
    rows = frozen.rows(frozen.user_rows[users.numpy()])
    assert rows == pytest.approx(whole, abs=1e-6)


def test_frozen_factors_are_a_copy() -> None:
    model = spread_out(DotProductBias(N_USERS, N_ITEMS, 3))
    frozen = to_factors(model)
    before = frozen.user_factors.copy()
    with torch.no_grad():
        model.user_factors.weight.zero_()
    assert (frozen.user_factors == before).all()
    with pytest.raises(ValueError, match="read-only"):
        frozen.user_factors[0, 0] = 1.0


@pytest.mark.parametrize("kind", [*LINEAR, CollabNN])
@pytest.mark.parametrize("n", [1, 2, 9])
def test_one_number_a_pair(kind: type[nn.Module], n: int) -> None:
    model = kind(N_USERS, N_ITEMS, generator=seeded()).eval()
    users, items, _ = batch(n)
    assert model(users, items).shape == (n,)
    assert kind(1, 1).eval()(torch.tensor([0]), torch.tensor([0])).shape == (1,)


@pytest.mark.parametrize("kind", [*LINEAR, CollabNN])
def test_the_generator_alone_decides_the_start(kind: type[nn.Module]) -> None:
    state = torch.get_rng_state()
    first, same, other = (kind(N_USERS, N_ITEMS, generator=seeded(s)) for s in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), state)
    pairs = list(zip(first.parameters(), same.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs)
    assert any(not torch.equal(a, c) for a, _, c in pairs)
