"""What a file says of a model beside its weights, as plain values, and the way back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from torch import nn

from alsoliked.chapter.classes import Classes
from alsoliked.chapter.loaders import DataLoader, DataLoaders
from alsoliked.chapter.losses import CrossEntropyLossFlat, MSELossFlat
from alsoliked.chapter.models import EmbeddingDotBias, EmbeddingNN
from alsoliked.chapter.optional import pd

__all__ = ["LOSSES", "about", "built_in", "loaders_without_rows"]

Loss: TypeAlias = type[MSELossFlat] | type[CrossEntropyLossFlat]
LOSSES: dict[str, Loss] = {kind.__name__: kind for kind in (MSELossFlat, CrossEntropyLossFlat)}


def about(model: nn.Module, dls: DataLoaders, loss_func: object) -> dict[str, Any]:
    """Return what must be known to answer with these weights again."""
    return {
        "options": _options(model),
        "names": list(dls.names),
        "classes": {name: ids[1:].items for name, ids in dls.classes.items()},
        "bs": dls.bs,
        "loss": type(loss_func).__name__,
    }


def _options(model: nn.Module) -> dict[str, Any] | None:
    """Return what a built-in model was made with; None for every other class."""
    if type(model) is EmbeddingDotBias:
        return {"n_factors": model.u_weight.embedding_dim, "y_range": model.y_range}
    if type(model) is EmbeddingNN:
        sizes = [list(weight.shape) for weight in model.embeds.parameters()]
        rest = {"layers": model.widths, "y_range": model.y_range, "ps": model.ps, "use_bn": model.use_bn}
        return {"emb_szs": sizes, **rest}
    return None


def built_in(about_it: Mapping[str, Any], classes: Mapping[str, Classes]) -> nn.Module | None:
    """Make a built-in model as it was, with other weights; None if it is none."""
    options = about_it["options"]
    if options is None:
        return None
    options = {**options, "y_range": options["y_range"] and tuple(options["y_range"])}
    if about_it["class"] == "EmbeddingDotBias":
        return EmbeddingDotBias.from_classes(classes=classes, **options)
    return EmbeddingNN(**options)


def loaders_without_rows(about_it: Mapping[str, Any]) -> DataLoaders:
    """Make data loaders that know the classes and have no rows."""
    user, item, rating = about_it["names"]
    classes = {name: Classes(ids) for name, ids in about_it["classes"].items()}
    rows = pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in (user, item)})
    empty = [DataLoader(rows, (user, item, rating), classes, y=None, bs=about_it["bs"]) for _ in range(2)]
    return DataLoaders(*empty)
