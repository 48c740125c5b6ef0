"""JSON into frozen values, by the types that their fields have."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from alsoliked.client.failures import ClientError

__all__ = ["made"]

T = TypeVar("T")


def made(kind: type[T], told: object) -> T:
    """Make a value of what a service said.

    Raises
    ------
    ClientError
        If a field is missing: the service is of another version.

    Examples
    --------
    >>> from alsoliked.client.answers import Problem
    >>> made(Problem, {"line": 3, "reason": "no JSON", "severity": "new in a later version"})
    Problem(line=3, reason='no JSON')
    """
    kinds = _kinds(cast("Hashable", kind))
    if not isinstance(told, dict) or not kinds.keys() <= told.keys():
        missing = sorted(kinds.keys() - told.keys()) if isinstance(told, dict) else [kind.__name__]
        raise ClientError(f"the answer lacks {', '.join(missing)}; expected a service of this package's version.")
    return kind(**{name: _value(wanted, told[name]) for name, wanted in kinds.items()})


@cache
def _kinds(kind: Any) -> dict[str, Any]:  # noqa: ANN401  a dataclass
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _value(wanted: Any, told: Any) -> Any:  # noqa: ANN401  a type, and JSON
    if told is None:
        return None
    if isinstance(wanted, UnionType):
        wanted = next(each for each in get_args(wanted) if each is not type(None))
    if is_dataclass(wanted) and isinstance(wanted, type):
        return made(wanted, told)
    if get_origin(wanted) is tuple:
        return tuple(_value(get_args(wanted)[0], each) for each in told)
    return told
