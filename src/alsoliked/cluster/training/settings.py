"""Settings: all that a process of a training must know, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, get_args

from alsoliked.errors import OptionError
from alsoliked.models.options import check_number, check_options, check_whole
from alsoliked.models.registry import NET_SHAPE, model_spec

__all__ = ["ModelName", "OptimizerName", "Settings", "rowwise_lr_wd"]

ModelName: TypeAlias = Literal["dot", "dot_bias", "net"]
OptimizerName: TypeAlias = Literal["adamw", "rowwise_adagrad"]

_LINEAR: Mapping[str, Any] = {"n_factors": 50, "y_range": None}
_FITS: Mapping[str, Mapping[str, Any]] = {"dot": _LINEAR, "dot_bias": _LINEAR, "net": {**NET_SHAPE, "y_range": None}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A training, told so that every process does its part of it, on whatever machine it runs.

    Attributes
    ----------
    model
        ``"dot"``, ``"dot_bias"`` or ``"net"``.
    options
        What shapes the model: `n_factors`, or `layers`, `user_size`, `item_size`, `dropout` and `batch_norm`; and
        `y_range`, two numbers or None. What is left out has the default of the registry, `y_range` is None.
    shards, work
        Folders that all processes see: the ratings, and where rows go.
    epochs, lr, pct_start, div
        One cycle, as `Learner.fit_one_cycle` has it.
    wd
        Decoupled weight decay. AdamW shrinks every row in every step, row-wise Adagrad those that the step touches.
    bs
        Ratings in the batch of all processes; a multiple of the number of shards.
    seed
        Decides the start, the order of the batches and what dropout drops.
    optimizer
        ``"adamw"``, or ``"rowwise_adagrad"``, which keeps one number a row and touches the rows of a batch alone. The
        layers of a net are moved by AdamW either way, beside row-wise Adagrad at a fortieth of `lr`.
    checkpoint_every
        Steps between checkpoints; None: one at the end of each epoch alone.
    window
        How many ratings of a shard are shuffled together.

    Raises
    ------
    OptionError
        If a value is unfit, or an option has no effect here.

    Examples
    --------
    >>> settings = Settings(model="dot_bias", shards="shards", work="work", epochs=5, lr=0.01, wd=0.3, bs=4096)
    >>> Settings.from_json(settings.to_json()) == settings
    True
    """

    model: ModelName
    options: Mapping[str, Any] = field(default_factory=dict)
    shards: str
    work: str
    epochs: int
    lr: float
    wd: float
    bs: int
    seed: int = 0
    optimizer: OptimizerName = "adamw"
    pct_start: float = 0.25
    div: float = 25.0
    checkpoint_every: int | None = None
    window: int = 65536

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", _shape(self.model, self.options))
        for name in ("epochs", "bs", "window"):
            check_whole(name, getattr(self, name))
        if self.checkpoint_every is not None:
            check_whole("checkpoint_every", self.checkpoint_every)
        check_whole("seed", self.seed, 0)
        check_number("lr", self.lr, above=0)
        check_number("div", self.div, above=0)
        check_number("wd", self.wd, least=0)
        if not 0 < self.pct_start < 1:
            raise OptionError(f"pct_start={self.pct_start} came, expected a share between 0 and 1.")
        if self.optimizer not in get_args(OptimizerName):
            known = " or ".join(map(repr, get_args(OptimizerName)))
            raise OptionError(f"optimizer={self.optimizer!r} is unknown; expected {known}.")

    @property
    def rows(self) -> Path:
        """The folder where the learned rows go."""
        return Path(self.work) / "rows"

    def to_json(self) -> str:
        """Return everything as one JSON object; `from_json` is the way back."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Make the settings again that `to_json` wrote down.

        Raises
        ------
        OptionError
            If it is no such object, or a value is unfit.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, json.JSONDecodeError) as error:
            raise OptionError(f"these are no settings ({error}); expected what Settings.to_json returns.") from error


def rowwise_lr_wd(model: ModelName) -> tuple[float, float]:
    """Return the learning rate and the weight decay that suit row-wise Adagrad, whatever the batch size.

    As measured on training ratings of ml-100k and ml-1m (benchmarks/results/cluster_training.md). Those of AdamW are
    other figures by far: Adagrad divides by all gradients so far, and the decay meets the rows of a batch alone.
    """
    return (0.2, 0.1) if model == "net" else (0.2, 0.0)


def _shape(model: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what shapes the model, with tuples for lists, as JSON knows no tuples."""
    if model not in _FITS:
        model_spec(model)
        known = ", ".join(_FITS)
        raise OptionError(f"model {model!r} is not trained on several processes; take {known}, or leave --engine out.")
    fits = _FITS[model]
    strange = [name for name in given if name not in fits]
    if strange:
        told = f"{strange[0]}={given[strange[0]]!r} has no effect on {model!r} on several processes"
        raise OptionError(f"{told}, whose options are {', '.join(fits)}; leave it out, or train without --engine.")
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in {**fits, **given}.items()}
    if isinstance(options["y_range"], str):
        raise OptionError(f"y_range={options['y_range']!r} came, expected two numbers or None.")
    check_options({name: value for name, value in options.items() if name != "y_range" or value is not None})
    return options
