"""Layout: what is chosen of how ratings are read and dealt to shards; checked once."""

from __future__ import annotations

from dataclasses import dataclass

from alsoliked.data.reading.columns import Wanted
from alsoliked.data.reading.intake import Rules
from alsoliked.errors import OptionError

__all__ = ["N_SHARDS", "Choices", "Layout"]

N_SHARDS = 16  # where none are asked for

MOST_SHARDS = 10_000  # each is a task, and a file or two


@dataclass(frozen=True, slots=True)
class Layout:
    """How ratings are dealt out.

    Attributes
    ----------
    n_shards
        How many shards; no more than so many processes can train on them.
    valid_pct
        Share held out, from 0 (nothing) to below 1.
    seed
        Decides which.
    block
        How many ratings are read at once.

    Raises
    ------
    OptionError
        If a value does not fit.
    """

    n_shards: int = N_SHARDS
    valid_pct: float = 0.2
    seed: int = 0
    block: int = 8192

    def __post_init__(self) -> None:
        for name, most in (("n_shards", MOST_SHARDS), ("block", 2**31 - 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
                raise OptionError(f"{name}={value!r} came, expected a whole number from 1 to {most:,}.")
        if not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise OptionError(f"seed={self.seed!r} came, expected a whole number of at least 0.")
        if not 0 <= self.valid_pct < 1:
            raise OptionError(f"valid_pct={self.valid_pct!r} came, expected a share from 0 to below 1, like 0.2.")


@dataclass(frozen=True, slots=True)
class Choices:
    """All that is chosen, whoever writes the shards: how ratings lie there, which columns, what becomes of bad rows."""

    layout: Layout
    wanted: Wanted
    rules: Rules
