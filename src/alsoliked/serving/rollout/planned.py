"""The plan a rollout is held to: read when it is proposed, filled in, and kept with it word by word."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from alsoliked.audit.plan import Plan, plan_beside
from alsoliked.errors import DataError
from alsoliked.serving.refusals import ConflictError

__all__ = ["plan_for", "plan_of"]

HOUSE_PLAN = "plan.toml"  # in the home: for every model that brings none


def plan_for(home: Path, bundle: Path | None, plan: Path | str | None = None) -> dict[str, Any]:
    """Find a plan, see that people have filled it in, and return it as it is kept.

    Looked for in this order: the file that is named (or the plan itself, as text), ``BUNDLE.plan.toml`` beside the
    bundle, ``plan.toml`` in the home.

    Raises
    ------
    ConflictError
        If there is none: a rollout without a plan is refused.
    DataError
        If it cannot be read, or is not filled in.
    """
    if isinstance(plan, str):
        try:
            Plan.of(tomllib.loads(plan)).check_filled()
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"the plan that came is no TOML: {error}; mend it.") from error
        return {"from": "as it came", "text": plan}
    beside = [] if bundle is None else [plan_beside(bundle)]
    places = [plan] if plan is not None else [*beside, home / HOUSE_PLAN]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        named = " or ".join(str(place) for place in places)
        raise ConflictError(
            f"no plan at {named}, and nothing is let in without one; write it with `alsoliked plan init`, and fill it"
            " in."
        )
    Plan.read(found).check_filled()
    return {"from": str(found), "text": found.read_text(encoding="utf-8")}


def plan_of(kept: dict[str, Any]) -> Plan:
    """Return the plan that a rollout keeps."""
    try:
        return Plan.of(tomllib.loads(str(kept["text"])))
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise DataError("the plan that this rollout keeps cannot be read; roll back, and propose anew.") from error
