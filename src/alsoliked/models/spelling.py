"""Spelling: models with their options in one line, such as ``dot_bias:n_factors=20,wd=.2,net:layers=50,20``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from alsoliked.errors import OptionError

__all__ = ["Spelled", "parse_members", "parse_models", "read_members", "written", "written_options"]

Options: TypeAlias = dict[str, Any]
Spelled: TypeAlias = tuple[str, Options]
"""A model's name and the options that stand with it."""

WITHIN = "of"  # the option whose value is models again
NAMES = "columns"  # the option whose value is names, which could be taken for models


def parse_models(line: str) -> list[Spelled]:
    """Take a line apart: a part with ``=`` is an option of the model before it, a number goes on with its value.

    Names of columns are joined by ``/``. What follows ``of=`` goes on with it, up to the next name that stands alone;
    its models are joined by ``+``.

    Raises
    ------
    OptionError
        If an option has no name or no value, or comes twice.

    Examples
    --------
    >>> parse_models("dot_bias:n_factors=20,wd=.2,net:layers=50,20")
    [('dot_bias', {'n_factors': 20, 'wd': 0.2}), ('net', {'layers': [50, 20]})]
    >>> parse_models("blend:of=als+net:layers=50,20,dropout=.1,popular")
    [('blend', {'of': 'als+net:layers=50,20,dropout=.1'}), ('popular', {})]
    """
    found: list[Spelled] = []
    last = None
    for part in (piece.strip() for piece in line.split(",")):
        name, colon, option = part.partition(":")
        number = isinstance(_value(part), (int, float))
        if last == WITHIN and (number or "=" in name or "+" in name):
            found[-1][1][WITHIN] += f",{part}"
        elif found and not colon and "=" in part:
            last = _take(found[-1], part)
        elif last is not None and number:
            before = found[-1][1][last]
            found[-1][1][last] = [*(before if isinstance(before, list) else [before]), _value(part)]
        else:
            found.append((name, {}))
            last = _take(found[-1], option) if colon else None
    return found


def parse_members(line: str) -> list[Spelled]:
    """Take the models apart that one model is made of; between them stands ``+`` or a comma.

    >>> parse_members("als+bayes:samples=50,likelihood=ordinal+net")
    [('als', {}), ('bayes', {'samples': 50, 'likelihood': 'ordinal'}), ('net', {})]
    """
    return [model for piece in re.split(r"\+(?=\s*[a-z])", line) for model in parse_models(piece)]


def read_members(of: object) -> list[Spelled]:
    """Read what one model is made of: a line, or a list of lines and of (name, options) pairs.

    Raises
    ------
    OptionError
        If it is neither.

    Examples
    --------
    >>> read_members(["als", ("net", {"epochs": 3})])
    [('als', {}), ('net', {'epochs': 3})]
    """
    found: list[Spelled] = []
    for one in of if isinstance(of, (list, tuple)) else [of]:
        match one:
            case str():
                found += parse_members(one)
            case [str() as name, Mapping() as options]:
                found.append((name, dict(options)))
            case _:
                expected = "model names, with options where wanted, such as ['als', 'net:epochs=3']"
                raise OptionError(f"of={of!r} came, expected a list of {expected}.")
    return found


def written(name: str, options: Mapping[str, Any]) -> str:
    """Write a model and its options as they can be typed.

    >>> written("net", {"layers": [50, 20], "batch_norm": False})
    'net:layers=50,20,batch_norm=false'
    >>> written("blend", {"of": ["als", ("net", {"epochs": 3})]})
    'blend:of=als+net:epochs=3'
    >>> written("hybrid", {"columns": ["genres", "year"]})
    'hybrid:columns=genres/year'
    """
    told = written_options(options)
    return f"{name}:{told}" if told else name


def written_options(options: Mapping[str, Any]) -> str:
    """Write options alone; none are the empty text."""
    return ",".join(f"{option}={_written(option, value)}" for option, value in options.items())


def _take(model: Spelled, option: str) -> str:
    (model_name, options), (name, equals, value) = model, (part.strip() for part in option.partition("="))
    if not (name and equals and value):
        raise OptionError(
            f"{option!r} came as an option of {model_name}; expected name=value, such as {model_name}:wd=0.2."
        )
    if name in ("model", "seed"):
        raise OptionError(f"{option!r} came as an option of {model_name}; the seed is one for all, given beside them.")
    if name in options:
        raise OptionError(f"{model_name} got {name} twice; expected it once, or the model twice.")
    options[name] = _value(value)
    return name


def _value(text: str) -> Any:  # noqa: ANN401  a number, a switch or a word
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(text.lower(), text)


def _written(option: str, value: Any) -> str:  # noqa: ANN401
    if option == WITHIN and not isinstance(value, str):
        return "+".join(member if isinstance(member, str) else written(*member) for member in value)
    if isinstance(value, (list, tuple)):
        if option == NAMES:
            return "/".join(value)
        return ",".join(_written("", one) for one in value)
    return value if isinstance(value, str) else json.dumps(value)
