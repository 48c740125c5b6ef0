"""Entrants: which models are compared, with which options; how they are written in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from alsoliked.errors import OptionError
from alsoliked.fitting import settle_options
from alsoliked.models.options import check_whole
from alsoliked.models.registry import model_names, model_spec
from alsoliked.models.spelling import parse_models, written
from alsoliked.recommender import Recommender

__all__ = ["BASELINES", "LEFT_OUT", "Entrant", "default_models", "entrants"]

BASELINES = ("global_mean", "damped_bias", "popular")
LEFT_OUT = ("bayes", "blend", "auto")
"""Not compared unless named: they take many times as long as the others."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A model and its options.

    Attributes
    ----------
    label
        What tables call it, and how it can be typed: ``dot_bias``, ``dot_bias:n_factors=20,wd=0.2``.
    params
        Constructor arguments of its `Recommender`.
    """

    label: str
    params: dict[str, Any] = field(hash=False)

    @classmethod
    def of(cls, params: dict[str, Any]) -> Entrant:
        """Check a recommender's constructor arguments, and find what to call it.

        Raises
        ------
        OptionError
            If there is no such model, or an option is unknown to it or unfit.
        """
        model, options = str(params["model"]), {k: v for k, v in params.items() if k not in ("model", "seed")}
        if model not in model_names():
            raise OptionError(f"no model is called {model!r}; expected some of {', '.join(model_names())}.")
        check_whole("seed", params["seed"], 0)
        try:
            settle_options(model_spec(model), options, 1)
        except OptionError as error:
            named = any(str(error).startswith(f"{name}=") for name in options)
            raise OptionError(f"{model}:{error}" if named else str(error)) from error
        return cls(written(model, options), params)

    def settled(self, n_ratings: int) -> dict[str, Any]:
        """Return all options, defaults filled in, as they are for so many training ratings."""
        options = {k: v for k, v in self.params.items() if k not in ("model", "seed")}
        return settle_options(model_spec(self.params["model"]), options, n_ratings)


def default_models() -> tuple[str, ...]:
    """Return the models that are compared when none is named: all but the slow ones.

    >>> "dot_bias" in default_models(), "bayes" in default_models()
    (True, False)
    """
    return tuple(name for name in model_names() if name not in LEFT_OUT)


def entrants(models: str | Sequence[str | Recommender] | None, seed: int) -> list[Entrant]:
    """Return who takes part: those named, and the baselines.

    Parameters
    ----------
    models
        One line such as ``"dot_bias:n_factors=20,wd=.2,net"`` (see `alsoliked.models.spelling`), or names and
        recommenders (not fitted); None for `default_models`.
    seed
        For all but the recommenders, which have their own.

    Raises
    ------
    OptionError
        If a model or an option is unknown, a value unfit, or one takes part twice.

    Examples
    --------
    >>> [entrant.label for entrant in entrants("dot_bias:n_factors=20,wd=.2,net:layers=50,20,popular", 0)]
    ['dot_bias:n_factors=20,wd=0.2', 'net:layers=50,20', 'popular', 'global_mean', 'damped_bias']
    """
    given = [models] if isinstance(models, str) else list(default_models() if models is None else models)
    found = [
        Entrant.of(params)
        for one in given
        for params in ([one.get_params()] if isinstance(one, Recommender) else _parsed(one, seed))
    ]
    labels = [entrant.label for entrant in found]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise OptionError(f"{twice!r} came twice; expected each model once, or with different options.")
    return found + [Entrant.of({"model": name, "seed": seed}) for name in BASELINES if name not in labels]


def _parsed(line: str, seed: int) -> list[dict[str, Any]]:
    return [{"model": model, "seed": seed, **options} for model, options in parse_models(line)]
