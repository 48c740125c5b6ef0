"""Settings: a model's options filled in and checked; what grows with the data grows here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.models.options import check_options
from alsoliked.models.ranges import y_range_around
from alsoliked.models.registry import ModelSpec, model_spec
from alsoliked.models.spelling import read_members, written
from alsoliked.solvers.stack import MOST

__all__ = ["auto_y_range", "default_bs", "default_lr_wd", "settle_options"]

Options = dict[str, Any]


def settle_options(spec: ModelSpec, given: Mapping[str, Any], n_ratings: int) -> Options:
    """Fill a model's options with its defaults; `bs` grows with the ratings and `wd` with `bs`.

    Raises
    ------
    OptionError
        If an option is given that the model has no use for (a knob works or raises), or its value is unfit.
    """
    strange = [name for name in given if name not in spec.options]
    if strange:
        fits = ", ".join(spec.options) or "none"
        raise OptionError(f"model {spec.name!r} has no option {strange[0]!r}; its options are: {fits}.")
    options = {**spec.options, **given}
    if isinstance(options.get("layers"), int):  # one layer, as it comes from a line
        options["layers"] = [options["layers"]]
    if isinstance(options.get("columns"), str) and options["columns"] != "all":
        options["columns"] = options["columns"].split("/")
    if "of" in options:
        options["of"] = _settle_members(options["of"], n_ratings)
    if options.get("loss") == "cross_entropy":
        _without_range(options, given)
    if "bs" in options and options["bs"] is None:
        options["bs"] = default_bs(n_ratings)
    check_options({name: value for name, value in options.items() if name not in ("lr", "wd") or value is not None})
    if "bs" in options:
        lr, wd = default_lr_wd(spec.name, options["bs"], options.get("loss", "mse"))
        options["lr"] = lr if options["lr"] is None else options["lr"]
        options["wd"] = wd if options["wd"] is None else options["wd"]
    return options


def _without_range(options: Options, given: Mapping[str, Any]) -> None:
    """Take the range out, which a prediction between the lowest and the highest level has no use for."""
    if "y_range" in given:
        came = given["y_range"]
        check_options({"y_range": came})
        shown = came if isinstance(came, str) else f"({','.join(f'{end:g}' for end in came)})"
        why = "which predicts from the lowest rating to the highest anyway; leave one of both out"
        raise OptionError(f"y_range={shown} came with loss='cross_entropy', {why}.")
    del options["y_range"]


def _settle_members(of: object, n_ratings: int) -> list[str]:
    """Check what a blend is made of, and write each member in one line."""
    members = read_members(of)
    if not 2 <= len(members) <= MOST:
        raise OptionError(f"of={of!r} came, expected from 2 to {MOST} models, such as ['als', 'dot_bias'].")
    for name, options in members:
        spec = model_spec(name, options.get("feedback"))
        why = {"choice": "no ratings", "popular": "no ratings", "none": "one rating for all"}.get(spec.lists)
        if why is not None or spec.kind in ("blend", "auto"):
            told = "is made of models itself" if why is None else f"predicts {why}"
            raise OptionError(f"{written(name, options)!r} {told} and cannot be part of a blend; leave it out.")
        settle_options(spec, options, n_ratings)
    return [written(*member) for member in members]


def default_bs(n_ratings: int) -> int:
    """Return the power of two nearest n_ratings / 200, from 64 to 8192: some 200 batches an epoch."""
    return int(2 ** np.clip(round(np.log2(max(1, n_ratings) / 200)), 6, 13))


def default_lr_wd(model: str, bs: int, loss: str = "mse") -> tuple[float, float]:
    """Return the learning rate and the weight decay that fit a batch size.

    At 64 ratings a batch they are the chapter's, 0.005 and 0.1; from there both grow, the decay up to 0.3 (reached at
    256), as measured on parts of training ratings (benchmarks/tune_defaults.py). A net wants five times the decay: its
    layers can learn users by heart. Cross-entropy wants two thirds of the decay in the dot products, since less of it
    leaves their chances too even, and twice as much in the net, whose chances are too bold
    (benchmarks/cross_entropy.py).
    """
    larger = bs / 64
    wd = min(0.3, 0.1 * larger**0.8)
    if loss == "cross_entropy":
        wd *= 2 if model == "net" else 2 / 3
    return (5e-3, 5 * wd) if model == "net" else (5e-3 * larger ** (1 / 6), wd)


def auto_y_range(ratings: Ratings) -> tuple[float, float]:
    """Return an interval around the scale as (0, 5.5) is around 1..5: sigmoids reach their ends only at infinity.

    Examples
    --------
    >>> auto_y_range(Ratings.from_columns([1, 2], [1, 1], [1, 5]))
    (0.0, 5.5)
    """
    return y_range_around(*ratings.rating_scale)
