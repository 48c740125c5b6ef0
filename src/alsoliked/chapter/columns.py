"""Columns of a pandas table: which ids are in them, and the row of each."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from alsoliked.chapter.classes import Classes
from alsoliked.chapter.optional import pd
from alsoliked.errors import DataError, MissingColumnError, OptionError

__all__ = ["IndexArray", "classes_of", "column", "encode", "numbers"]

IndexArray = npt.NDArray[np.int64]


def column(table: Any, name: str | int) -> Any:  # noqa: ANN401  a pandas table, a pandas column
    """Return one column of a table.

    Raises
    ------
    MissingColumnError
        If it is not there.
    """
    if not hasattr(table, "iloc"):
        kind = f"{type(table).__module__.split('.')[0]}.{type(table).__name__}"
        raise OptionError(f"a table came as {kind}, expected a pandas DataFrame; to_pandas() or pd.read_csv makes one.")
    if name not in table.columns:
        there = ", ".join(str(column) for column in table.columns)
        raise MissingColumnError(f"no column {name!r} in the table; it has {there}. Name another one.")
    return table[name]


def classes_of(ids: Any, name: str) -> Classes:  # noqa: ANN401  a pandas column
    """Return the ids that occur in a column, in order; missing ones are left to `#na#`.

    Whole numbers that came as floats, as they do where a merge left a gap, become whole again.

    Raises
    ------
    DataError
        If text and numbers are mixed, or an id is neither.
    """
    known = pd.unique(ids.dropna().astype(object)).tolist()
    kinds = {_kind(key) for key in known}
    if kinds == {"number"} and all(float(key).is_integer() for key in known):
        known = [int(key) for key in known]
    if len(kinds) > 1 and kinds <= {"text", "number"}:
        text = next(key for key in known if isinstance(key, str))
        raise DataError(
            f"column {name!r} holds numbers and text (such as {text!r}) as ids, so one item may stand there as two;"
            f" make it one type first: ratings[{name!r}] = ratings[{name!r}].astype(str)."
        )
    if not kinds <= {"text", "number"}:
        raise DataError(f"ids in column {name!r} are {', '.join(sorted(kinds))}; expected numbers or text.")
    return Classes(sorted(known))


def encode(ids: Any, classes: Classes, name: str) -> IndexArray:  # noqa: ANN401  a pandas column
    """Return the row of each id; row 0 for those that are missing or unknown, which a warning counts.

    Raises
    ------
    DataError
        If not one of them is known because they are text here and numbers there, or the other way round.
    """
    rows = np.asarray(pd.Index(classes[1:].items, dtype=object).get_indexer(ids.astype(object)), dtype=np.int64) + 1
    unknown = int(np.count_nonzero(rows == 0))
    if unknown and unknown == len(rows) and len(classes) > 1 and ids.notna().any():
        came, known = _kind(ids.dropna().iloc[0]), _kind(classes[1])
        if came != known:
            raise DataError(
                f"ids in column {name!r} came as {came} and are known as {known}; make them one type:"
                f" {name!r} with .astype({'int' if known == 'number' else 'str'})."
            )
    if unknown:
        warnings.warn(
            f"{unknown} of {len(rows)} ids in column {name!r} are missing or unknown; they are read as #na#, row 0,"
            " which nothing has trained.",
            stacklevel=4,
        )
    return rows


def numbers(ratings: Any, name: str) -> npt.NDArray[np.float32]:  # noqa: ANN401  a pandas column
    """Return ratings as float32.

    Raises
    ------
    DataError
        If one is missing, infinite, or no number.
    """
    try:
        values = ratings.to_numpy(dtype=np.float32, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {name!r} does not hold ratings ({error}); expected numbers.") from error
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        raise DataError(f"{bad} ratings in column {name!r} are missing or infinite; drop these rows first.")
    return np.asarray(values)


def _kind(key: object) -> str:
    if isinstance(key, str):
        return "text"
    return "number" if isinstance(key, (int, float, np.integer, np.floating)) else type(key).__name__
