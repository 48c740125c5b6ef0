"""Asked: what `train` was asked for, its flags in groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `train` was asked for; a flag that was left out is None, or its default.

    Attributes
    ----------
    data, out, model, json
        As the command has them.
    options
        Of the model.
    held
        What is held out: `split`, `valid_pct`, `seed`.
    reading
        How DATA is read: `user`, `item`, `rating`, `timestamp`, `on_bad_rows`, `on_repeat`, `query`.
    runs
        `engine`, and the flags that go with it.
    """

    data: str
    out: Path
    model: str
    options: Mapping[str, Any]
    held: Mapping[str, Any]
    reading: Mapping[str, Any]
    runs: Mapping[str, Any]
    json: bool = False

    @property
    def chosen(self) -> dict[str, Any]:
        """The options that came."""
        return {name: value for name, value in self.options.items() if value is not None}
