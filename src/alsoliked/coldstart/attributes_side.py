"""Side: the users of a fitted model, or its items seen as users, with their table and what their ratings say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from alsoliked.coldstart.attributes_evidence import Evidence
from alsoliked.data.columns import Columns, Encoded, lined_up
from alsoliked.data.mirrored import mirrored
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.models.blend import RatingModel
from alsoliked.recommendation.answers import Answers

__all__ = ["Of", "Side"]

Of: TypeAlias = Literal["users", "items"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The users of a model, or its items seen as users: whose rows are to be expected.

    Attributes
    ----------
    of
        Which side.
    model, train
        With the side as users.
    table
        Their table, in the order of the vocabulary.
    evidence
        What their ratings say.
    """

    of: Of
    model: RatingModel
    train: Ratings
    table: pl.DataFrame
    evidence: Evidence

    @classmethod
    def of_answers(cls, answers: Answers, of: Of, seed: int) -> Side:
        """Take one side of a fitted model.

        Raises
        ------
        OptionError
            If the model predicts no ratings.
        DataError
            If there is no table, or too few rows.
        """
        if answers.rating is None:
            raise OptionError("this model predicts no ratings, so it has no rows that columns could tell.")
        train = answers.train
        table = train.user_table if of == "users" else train.item_table
        if table is None:
            raise DataError(f"the ratings came without a table of {of}; read them with one, or use with_tables().")
        model = answers.rating if of == "users" else answers.rating.mirrored()
        seen = train if of == "users" else mirrored(train)
        evidence = Evidence.of(model, seen, seed)
        if len(evidence.index) < 10:
            raise DataError(f"{len(evidence.index)} {of} have ratings; columns need at least 10 to be learned from.")
        return cls(of, model, seen, lined_up(table, of.removesuffix("s"), seen.users.ids), evidence)

    def columns(self, names: Iterable[str] | None) -> Columns:
        """Learn what the table's columns hold; None: all that say something."""
        return Columns.of(self.table, self.of.removesuffix("s"), names)

    def encoded(self, columns: Columns) -> Encoded:
        """Encode the rows there is evidence of."""
        return columns.encode(self.table[self.evidence.index])
