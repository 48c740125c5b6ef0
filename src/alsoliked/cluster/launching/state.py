"""A state as a checkpoint keeps it: tensors by name, and whatever else it holds as plain values."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["joined", "plain_part", "tensor_part"]

BETWEEN = "/"


def tensor_part(state: dict[str, Any], start: str = "") -> dict[str, torch.Tensor]:
    """Return the tensors of nested dictionaries, by the keys that lead there.

    Examples
    --------
    >>> list(tensor_part({"step": 3, "layers": {"weight": torch.zeros(2)}}))
    ['layers/weight']
    """
    found: dict[str, torch.Tensor] = {}
    for key, value in state.items():
        if isinstance(value, torch.Tensor):
            found[start + str(key)] = value
        elif isinstance(value, dict):
            found |= tensor_part(value, f"{start}{key}{BETWEEN}")
    return found


def plain_part(state: dict[str, Any]) -> dict[str, Any]:
    """Return all but the tensors, in the same nested dictionaries.

    Examples
    --------
    >>> plain_part({"step": 3, "layers": {"weight": torch.zeros(2)}})
    {'step': 3, 'layers': {}}
    """
    return {
        str(key): plain_part(value) if isinstance(value, dict) else value
        for key, value in state.items()
        if not isinstance(value, torch.Tensor)
    }


def joined(state: dict[str, Any], plain: dict[str, Any]) -> None:
    """Put plain values where they belong in a state, by key."""
    names = {str(key): key for key in state}
    for name, value in plain.items():
        key = names.get(name, name)
        if isinstance(value, dict) and isinstance(state.get(key), dict):
            joined(state[key], value)
        else:
            state[key] = value
