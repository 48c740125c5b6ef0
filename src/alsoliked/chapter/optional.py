"""The libraries a notebook expects by their usual short names: pandas, and matplotlib where it is there."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from alsoliked.errors import MissingExtraError

__all__ = ["pd", "plt"]


def _pandas() -> Any:  # noqa: ANN401  pandas has no types of its own
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise MissingExtraError(
            "the chapter's cells read tables with pandas; install it with: pip install 'alsoliked[chapter]'."
        ) from error


class _Pyplot(ModuleType):
    """Stands for `matplotlib.pyplot` and loads it when the first thing is drawn."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever pyplot has
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return getattr(importlib.import_module("matplotlib.pyplot"), name)
        except ImportError as error:
            raise MissingExtraError(
                "plt draws with matplotlib, which is not installed; install it with: pip install matplotlib."
            ) from error


pd: Any = _pandas()
plt: Any = _Pyplot("plt", "matplotlib.pyplot, loaded when first used.")
