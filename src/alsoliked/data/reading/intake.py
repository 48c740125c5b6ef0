"""Intake: where every reader's rows go; keeps them compact and makes `Ratings` of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.judge import judge
from alsoliked.data.reading.provisional import Provisional
from alsoliked.data.reading.refused import Refusals
from alsoliked.data.reading.repeats import first_repeat, settle
from alsoliked.data.reading.rulings import left_out, per_second, settled_note
from alsoliked.errors import DataError, OptionError, RepeatedPairError

__all__ = ["Intake", "OnBadRows", "OnRepeat", "Rules"]

OnBadRows: TypeAlias = Literal["raise", "drop"]
OnRepeat: TypeAlias = Literal["raise", "last", "mean"]

Number = TypeVar("Number", np.int32, np.int64, np.float32)


@dataclass(frozen=True, slots=True)
class Rules:
    """What to do about rows that cannot be read, and about pairs that come more than once."""

    on_bad_rows: OnBadRows = "raise"
    on_repeat: OnRepeat = "raise"

    def __post_init__(self) -> None:
        for name, allowed in (("on_bad_rows", ("raise", "drop")), ("on_repeat", ("raise", "last", "mean"))):
            if getattr(self, name) not in allowed:
                raise OptionError(f"{name}={getattr(self, name)!r}; expected one of {', '.join(map(repr, allowed))}.")


class Intake:
    """Takes raw rows block by block, 20 bytes a rating, whatever the ids are.

    Parameters
    ----------
    where
        What the rows come from, for messages.
    unit
        ``"line"`` of a file or ``"row"`` of a table: what `place` counts.
    text_ids
        True where ids came as text that may mean integers (a csv); False where the source has types.
    """

    def __init__(self, where: str, unit: str, *, text_ids: bool) -> None:
        self._where = where
        self._refusals = Refusals(unit)
        self._unit = unit
        self._ids = {role: Provisional(role, where, text_ids=text_ids) for role in ("user", "item")}
        self._parts: dict[str, list[npt.NDArray[np.generic]]] = {}
        self._places: list[range | npt.NDArray[np.int64]] = []
        self._remarks: set[str] = set()

    def refuse(self, refused: pl.DataFrame) -> None:
        """Take rows that could not even be split: columns `place`, `reason`, `text`."""
        if refused.height:
            self._refusals.add(refused)

    def add(self, raw: pl.DataFrame) -> None:
        """Take rows: columns `place`, `user`, `item`, `rating`, perhaps `timestamp`, perhaps `text`."""
        try:
            good, refused, remarks = judge(raw)
        except DataError as error:
            raise DataError(f"{self._where}: {error}") from error
        self.refuse(refused)
        self._remarks |= remarks
        self._places.append(_compact(good["place"].to_numpy()))
        columns: dict[str, npt.NDArray[np.generic]] = {role: ids.codes(good[role]) for role, ids in self._ids.items()}
        columns["rating"] = good["rating"].to_numpy().copy()
        if "timestamp" in good.columns:
            columns["timestamp"] = good["timestamp"].to_numpy().copy()
        for name, column in columns.items():
            self._parts.setdefault(name, []).append(column)

    @property
    def n_refused(self) -> int:
        """How many rows were refused so far."""
        return len(self._refusals)

    def finish(self, rules: Rules, name: str, notes: tuple[str, ...] = ()) -> Ratings:
        """Apply the rules and build the ratings.

        Raises
        ------
        BadRowsError
            If rows were refused and the rules say so.
        RepeatedPairError
            If a pair comes twice and the rules say so.
        DataError
            If no ratings are left.
        """
        n_good = sum(len(part) for part in self._parts.get("rating", []))
        said = [*notes, *sorted(self._remarks)]
        if len(self._refusals):
            report = self._refusals.report(n_good + len(self._refusals))
            said.append(left_out(report, rules.on_bad_rows, self._where))
        if not n_good:
            raise DataError(f"{self._where} holds no ratings; expected one {self._unit} for each rating.")
        user, item = self._joined("user", np.int32), self._joined("item", np.int32)
        rating = self._joined("rating", np.float32)
        timestamp = self._joined("timestamp", np.int64) if "timestamp" in self._parts else None
        if rules.on_repeat != "raise" and (kept := settle(user, item, rating, timestamp, rules.on_repeat)) is not None:
            keep, rating = kept
            said.append(settled_note(len(user) - len(rating), rules.on_repeat, timed=timestamp is not None))
            user, item, timestamp = user[keep], item[keep], None if timestamp is None else timestamp[keep]
        return self._build(user, item, rating, timestamp, name=name, said=said)

    def _joined(self, role: str, dtype: type[Number]) -> npt.NDArray[Number]:
        """Join the blocks of one column and let go of them."""
        return np.concatenate(self._parts.pop(role), dtype=dtype)

    def _build(
        self,
        user: npt.NDArray[np.int32],
        item: npt.NDArray[np.int32],
        rating: npt.NDArray[np.float32],
        timestamp: npt.NDArray[np.int64] | None,
        *,
        name: str,
        said: list[str],
    ) -> Ratings:
        if timestamp is not None and (unit := per_second(timestamp.min(), timestamp.max(), self._where, said)) > 1:
            timestamp = timestamp // unit
        users, user_place = self._ids["user"].vocabulary()
        items, item_place = self._ids["item"].vocabulary()
        try:
            return Ratings.from_indices(
                users,
                items,
                user_place[user],
                item_place[item],
                rating=rating,
                timestamp=timestamp,
                name=name,
                notes=tuple(said),
            )
        except RepeatedPairError:
            count, first, again = first_repeat(user, item)
            pair = f"user {users[int(user_place[user[first]])]!r}, item {items[int(item_place[item[first]])]!r}"
            raise RepeatedPairError(
                f"{self._where}: {count:,} ratings repeat a user-item pair (first: {pair} on {self._unit}s"
                f" {self._place(first)} and {self._place(again)}); expected one rating a pair. Pass on_repeat='last' or"
                " 'mean'."
            ) from None

    def _place(self, row: int) -> int:
        """Line (or row) of the source that the row kept as number `row` came from."""
        for places in self._places:
            if row < len(places):
                return int(places[row])
            row -= len(places)
        raise IndexError(row)


def _compact(places: npt.NDArray[np.int64]) -> range | npt.NDArray[np.int64]:
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return range(int(places[0]), int(places[-1]) + 1)
    return places.copy()
