"""collab_learner: a learner with one of the two built-in models."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from alsoliked.chapter.asked import Metric
from alsoliked.chapter.learner import Learner
from alsoliked.chapter.loaders import DataLoaders
from alsoliked.chapter.models import EmbeddingDotBias, EmbeddingNN, get_emb_sz
from alsoliked.errors import OptionError
from alsoliked.models.layers import YRange
from alsoliked.models.options import check_whole

__all__ = ["collab_learner"]


def collab_learner(
    dls: DataLoaders,
    n_factors: int = 50,
    use_nn: bool = False,
    emb_szs: Mapping[str, int] | None = None,
    layers: Sequence[int] | None = None,
    *,
    y_range: YRange | None = None,
    loss_func: Callable[[Tensor, Tensor], Tensor] | None = None,
    lr: float = 1e-3,
    wd: float | None = None,
    metrics: Metric | Sequence[Metric] | None = None,
    path: str | os.PathLike[str] | None = None,
    model_dir: str | os.PathLike[str] = "models",
) -> Learner:
    """Make a learner with `EmbeddingDotBias`, or with `EmbeddingNN`.

    Parameters
    ----------
    dls
        What to train on; its seed decides where the model starts.
    n_factors
        Length of the vectors; with ``use_nn=True`` the width of the one hidden layer, where `layers` are not given.
    use_nn
        Whether the model is a net.
    emb_szs, layers
        With ``use_nn=True``: length of the vectors by column (`get_emb_sz`), and widths of the hidden layers.
    y_range
        The interval of predictions, a little wider than the ratings: (0, 5.5) for 1..5. None: any number.
    loss_func, lr, wd, metrics, path, model_dir
        See `Learner`.

    Raises
    ------
    OptionError
        If an option has no effect on the model, or `y_range` cannot reach the ratings.
    """
    check_whole("n_factors", n_factors)
    start = torch.Generator().manual_seed(dls.seed)
    model: nn.Module
    if use_nn:
        widths = [n_factors] if layers is None else layers
        model = EmbeddingNN(get_emb_sz(dls, emb_szs), widths, y_range, generator=start)
    elif emb_szs is not None or layers is not None:
        raise OptionError("emb_szs and layers are of the net; pass use_nn=True with them, or leave them out.")
    else:
        model = EmbeddingDotBias.from_classes(n_factors, dls.classes, *dls.names[:2], y_range=y_range, generator=start)
    return Learner(dls, model, loss_func, lr=lr, wd=wd, metrics=metrics, path=path, model_dir=model_dir)
