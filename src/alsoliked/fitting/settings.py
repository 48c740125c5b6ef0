"""Settings: a model's options filled in and checked; what grows with the data grows here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.models.layers import y_range_around
from alsoliked.models.options import check_options
from alsoliked.models.registry import ModelSpec

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
    if "bs" in options and options["bs"] is None:
        options["bs"] = default_bs(n_ratings)
    check_options({name: value for name, value in options.items() if name not in ("lr", "wd") or value is not None})
    if "bs" in options:
        lr, wd = default_lr_wd(spec.name, options["bs"])
        options["lr"] = lr if options["lr"] is None else options["lr"]
        options["wd"] = wd if options["wd"] is None else options["wd"]
    return options


def default_bs(n_ratings: int) -> int:
    """Return the power of two nearest n_ratings / 200, from 64 to 8192: some 200 batches an epoch."""
    return int(2 ** np.clip(round(np.log2(max(1, n_ratings) / 200)), 6, 13))


def default_lr_wd(model: str, bs: int) -> tuple[float, float]:
    """Return the learning rate and the weight decay that fit a batch size.

    At 64 ratings a batch they are the chapter's, 0.005 and 0.1; from there both grow, the decay up to 0.3 (reached at
    256), as measured on parts of training ratings (benchmarks/tune_defaults.py). A net wants five times the decay: its
    layers can learn users by heart.
    """
    larger = bs / 64
    wd = min(0.3, 0.1 * larger**0.8)
    return (5e-3, 5 * wd) if model == "net" else (5e-3 * larger ** (1 / 6), wd)


def auto_y_range(ratings: Ratings) -> tuple[float, float]:
    """Return an interval around the scale as (0, 5.5) is around 1..5: sigmoids reach their ends only at infinity.

    Examples
    --------
    >>> auto_y_range(Ratings.from_columns([1, 2], [1, 1], [1, 5]))
    (0.0, 5.5)
    """
    return y_range_around(*ratings.rating_scale)
