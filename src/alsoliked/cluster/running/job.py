"""Job: everything a run on an engine was asked for; kept in its work folder, so that it can be gone on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from alsoliked.cluster.solving.settings import SparkALS
from alsoliked.cluster.training.settings import OptimizerName
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.models.options import check_whole
from alsoliked.models.registry import model_spec

__all__ = ["MODELS", "Job"]

MODELS = ("dot", "dot_bias", "net", "als")
_DESCENT = ("y_range", "epochs", "lr", "wd", "bs")
_FITS: Mapping[str, tuple[str, ...]] = {
    "dot": ("n_factors", *_DESCENT),
    "dot_bias": ("n_factors", *_DESCENT),
    "net": ("layers", "user_size", "item_size", "dropout", "batch_norm", *_DESCENT),
    "als": (
        "feedback",
        "n_factors",
        "epochs",
        "reg",
        "reg_scaling",
        "item_damping",
        "user_damping",
        "unobserved_weight",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be trained, from what, and where it goes.

    Attributes
    ----------
    source
        A file or folder that every worker sees, a folder of shards made before, ``table:NAME`` of Spark's, or ratings
        that are in memory.
    out
        Folder for the bundle.
    work
        Folder that every worker sees, for shards, checkpoints and rows.
    model, options
        ``"dot"``, ``"dot_bias"``, ``"net"`` or ``"als"``, and what was chosen of its options; the rest are defaults.
    seed
        Decides what is held out, the start and the order of the batches.
    valid_pct
        Share of the ratings to hold out; None is 0.2, or what the shards have.
    n_shards
        Parts that the ratings are dealt to; no more than so many processes can train. None is 16, or as they are.
    reading
        How `source` is read: `user`, `item`, `rating`, `timestamp`, `on_bad_rows`, `on_repeat`.
    optimizer
        ``"adamw"`` or ``"rowwise_adagrad"``.
    checkpoint_every
        Steps between checkpoints; None makes one at the end of each epoch alone.

    Raises
    ------
    OptionError
        If the model cannot be trained on an engine, or an option does not fit it.
    """

    source: str | Path | Ratings
    out: Path
    work: Path
    model: str = "dot_bias"
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    valid_pct: float | None = None
    n_shards: int | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    optimizer: str = "adamw"
    checkpoint_every: int | None = None

    def __post_init__(self) -> None:
        check_whole("seed", self.seed, 0)
        for name, value in (("shards", self.n_shards), ("checkpoint_every", self.checkpoint_every)):
            if value is not None:
                check_whole(name, value)
        if self.valid_pct is not None and not 0 <= self.valid_pct < 1:
            raise OptionError(f"valid_pct={self.valid_pct!r} came, expected a share from 0 to less than 1.")
        if self.optimizer not in get_args(OptimizerName):
            known = " or ".join(get_args(OptimizerName))
            raise OptionError(f"optimizer={self.optimizer!r} is unknown; expected {known}.")
        self._check_model()

    def _check_model(self) -> None:
        if self.model not in MODELS:
            model_spec(self.model)
            known = ", ".join(MODELS)
            raise OptionError(f"model {self.model!r} is not trained on an engine; leave --engine out, or take {known}.")
        fits = _FITS[self.model]
        strange = [name for name in self.options if name not in fits]
        if strange:
            what = f"model {self.model!r} has no option {strange[0]!r} on shards or an engine; its options there are: "
            raise OptionError(f"{what}{', '.join(fits)}. Leave it out, or train on the ratings without --engine.")
        if self.model == "als":
            SparkALS.of(self.options, seed=self.seed)
        if self.model == "als" and (self.optimizer != "adamw" or self.checkpoint_every is not None):
            flag = "optimizer" if self.optimizer != "adamw" else "checkpoint_every"
            raise OptionError(f"{flag}= is about gradient training and has no effect on als; leave it out.")

    @property
    def has_shards(self) -> bool:
        """Whether `source` is a folder of shards made before."""
        return not isinstance(self.source, Ratings) and (Path(self.source) / "manifest.json").is_file()

    @property
    def shards(self) -> Path:
        """Where the shards are: `source` itself, or where those go that are made from it."""
        return Path(str(self.source)) if self.has_shards else self.work / "shards"

    @property
    def rows(self) -> Path:
        """Where the rows go."""
        return self.work / "rows"

    @property
    def remembered(self) -> Path:
        """The file that says what is being done in `work`."""
        return self.work / "job.json"

    def to_dict(self) -> dict[str, Any]:
        """Return what decides the result, as plain JSON values; the places are not part of it."""
        source = self.source.name if isinstance(self.source, Ratings) else str(self.source)
        plain = {"source": source, "model": self.model, "options": dict(self.options), "seed": self.seed}
        plain |= {"valid_pct": self.valid_pct, "n_shards": self.n_shards, "reading": dict(self.reading)}
        again: dict[str, Any] = json.loads(json.dumps(plain | {"optimizer": self.optimizer}))  # tuples become lists
        return again
