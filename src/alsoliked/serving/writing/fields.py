"""Fields as they come from outside, each with its limits."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

__all__ = ["Columns", "Id", "ItemLine", "RatingLine", "Stamp", "Title", "UserLine", "printable"]

ID_LIMIT = 200
LATEST = 4_102_444_800.0  # the year 2100; what is beyond was meant as milliseconds
WHOLE = 2**53  # beyond it JSON readers differ


def printable(text: str) -> str:
    """Refuse text with control characters, which databases and logs do not take."""
    if not text.isprintable():
        raise ValueError("expected printable characters only")
    return text


def _as_text(value: Any) -> Any:  # noqa: ANN401  whatever came
    return str(value) if type(value) is int and abs(value) <= WHOLE else value


Id: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=ID_LIMIT),
    AfterValidator(printable),
    BeforeValidator(_as_text),  # stands last, runs first
    WithJsonSchema(
        {"anyOf": [{"type": "string", "minLength": 1, "maxLength": ID_LIMIT}, {"type": "integer"}]}, mode="validation"
    ),
]
Stamp: TypeAlias = Annotated[
    float, Field(ge=0, le=LATEST, allow_inf_nan=False, description="Seconds since 1970; left out: now.")
]
Title: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(printable)]
Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(printable)]
Words: TypeAlias = Annotated[str, StringConstraints(max_length=1000), AfterValidator(printable)]
Value: TypeAlias = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-WHOLE, le=WHOLE)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | Words
    | Annotated[list[Words], Field(max_length=100)]
    | None
)
Columns: TypeAlias = Annotated[dict[Name, Value], Field(max_length=100, description="By name: text, number or list.")]


class RatingLine(BaseModel):
    """A line that says how somebody rated something."""

    model_config = ConfigDict(extra="forbid")

    user: Id
    item: Id
    rating: Annotated[float, Field(allow_inf_nan=False)]
    timestamp: Stamp | None = None


class ItemLine(BaseModel):
    """A line that says what an item is."""

    model_config = ConfigDict(extra="forbid")

    item: Id
    title: Title | None = None
    columns: Columns = Field(default_factory=dict)


class UserLine(BaseModel):
    """A line that says what a user is like."""

    model_config = ConfigDict(extra="forbid")

    user: Id
    columns: Columns
