"""Engine: Altair draws and vl-convert renders; both are optional."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from alsoliked.errors import MissingExtraError

__all__ = ["altair", "vl_convert"]


def altair() -> ModuleType:
    """Import Altair, or say how to get it."""
    return _wanted("altair", "Altair")


def vl_convert() -> ModuleType:
    """Import vl-convert, or say how to get it."""
    return _wanted("vl_convert", "vl-convert-python")


def _wanted(module: str, name: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"pictures need {name}; install it with: pip install 'alsoliked[plots]'.") from error
