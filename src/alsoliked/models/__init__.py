"""Networks and the arrays they end as; they know nothing of data files or training.

Networks need torch, and what is frozen does not; so each name is imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.lazily import imported

if TYPE_CHECKING:
    from alsoliked.models.baseline import DampedBias, GlobalMean, Popular
    from alsoliked.models.dot_product import DotProduct, DotProductBias, DotProductBiasByHand
    from alsoliked.models.factors import FactorModel
    from alsoliked.models.layers import embedding, embedding_size, sigmoid_range, small_normal
    from alsoliked.models.levels import DotProductLevels, Levels
    from alsoliked.models.neural import CollabNN

__all__ = [
    "CollabNN",
    "DampedBias",
    "DotProduct",
    "DotProductBias",
    "DotProductBiasByHand",
    "DotProductLevels",
    "FactorModel",
    "GlobalMean",
    "Levels",
    "Popular",
    "embedding",
    "embedding_size",
    "sigmoid_range",
    "small_normal",
]

_HOMES = {
    "CollabNN": "neural",
    "DampedBias": "baseline",
    "DotProduct": "dot_product",
    "DotProductBias": "dot_product",
    "DotProductBiasByHand": "dot_product",
    "DotProductLevels": "levels",
    "FactorModel": "factors",
    "GlobalMean": "baseline",
    "Levels": "levels",
    "Popular": "baseline",
    "embedding": "layers",
    "embedding_size": "layers",
    "sigmoid_range": "layers",
    "small_normal": "layers",
}


def __getattr__(name: str) -> object:
    return imported(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
