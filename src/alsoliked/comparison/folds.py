"""Folds: how the ratings are divided for a comparison, the same way for every model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import PUBLISHED_FOLDS, k_folds, published_fold, random_split, time_split
from alsoliked.errors import OptionError

__all__ = ["Fold", "HowToFold", "cut_folds"]

HowToFold: TypeAlias = "int | str | Sequence[tuple[Ratings, Ratings]]"
FIVE = PUBLISHED_FOLDS[:5]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One division of the ratings.

    Attributes
    ----------
    name
        What progress calls it.
    train, valid
        What is learned from, what is held out.
    """

    name: str
    train: Ratings
    valid: Ratings

    def digest(self) -> str:
        """SHA-256 over everything a model may learn from and be measured on: same fold, same digest."""
        whole = hashlib.sha256()
        for part in (self.train, self.valid):
            whole.update(part.fingerprint().encode())
            whole.update(b"" if part.timestamp is None else part.timestamp.tobytes())
        for table in (self.train.user_table, self.train.item_table):
            whole.update(b"" if table is None else table.write_ndjson().encode())
        return whole.hexdigest()


def cut_folds(ratings: Ratings, how: HowToFold, *, seed: int = 0, source: str | Path | None = None) -> list[Fold]:
    """Divide the ratings.

    Parameters
    ----------
    ratings
        All of them.
    how
        A number of folds (1: a fifth is held out at random), ``"time"`` (the latest fifth is held out), ``"u"`` (the
        published folds u1 to u5) or some of their names with commas between, or pairs of training and held-out parts.
    seed
        Of what is random.
    source
        Where published folds lie: the zip or the folder.

    Raises
    ------
    OptionError
        If there is no such way, or the ratings are too few for it.
    DataError
        If these ratings have no timestamps, or no published folds.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [5, 4, 3, 2, 1])
    >>> [(fold.name, len(fold.valid)) for fold in cut_folds(ratings, 2)]
    [('1 of 2', 3), ('2 of 2', 2)]
    """
    if isinstance(how, str) and how.strip().isdigit():
        how = int(how)
    if isinstance(how, int):
        return _at_random(ratings, how, seed)
    if isinstance(how, str):
        return [Fold("latest", *time_split(ratings))] if how == "time" else _published(ratings, how, source)
    return _given(ratings, how)


def _at_random(ratings: Ratings, n: int, seed: int) -> list[Fold]:
    if n == 1:
        return [Fold("random", *random_split(ratings, 0.2, seed))]
    if not 1 <= n <= len(ratings):
        raise OptionError(f"{n} folds came, expected 1 to {len(ratings):,} (the number of ratings), or 'u'.")
    return [Fold(f"{i} of {n}", *parts) for i, parts in enumerate(k_folds(ratings, n, seed), start=1)]


def _published(ratings: Ratings, how: str, source: str | Path | None) -> list[Fold]:
    names = FIVE if how == "u" else tuple(part.strip() for part in how.split(","))
    strange = [name for name in names if name not in PUBLISHED_FOLDS]
    if strange:
        raise OptionError(
            f"folds {how!r} came, expected a number, u (u1 to u5 of ml-100k), or some of {', '.join(PUBLISHED_FOLDS)}."
        )
    if source is None:
        raise OptionError("published folds came without the place they lie in; pass source, the zip or its folder.")
    return [Fold(name, *published_fold(ratings, source, name)) for name in dict.fromkeys(names)]


def _given(ratings: Ratings, parts: Sequence[tuple[Ratings, Ratings]]) -> list[Fold]:
    if not parts:
        raise OptionError("no folds came; expected a number, a word, or at least one pair of train and valid.")
    for train, valid in parts:
        if not train.n_users == valid.n_users == ratings.n_users or train.n_items != ratings.n_items:
            raise OptionError(
                "a fold is of other users or items than the ratings; expected splits of the same ratings."
            )
    return [Fold(f"{i} of {len(parts)}", train, valid) for i, (train, valid) in enumerate(parts, start=1)]
