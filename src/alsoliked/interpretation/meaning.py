"""Meaning: axes set against what is known about items or users, and a name where the evidence allows one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.interpretation.attributes import Attribute, Double, Side, attributes_of
from alsoliked.interpretation.evidence import PLAIN, Evidence, beyond, gather, telling
from alsoliked.interpretation.maps import MIN_COUNT, axis_names
from alsoliked.interpretation.naming import name_of, sentence
from alsoliked.models.options import check_whole

__all__ = ["Meaning", "meaning_of"]

FEWEST = 30  # rows; with fewer no correlation is worth a name
COLUMNS = {
    "component": pl.String,
    "kind": pl.String,
    "against": pl.String,
    "r": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "p": pl.Float64,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Meaning:
    """What axes go together with, and what they may be called. Printed, it is what `in_words` says.

    Attributes
    ----------
    table
        Columns `component`, `kind`, `against`, `r`, `low`, `high`, `n`, `p`; strongest first within each component.
        `kind` is ``"genre"``, ``"year"``, ``"tag"``, ``"popularity"`` (log count of ratings), ``"mean rating"``; for
        users ``"activity"``, ``"mean rating"`` and the columns of their table. `low` and `high` are the ends of the
        95 % interval of `r`; `n` the items or users compared; `p` is adjusted for the number of rows.
    names
        Columns `component`, `name` (null where the evidence allows none), `why`.
    notes
        What else should be said: attributes that are not there, too few rows.
    """

    table: pl.DataFrame
    names: pl.DataFrame
    notes: tuple[str, ...] = ()

    def in_words(self) -> list[str]:
        """Say it in one sentence a component, and one for each note."""
        return [*self.names["why"].to_list(), *self.notes]

    def __str__(self) -> str:
        return "\n".join(self.in_words())

    def __repr__(self) -> str:
        named = self.names["name"].drop_nulls().len()
        return f"Meaning({self.names.height} components, {named} named, {self.table.height} comparisons)"


def meaning_of(table: pl.DataFrame, train: Ratings, of: Side, min_count: int = MIN_COUNT) -> Meaning:
    """Set the components of a table of places against everything known, among rows with enough ratings.

    See `alsoliked.interpretation.evidence` for the rule by which a name is given.
    """
    check_whole("min_count", min_count, 0)
    often = table.filter(pl.col("count") >= min_count)
    names = axis_names(table)
    key, vocabulary = ("item", train.items) if of == "items" else ("user", train.users)
    attributes = attributes_of(train, vocabulary.encode(often[key]), of) if len(often) else []
    places = often.select(names).to_numpy().astype(np.float64)
    enough = len(often) >= FEWEST
    evidence = gather(places, names, attributes, of) if enough else []
    rows = [_named(place, names, evidence, attributes, places) for place in range(len(names))]
    if not enough:
        few = f"not looked for: {len(often)} {of} with at least {min_count} ratings, expected {FEWEST} or more"
        rows = [(None, f"{name}: {few}.") for name in names]
    frame = pl.DataFrame(
        [(axis, *row) for axis, row in zip(names, rows, strict=True)],
        schema={"component": pl.String, "name": pl.String, "why": pl.String},
        orient="row",
    )
    told = [{column: asdict(row)[column] for column in COLUMNS} for row in evidence]
    return Meaning(pl.DataFrame(told, schema=COLUMNS), frame, _notes(attributes, of) if enough else ())


def _named(
    place: int, names: Sequence[str], evidence: list[Evidence], attributes: list[Attribute], places: Double
) -> tuple[str | None, str]:
    own = [row for row in evidence if row.component == names[place]]
    plain = telling([row for row in own if row.kind in PLAIN])
    plain = [row for row in plain if abs(row.r) > abs(plain[0].r) / 2]  # what is rated well is rated often, too
    rest = [row for row in own if row.kind not in PLAIN]
    if plain:
        taken = [a for a in attributes if a.kind in {row.kind for row in plain}]
        rest = beyond(places[:, place], taken, attributes, telling(rest), len(evidence))
    rest = telling(rest)
    return name_of(plain, rest), sentence(names[place], own, plain, rest)


def _notes(attributes: list[Attribute], of: Side) -> tuple[str, ...]:
    if any(attribute.kind not in PLAIN for attribute in attributes):
        return ()
    columns = "genres, years or tags" if of == "items" else "table of users (age, gender, occupation)"
    return (f"The data have no {columns}: axes could be set against how often and how well alone.",)
