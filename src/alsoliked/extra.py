"""Libraries that answers do not need, for exports: taken when used, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any, TypeAlias

from alsoliked.errors import MissingExtraError

__all__ = ["Foreign", "extra"]

Foreign: TypeAlias = Any  # whatever one of them makes


def extra(module: str, what: str) -> Foreign:
    """Return an optional library.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"{what} needs {module.partition('.')[0]}: pip install 'alsoliked[export]'.") from error
