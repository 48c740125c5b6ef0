"""Names that are imported when first used, so that nobody waits for what they do not need."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from alsoliked.errors import MissingExtraError

__all__ = ["imported", "without_torch"]


def imported(package: str, homes: Mapping[str, str], name: str) -> object:
    """Return a name of a package from the module it lives in.

    Parameters
    ----------
    package
        Whose name it is.
    homes
        The module of each name, below the package.
    name
        Which.

    Raises
    ------
    AttributeError
        If the package has no such name; the message has those it has.
    MissingExtraError
        If the name needs PyTorch, and that is not installed.

    Examples
    --------
    >>> imported("alsoliked.data", {"Ratings": "ratings"}, "Ratings").__name__
    'Ratings'
    """
    if name not in homes:
        raise AttributeError(f"module {package!r} has no name {name!r}; it has {', '.join(sorted(homes))}")
    try:
        return getattr(import_module(f"{package}.{homes[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise without_torch(name) from error


def without_torch(what: str) -> MissingExtraError:
    """Return the error that says that something needs PyTorch, and how to get it."""
    return MissingExtraError(f"{what} needs PyTorch; install it with: pip install 'alsoliked[train]'.")
