"""Networks and the arrays they end as; they know nothing of data files or training."""

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
