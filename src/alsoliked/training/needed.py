"""Whether PyTorch is there: asked first by whatever fits a model, so that no work is done for nothing."""

from __future__ import annotations

from importlib import import_module

from alsoliked.lazily import without_torch

__all__ = ["check_torch"]


def check_torch(what: str) -> None:
    """Refuse to begin where PyTorch is not installed; `what` is what needs it, in a word or two.

    Raises
    ------
    MissingExtraError
        Without PyTorch.
    """
    try:
        import_module("torch")
    except ImportError as error:
        raise without_torch(what) from error
