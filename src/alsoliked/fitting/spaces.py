"""Spaces: what a search may set a model's options to, around the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

__all__ = ["SPACES", "Range", "Space"]


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high: whole numbers if these are; in even steps of ratio, or else of difference."""

    low: float
    high: float
    ratio: bool = True

    @property
    def whole(self) -> bool:
        """Whether only whole numbers lie in it."""
        return isinstance(self.low, int)


Space: TypeAlias = Mapping[str, Range | tuple[str, ...]]

SPACES: Mapping[str, Space] = MappingProxyType(
    {
        "als": {"n_factors": Range(8, 64), "epochs": Range(4, 12), "reg": Range(0.3, 5.0)},
        "dot_bias": {
            "n_factors": Range(16, 128),
            "epochs": Range(3, 12),
            "lr": Range(0.002, 0.02),
            "wd": Range(0.05, 1.0),
        },
        "net": {
            "dropout": Range(0.0, 0.4, ratio=False),
            "epochs": Range(3, 10),
            "lr": Range(0.001, 0.02),
            "wd": Range(0.1, 3.0),
        },
        "bayes": {"n_factors": Range(8, 64), "likelihood": ("gaussian", "ordinal")},
    }
)
