"""The package's own networks, handed rows: the same predictions, and a gradient for every number."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from alsoliked.cluster.training.networks import network_of, whole_network
from alsoliked.cluster.training.settings import Settings
from alsoliked.cluster.training.tables import ROLES
from alsoliked.cluster.training.whole_batch import PlacedDropout, at_step, of_whole_batch
from alsoliked.models.neural import CollabNN

MODELS: list[tuple[Any, dict[str, Any]]] = [
    ("dot", {"n_factors": 4}),
    ("dot_bias", {"n_factors": 4, "y_range": (0, 5.5)}),
    ("net", {"layers": (6, 5), "user_size": 3}),
]


def settings_of(model: Any, options: dict[str, Any]) -> Settings:
    told: dict[str, Any] = {"shards": "s", "work": "w", "epochs": 1, "lr": 0.01, "wd": 0.1, "bs": 64, "seed": 5}
    return Settings(model=model, options=options, **told)


def rows_of(whole: nn.Module, role: str) -> torch.Tensor:
    names = [name for name in (f"{role}_bias", f"{role}_factors") if hasattr(whole, name)]
    return torch.cat([getattr(whole, name).weight.detach() for name in names], dim=1)


@pytest.mark.parametrize(("model", "options"), MODELS)
def test_handed_rows_it_predicts_what_it_would_have_looked_up(model: Any, options: dict[str, Any]) -> None:
    settings = settings_of(model, options)
    whole, network = whole_network(settings, 30, 20), network_of(settings, 30, 20)
    whole.eval()
    network.module.eval()
    users, items = torch.tensor([0, 29, 7, 7]), torch.tensor([19, 0, 3, 3])
    handed = [rows_of(whole, role)[rows] for role, rows in zip(ROLES, (users, items), strict=True)]
    padded = [nn.functional.pad(rows, (0, 3), value=torch.nan) for rows in handed]  # nothing looks at what is added
    torch.testing.assert_close(network.module(*padded), whole(users, items), rtol=0, atol=0)
    assert [rows.shape[1] for rows in handed] == [network.widths[role] for role in ROLES]


@pytest.mark.parametrize(("model", "options"), MODELS)
def test_a_gradient_reaches_every_number(model: Any, options: dict[str, Any]) -> None:
    network = network_of(settings_of(model, options), 30, 20)
    if isinstance(network.module, CollabNN):
        for layer in network.module.layers:  # so that no unit is dead by chance
            if isinstance(layer, nn.Linear):
                layer.weight.data.abs_()
    generator = torch.Generator().manual_seed(0)
    handed = [torch.rand((9, network.widths[role]), generator=generator).requires_grad_() for role in ROLES]
    network.module(*handed).square().sum().backward()
    for tensor in (*handed, *network.module.parameters()):
        assert tensor.grad is not None
        assert tensor.grad.abs().max() > 0
    assert all(bool((rows.grad.abs().max(dim=0).values > 0).all()) for rows in handed if rows.grad is not None)


def test_the_layers_of_a_net_follow_from_the_seed_and_not_from_its_tables() -> None:
    options = {"layers": (6, 5), "user_size": 3, "item_size": 3}
    small, large = (network_of(settings_of("net", options), n, n).module.state_dict() for n in (3, 3000))
    assert all(torch.equal(small[name], large[name]) for name in small)


def test_dropout_of_a_part_is_its_part_of_the_whole_batch_s() -> None:
    x = torch.ones(12, 50)  # 4 shards, 3 ratings each
    whole = PlacedDropout(0.3, (1, 2), range(4))(x).view(4, 3, 50)
    for rank, world in ((0, 2), (1, 2), (2, 3)):
        mine = range(rank, 4, world)
        part = PlacedDropout(0.3, (1, 2), mine)(x[: 3 * len(mine)])
        assert torch.equal(part.view(-1, 3, 50), whole[list(mine)])
    assert float((whole == 0).float().mean()) == pytest.approx(0.3, abs=0.06)
    assert float(whole.max()) == pytest.approx(1 / 0.7)


def test_dropout_drops_anew_in_every_step_and_goes_on_where_it_stopped() -> None:
    layers, again = (nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5)) for _ in range(2))
    for net in (layers, again):
        of_whole_batch(net, 3, range(2))
    x = torch.ones(4, 40)
    first, second = layers(x), layers(x)
    assert not torch.equal(first, second)
    at_step(again, 1)
    assert torch.equal(again(x), second)
    assert torch.equal(layers.eval()(x), x)
    assert not torch.equal(layers[0].train()(x), layers[1].train()(x))
