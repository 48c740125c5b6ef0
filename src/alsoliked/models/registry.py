"""The names a `Recommender` goes by, what each one is, and the options that apply to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from alsoliked.errors import OptionError
from alsoliked.models.baseline import DampedBias, GlobalMean, Popular

__all__ = ["NET_SHAPE", "Kind", "ModelSpec", "build_baseline", "model_names", "model_spec"]

Kind: TypeAlias = Literal["network", "turns", "chain", "ease", "baseline", "blend", "auto"]
Value = Any  # an option is a number, a tuple or None; which, its default says


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the registry.

    Attributes
    ----------
    name
        What a user writes.
    about
        One line.
    kind
        How it is fitted: by gradient descent, by least squares in turn, by sampling a chain, at once, from several,
        as one of several.
    options
        The options that apply, with their defaults.
    lists
        How it orders a list: by choice and rating, by rating or choice alone, by popularity, or not at all.
    """

    name: str
    about: str
    kind: Kind
    options: Mapping[str, Value] = field(default_factory=dict)
    lists: Literal["both", "rating", "choice", "popular", "none"] = "both"


_DESCENT: dict[str, Value] = {
    "loss": "mse",
    "y_range": "auto",
    "epochs": 5,
    "lr": None,
    "wd": None,
    "bs": None,
    "patience": None,
    "keep_best": False,
    "device": "cpu",
    "user_weights": None,
}

NET_SHAPE: Mapping[str, Value] = MappingProxyType(
    {"layers": (100, 50), "user_size": None, "item_size": None, "dropout": 0.0, "batch_norm": True}
)

_SPECS = (
    ModelSpec("dot", "latent factors, dot product", "network", {"n_factors": 50, **_DESCENT}),
    ModelSpec("dot_bias", "latent factors and biases", "network", {"n_factors": 50, **_DESCENT}),
    ModelSpec(
        "net",
        "user and item vectors through a neural net",
        "network",
        {**NET_SHAPE, "columns": None, **_DESCENT},
    ),
    ModelSpec(
        "hybrid",
        "latent factors and biases that are sums over columns, the id among them",
        "network",
        {"n_factors": 50, "columns": "all", **{name: value for name, value in _DESCENT.items() if name != "loss"}},
    ),
    ModelSpec(
        "als",
        "latent factors and biases, solved in turn",
        "turns",
        {
            "feedback": "explicit",
            "n_factors": 32,
            "epochs": 6,
            "reg": 1.2,
            "reg_scaling": 0.5,
            "item_damping": 5.0,
            "user_damping": 5.0,
            "user_weights": None,
        },
    ),
    ModelSpec("global_mean", "always the mean rating", "baseline", lists="none"),
    ModelSpec(
        "damped_bias",
        "mean + item offset + user offset, damped",
        "baseline",
        {"item_damping": 5.0, "user_damping": 5.0},
        lists="rating",
    ),
    ModelSpec(
        "bayes",
        "latent factors and biases, averaged over what the ratings leave open",
        "chain",
        {"n_factors": 32, "samples": 100, "burn_in": 20, "likelihood": "gaussian", "times": False},
    ),
    ModelSpec(
        "ease",
        "what else people take up who took up the same, in closed form",
        "ease",
        {"reg": 500.0, "liked_from": None, "user_weights": None},
        lists="choice",
    ),
    ModelSpec(
        "blend",
        "several models' predictions, weighted as held-out training ratings say",
        "blend",
        {"of": ("als:n_factors=40", "bayes", "bayes:likelihood=ordinal")},
    ),
    ModelSpec("auto", "whichever model predicts held-out training ratings best", "auto", {"budget": 120.0}),
    ModelSpec("popular", "the most rated items, for everybody", "baseline", lists="popular"),
)

_IMPLICIT = ModelSpec(
    "als",
    "latent factors of who took up what, solved in turn",
    "turns",
    {
        "feedback": "implicit",
        "n_factors": 64,
        "epochs": 6,
        "reg": 0.01,
        "reg_scaling": 1.0,
        "unobserved_weight": 0.2,
        "user_weights": None,
    },
    lists="choice",
)


def model_names() -> tuple[str, ...]:
    """Return the names of all models."""
    return tuple(spec.name for spec in _SPECS)


def model_spec(name: str, feedback: Value = None) -> ModelSpec:
    """Look one up; with ``feedback="implicit"`` the variant that learns from clicks, where there is one.

    Raises
    ------
    OptionError
        If there is no such model.
    """
    for spec in _SPECS:
        if spec.name == name:
            return _IMPLICIT if (name, feedback) == (_IMPLICIT.name, "implicit") else spec
    raise OptionError(f"model={name!r} is unknown; expected one of {', '.join(model_names())}.")


def build_baseline(name: str, options: Mapping[str, Value]) -> GlobalMean | DampedBias | Popular:
    """Build the baseline behind a name."""
    if name == "damped_bias":
        return DampedBias(options["item_damping"], options["user_damping"])
    return Popular() if name == "popular" else GlobalMean()
