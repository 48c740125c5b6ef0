"""load_learner: a learner from the one file that `Learner.export` wrote, without its rows."""

from __future__ import annotations

import os

from torch import nn

from alsoliked.chapter.carried import LOSSES, built_in, loaders_without_rows
from alsoliked.chapter.learner import Learner
from alsoliked.chapter.losses import MSELossFlat
from alsoliked.chapter.saved import place_of, put_weights, read_weights
from alsoliked.errors import BundleError

__all__ = ["load_learner"]


def load_learner(fname: str | os.PathLike[str], model: nn.Module | None = None) -> Learner:
    """Return the learner that `Learner.export` wrote: its model and classes, no rows; it answers, but cannot train on.

    Parameters
    ----------
    fname
        The file. ``.pkl`` at its end is read as ``.safetensors``, which is what `export` writes.
    model
        For a class of your own: a model made as it was when exported, since a file that cannot run code cannot carry
        a class. Its weights are replaced.

    Raises
    ------
    BundleError
        If the file is no such one, or a pickle, or of a class of your own and no model came.
    """
    place = place_of(fname)
    about_it, weights = read_weights(place)
    if "classes" not in about_it:
        raise BundleError(f"{place} was written by learn.save and knows no ids; take it in with learn.load.")
    dls = loaders_without_rows(about_it)
    made = built_in(about_it, dls.classes) if model is None else model
    if made is None:
        kind = about_it["class"]
        raise BundleError(
            f"{place} holds the weights of {kind}, a class of your own, which a safe file cannot carry; make one as it"
            f" was and pass it: load_learner({str(fname)!r}, model={kind}(…))."
        )
    put_weights(made, about_it, weights)
    made.eval()
    return Learner(dls, made, LOSSES.get(about_it["loss"], MSELossFlat)())
