"""What is said to the rollout, and what it answers."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = [
    "Advancing",
    "Approving",
    "Checking",
    "HoldoutBody",
    "Name",
    "Proposing",
    "Rejecting",
    "RolloutTold",
    "Stopping",
    "Unmoved",
    "WithName",
    "Words",
]


def _writable(text: str) -> str:
    """Refuse what no database keeps."""
    if "\x00" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise ValueError("text cannot hold NUL or half a character")
    return text


Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_writable)]
Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_writable)]


class WithName(BaseModel):
    """Who says it, where several people share a key; the log has the key's name as well."""

    model_config = ConfigDict(extra="forbid")

    by: Name | None = None


class Unmoved(WithName):
    """What the caller saw: refused with 409 if the rollout has moved since."""

    stage_since: float | None = Field(default=None, allow_inf_nan=False)


class Proposing(WithName):
    """A model that is in the home already: let in by `alsoliked rollout propose`, retraining, or an earlier rollout."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"model": "als-3f2a9c41b0d2"}]})

    model: Name
    plan: Annotated[str, Field(max_length=100_000), AfterValidator(_writable)] | None = Field(
        default=None, description="The plan, as TOML; without it `plan.toml` in the service's home."
    )


class Checking(WithName):
    """Whose lists reviewers want to see in any case."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"pinned": ["196"], "n": 10}]})

    pinned: list[Name] = Field(default=[], max_length=50)
    n: int = Field(default=10, ge=1, le=100)


class Approving(Unmoved):
    """Why it may go on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"by": "ops", "reason": "lists are wider, nobody is worse off"}]},
    )

    reason: Words
    despite: Words | None = Field(default=None, description="Why, although checks were not passed.")


class Rejecting(Unmoved):
    """Why it may not."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"by": "ops", "reason": "everybody is shown the same"}]}
    )

    reason: Words


class Advancing(Unmoved):
    """The next step."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"by": "ops"}]})

    early: Words | None = Field(default=None, description="Why it goes on before its days are over.")


class Stopping(WithName):
    """Why it is halted, or taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "the lists look wrong"}]})

    why: Words


class HoldoutBody(WithName):
    """How many users no recommender serves."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"share": 0.1, "why": "to see loops"}]})

    share: float = Field(ge=0, lt=1, allow_inf_nan=False)
    why: Words


class RolloutTold(BaseModel):
    """A rollout as it stands."""

    id: int
    candidate: str
    previous: str
    state: str
    share: float
    why: str
    open: bool
    created_at: float
    stage_since: float
    passed: bool | None
    words: list[str]
    checks: dict[str, Any] | None = Field(default=None, description="Where they are asked for.")
