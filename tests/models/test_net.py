"""CollabNN and the answers it gives once trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from alsoliked.models import CollabNN
from alsoliked.models.net_scores import NetScores

USERS, ITEMS = torch.tensor([0, 3, 3, 6, 1, 0]), torch.tensor([4, 4, 0, 2, 1, 3])


@pytest.fixture
def net() -> CollabNN:
    """A net whose vectors differ in size, with running statistics that are not those of the start."""
    net = CollabNN(7, 5, (8, 4), user_size=3, item_size=2, y_range=(0, 5.5), generator=torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        for _ in range(20):
            net(torch.randint(7, (16,), generator=generator), torch.randint(5, (16,), generator=generator))
    return net


def test_sizes_follow_the_rule_unless_told() -> None:
    net = CollabNN(944, 1635)
    assert net.user_factors.weight.shape == (944, 74)
    assert net.item_factors.weight.shape == (1635, 101)
    widths = [(m.in_features, m.out_features) for m in net.layers if isinstance(m, nn.Linear)]
    assert widths == [(175, 100), (100, 50), (50, 1)]


def test_what_stands_between_the_layers() -> None:
    kinds = [type(m) for m in CollabNN(5, 5, (4,), dropout=0.3).layers]
    assert kinds == [nn.Linear, nn.ReLU, nn.BatchNorm1d, nn.Dropout, nn.Linear]
    assert [type(m) for m in CollabNN(5, 5, (4,), batch_norm=False).layers] == [nn.Linear, nn.ReLU, nn.Linear]
    assert [type(m) for m in CollabNN(5, 5, ()).layers] == [nn.Linear]


def test_from_vectors_is_forward(net: CollabNN) -> None:
    net.eval()
    vectors = net.user_factors(USERS), net.item_factors(ITEMS)
    torch.testing.assert_close(net.from_vectors(*vectors), net(USERS, ITEMS), rtol=0, atol=0)


def test_the_range_bounds_every_prediction(net: CollabNN) -> None:
    with torch.no_grad():
        net.user_factors.weight.mul_(1e4)
    predicted = net.eval()(USERS, ITEMS)
    assert ((predicted >= 0) & (predicted <= 5.5)).all()


def test_frozen_net_predicts_what_the_net_predicts(net: CollabNN) -> None:
    expected = net.eval()(USERS, ITEMS).detach().numpy()
    frozen = NetScores.of(net)
    assert frozen.pairs(USERS.numpy(), ITEMS.numpy()) == pytest.approx(expected, abs=1e-5)
    whole = frozen.users(USERS.numpy())
    assert whole.shape == (6, 5)
    assert whole[range(6), ITEMS.numpy()] == pytest.approx(expected, abs=1e-5)
    assert frozen.rows(frozen.user_rows[[3]])[0] == pytest.approx(whole[1], abs=1e-6)
    assert (frozen.n_users, frozen.n_items) == (7, 5)


def test_jacobian_against_finite_differences(net: CollabNN) -> None:
    net = net.double().eval()  # differences of single precision numbers would be noise
    row, items = np.array([0.3, -0.8, 0.5]), np.array([0, 4, 4, 2])
    predicted, jacobian = NetScores.of(net).linearised(row, items)
    assert predicted.shape == (4,)
    assert jacobian.shape == (4, 3)
    vectors = net.item_factors.weight[torch.as_tensor(items)]

    def at(moved: np.ndarray) -> np.ndarray:
        return net.from_vectors(torch.from_numpy(moved).expand(4, -1), vectors).detach().numpy()

    assert predicted == pytest.approx(at(row))
    for place, step in enumerate(np.eye(3) * 1e-6):
        assert jacobian[:, place] == pytest.approx((at(row + step) - at(row - step)) / 2e-6, abs=1e-6)


def copies(net: CollabNN) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in net.state_dict().items()}


def test_looking_leaves_the_net_alone(net: CollabNN) -> None:
    modes, before = [module.training for module in net.modules()], copies(net)
    frozen = NetScores.of(net)
    arrays = {key: value.copy() for key, value in frozen.arrays.state.items()}
    frozen.users(np.arange(7))
    frozen.pairs(USERS.numpy(), ITEMS.numpy())
    frozen.linearised(frozen.user_rows[0], np.arange(5))
    frozen.user_factors[:] = 9.0  # a copy, whatever is done to it
    frozen.item_factors[:] = 9.0
    assert all(np.array_equal(arrays[key], value) for key, value in frozen.arrays.state.items())
    assert all(torch.equal(before[key], value) for key, value in copies(net).items())
    assert [module.training for module in net.modules()] == modes
    assert all(p.grad is None for p in net.parameters())


def test_a_thawed_net_is_the_net_again(net: CollabNN) -> None:
    thawed = NetScores.of(net).net
    assert torch.equal(thawed(USERS, ITEMS), net.eval()(USERS, ITEMS).detach())
    assert thawed.shape == net.shape
    assert not any(p.requires_grad for p in thawed.parameters())


def test_arrays_that_do_not_fit_each_other_are_known(net: CollabNN) -> None:
    arrays = NetScores.of(net).arrays
    assert arrays.fits(7, 5)
    assert not arrays.fits(8, 5)
    for name in (name for name in arrays.state if name.startswith("layers")):
        assert not replace(arrays, state={**arrays.state, name: np.zeros(99, np.float32)}).fits(7, 5)
        assert not replace(arrays, state={k: v for k, v in arrays.state.items() if k != name}).fits(7, 5)
    assert not replace(arrays, shape={**arrays.shape, "layers": [99]}).fits(7, 5)


def test_what_is_frozen_cannot_be_changed(net: CollabNN) -> None:
    with pytest.raises(ValueError, match="read-only"):
        NetScores.of(net).arrays.user_factors[0] = 1.0
