"""The optimisers against PyTorch's own, on an ordinary list of parameters, step by step."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from alsoliked.errors import OptionError
from alsoliked.models import CollabNN, DotProductBias
from alsoliked.training import optimizer as optimizer_module
from alsoliked.training.optimizer import Optimizer
from alsoliked.training.parameters import FlatParameters
from alsoliked.training.schedule import OneCycle


def network(kind: str) -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    if kind == "dot_bias":
        return DotProductBias(9, 8, 3, y_range=(0, 5.5), generator=generator)
    return CollabNN(9, 8, (6, 4), batch_norm=kind == "net", generator=generator)


def batch(step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(step)
    pair = (torch.randint(n, (16,), generator=generator) for n in (9, 8))
    return (*pair, torch.rand(16, generator=generator) * 4 + 1)


def backward(model: nn.Module, step: int) -> None:
    users, items, ratings = batch(step)
    nn.functional.mse_loss(model(users, items), ratings).backward()


def spared(model: nn.Module) -> set[int]:
    """What the chapter's library does not decay: normalisation layers, biases of linear ones."""
    norms = [p for m in model.modules() if isinstance(m, nn.BatchNorm1d) for p in m.parameters()]
    return {id(p) for p in norms} | {id(m.bias) for m in model.modules() if isinstance(m, nn.Linear)}


def theirs(model: nn.Module, name: str, wd: float) -> torch.optim.Optimizer:
    kept = spared(model)
    groups = [
        {"params": [p for p in model.parameters() if id(p) not in kept], "weight_decay": wd},
        {"params": [p for p in model.parameters() if id(p) in kept], "weight_decay": 0.0},
    ]
    groups = [g for g in groups if g["params"]]
    if name == "adamw":
        return torch.optim.AdamW(groups, eps=1e-5, betas=(0.9, 0.99))
    return torch.optim.SGD(groups, lr=0.1)


@pytest.mark.parametrize("kind", ["dot_bias", "net", "net without norm"])
@pytest.mark.parametrize("name", ["adamw", "sgd"])
@pytest.mark.parametrize("wd", [0.0, 0.5])
@pytest.mark.parametrize("fused", [True, False])
def test_steps_are_pytorchs(kind: str, name: str, wd: float, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not fused:
        monkeypatch.setattr(optimizer_module, "_fused", None)
    ours = network(kind)
    reference = copy.deepcopy(ours)
    flat = FlatParameters(ours)
    optimizer, expected = Optimizer(flat, name, wd), theirs(reference, name, wd)
    for step in range(12):
        lr, momentum = OneCycle(0.1).at(step / 12)
        flat.zero_grad()
        expected.zero_grad()
        for model in (ours, reference):
            backward(model, step)
        for group in expected.param_groups:
            group.update({"betas": (momentum, 0.99)} if name == "adamw" else {"momentum": momentum}, lr=lr)
        optimizer.step(lr, momentum)
        expected.step()
        for (label, mine), other in zip(ours.named_parameters(), reference.parameters(), strict=True):
            torch.testing.assert_close(mine, other, atol=2e-6, rtol=2e-5, msg=f"{label} in step {step}")


def test_decay_spares_norms_and_linear_biases_only() -> None:
    """With no gradient at all, one step shrinks what is decayed by lr × wd of itself and nothing else."""
    model = network("net")
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    kept = {name for name, p in model.named_parameters() if id(p) in spared(model)}
    flat = FlatParameters(model)
    flat.zero_grad()
    Optimizer(flat, "adamw", wd=2.0).step(0.1, 0.9)
    assert kept
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.detach(), before[name] * (1.0 if name in kept else 0.8))


def test_bias_tables_are_decayed() -> None:
    model = network("dot_bias")
    before = model.user_bias.weight.detach().clone()
    Optimizer(FlatParameters(model), "adamw", wd=1.0).step(0.5, 0.9)
    torch.testing.assert_close(model.user_bias.weight.detach(), before * 0.5)


def test_laying_out_changes_no_value() -> None:
    model = network("net")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    flat = FlatParameters(model)
    assert {name: value.shape for name, value in model.state_dict().items()} == {n: v.shape for n, v in before.items()}
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    values = flat.copy()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    flat.restore(values)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_frozen_parameters_stay() -> None:
    model = network("dot_bias")
    model.item_factors.requires_grad_(requires_grad=False)
    before = model.item_factors.weight.clone()
    flat = FlatParameters(model)
    backward(model, 0)
    Optimizer(flat, "adamw", wd=0.5).step(0.1, 0.9)
    assert torch.equal(model.item_factors.weight, before)


def test_unknown_name() -> None:
    with pytest.raises(OptionError, match="optimizer='adam' is unknown; expected 'adamw' or 'sgd'"):
        Optimizer(FlatParameters(network("dot_bias")), "adam", 0.0)
