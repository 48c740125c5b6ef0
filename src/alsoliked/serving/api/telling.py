"""What is told to the service, and what it answers, as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alsoliked.serving.writing.fields import Columns, Id, Stamp, Title

__all__ = [
    "Forgotten",
    "ItemTold",
    "ItemsTold",
    "Kept",
    "NewItem",
    "NewRating",
    "NewShown",
    "NewUser",
    "Noted",
    "OneRating",
    "OwnRating",
    "ProblemLine",
    "Progressed",
    "RatedTold",
    "RatingsTold",
    "ShownTold",
    "UserTold",
    "Withdrawn",
]

Score = Annotated[float, Field(allow_inf_nan=False, description="On the live model's scale.", examples=[4])]
FromList = Annotated[
    str | None,
    Field(max_length=2000, description="The recommendation_id of the list it was rated from."),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OneRating(_In):
    """How a user rates an item."""

    rating: Score
    timestamp: Stamp | None = None
    recommendation_id: FromList = None


class NewRating(OneRating):
    """How which user rates which item."""

    user: Id
    item: Id


class RatedTold(_Out):
    """A rating that is committed."""

    user: str
    item: str
    rating: float
    timestamp: float
    predicted: float | None = Field(
        description="What the user's model predicted before it came; null where it could not, or had a rating already."
    )
    model: str = Field(description="Which model that was; `none` where no model serves this user.")
    stage: Literal["stable", "candidate", "none"]
    notes: list[str] = Field(description="What is worth knowing, such as that the item was unknown.")


class Kept(_Out):
    """Ratings that are committed, in the order in which they came."""

    ratings: list[RatedTold]


class Withdrawn(_Out):
    """A rating that holds no more."""

    user: str
    item: str
    withdrawn: bool = Field(description="False where that was done before.")


class OwnRating(_Out):
    """A rating of a user that holds now."""

    item: str
    rating: float
    source: Literal["training", "said"] = Field(description="Where it comes from: training, or said since.")


class RatingsTold(_Out):
    """All ratings of a user that hold now."""

    user: str
    ratings: list[OwnRating]


class NewUser(_In):
    """What a user is like, in place of what was told before."""

    columns: Columns


class UserTold(_Out):
    """What is known of a user."""

    user: str
    columns: dict[str, Any]
    n_ratings: int
    trained: bool = Field(description="Whether the live model has a row of theirs.")
    model: str | None = Field(description="The model they are assigned to.")
    arm: str = Field(description="What they count as in comparisons.")


class Forgotten(_Out):
    """A user who is forgotten."""

    user: str
    deleted: dict[str, int] = Field(description="How many rows of which kind are gone.")


class NewItem(_In):
    """What an item is called and like, in place of what was told before."""

    title: Title | None = None
    columns: Columns = Field(default_factory=dict)


class ItemTold(_Out):
    """What is known of an item."""

    item: str
    title: str
    columns: dict[str, Any]
    count: int = Field(description="How many ratings it had in training.")


class ItemsTold(_Out):
    """A page of items."""

    items: list[ItemTold]
    after: str | None = Field(description="Pass it as `after` to get the next page; null: this was the last.")


class Noted(_Out):
    """Columns that are committed."""

    id: str
    columns: dict[str, Any]
    unused: list[str] = Field(description="Columns of which the live model knows nothing; kept for the next.")


class NewShown(_In):
    """Which items of a list were shown."""

    recommendation_id: str = Field(min_length=1, max_length=2000, description="As the list came with it.")
    items: list[Id] = Field(min_length=1, max_length=1000, description="In the order shown, from the top.")


class ShownTold(_Out):
    """What was written down."""

    new: int = Field(description="How many of them were not known of yet.")


class ProblemLine(_Out):
    """A line that was refused."""

    line: int = Field(description="Its number, from 1.")
    reason: str


class Progressed(_Out):
    """How far an import is."""

    key: str
    lines: int = Field(description="How many are committed: where to go on.")
    accepted: int
    refused: int
    problems: list[ProblemLine] = Field(description="The first hundred that were refused.")
    done: bool = Field(description="Whether the last line came.")
