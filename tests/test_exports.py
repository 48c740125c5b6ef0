"""What is public is listed, documented, and imported only when used."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import alsoliked
from alsoliked import errors

PACKAGES = [m.name for m in pkgutil.walk_packages(alsoliked.__path__, "alsoliked.") if not m.name.endswith("__main__")]


def python(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_list_is_sorted_and_whole() -> None:
    assert alsoliked.__all__ == sorted(alsoliked.__all__)
    assert len(set(alsoliked.__all__)) == len(alsoliked.__all__)
    assert set(alsoliked._HOMES) == set(alsoliked.__all__)
    assert dir(alsoliked) == alsoliked.__all__


@pytest.mark.parametrize("name", alsoliked.__all__)
def test_each_name_is_there_and_documented(name: str) -> None:
    value = getattr(alsoliked, name)
    if name == "__version__":
        assert value.count(".") >= 2
        return
    assert inspect.getdoc(value), name
    home = importlib.import_module(f"alsoliked.{alsoliked._HOMES[name]}")
    assert name in getattr(home, "__all__", [name])
    if inspect.isclass(value) and not issubclass(value, Exception):
        members = inspect.getmembers(value, lambda member: not inspect.ismemberdescriptor(member))
        assert [name for name, member in members if not name.startswith("_") and not inspect.getdoc(member)] == []


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(AttributeError, match=r"has no name 'Recomender'; it has .*Recommender"):
        _ = alsoliked.Recomender


def test_importing_costs_next_to_nothing() -> None:
    heavy = "{'torch', 'polars', 'numpy', 'pandas', 'altair', 'typer', 'rich', 'httpx'}"
    assert python(f"import sys, alsoliked; print(sorted({heavy} & set(sys.modules)))") == "[]"
    assert python(f"import sys; from alsoliked import errors; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_reading_ratings_needs_no_torch() -> None:
    names = "Ratings, checkup, leave_last, movielens, random_split, read_ratings"
    assert python(f"import sys; from alsoliked import {names}; print('torch' in sys.modules)") == "False"


def test_the_whole_surface_by_star() -> None:
    assert python("from alsoliked import *; print(Recommender.__name__, callable(evaluate))") == "Recommender True"


@pytest.mark.parametrize("name", PACKAGES)
def test_every_module_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    assert (module.__doc__ or "").strip(), name
    for public in getattr(module, "__all__", []):
        assert hasattr(module, public), f"{name}.{public}"


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_can_be_caught_as_ours(name: str) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, errors.AlsolikedError)
    assert name in errors.__doc__
    assert str(kind("what came, what was expected, what to do")) == "what came, what was expected, what to do"


def test_errors_are_pythons_own_kinds_too() -> None:
    assert issubclass(errors.OptionError, ValueError)
    assert issubclass(errors.DataError, ValueError)
    assert issubclass(errors.UnknownIdError, LookupError)
    assert issubclass(errors.NotFittedError, RuntimeError)
    assert issubclass(errors.MissingExtraError, ImportError)
