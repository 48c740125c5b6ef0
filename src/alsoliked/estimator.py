"""Estimator: a model by name with its options: fitted, saved, loaded. What it can then be asked is in `recommender`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import polars as pl

from alsoliked.bundle import read_bundle, write_bundle
from alsoliked.contents import from_contents, to_contents
from alsoliked.data.ratings import Ratings
from alsoliked.errors import BundleError, NotFittedError
from alsoliked.fitting import Task, fit_answers, settle_options
from alsoliked.models.options import check_whole
from alsoliked.models.registry import model_spec
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.reranking import Reranking
from alsoliked.training.history import Epoch, History

__all__ = ["Estimator"]


class Estimator:
    """The options, `fit`, `save` and `load` of a `Recommender`, whose docstring says what each option is."""

    def __init__(
        self,
        model: str = "dot_bias",
        *,
        n_factors: int | None = None,
        layers: Sequence[int] | None = None,
        user_size: int | None = None,
        item_size: int | None = None,
        dropout: float | None = None,
        batch_norm: bool | None = None,
        columns: Literal["all"] | Sequence[str] | None = None,
        loss: Literal["mse", "cross_entropy"] | None = None,
        y_range: tuple[float, float] | Literal["auto", "none"] | None = None,
        epochs: int | None = None,
        lr: float | None = None,
        wd: float | None = None,
        bs: int | None = None,
        patience: int | None = None,
        keep_best: bool | None = None,
        device: str | None = None,
        feedback: Literal["explicit", "implicit"] | None = None,
        reg: float | None = None,
        reg_scaling: float | None = None,
        unobserved_weight: float | None = None,
        liked_from: float | None = None,
        likelihood: Literal["gaussian", "ordinal"] | None = None,
        times: bool | None = None,
        samples: int | None = None,
        burn_in: int | None = None,
        of: str | Sequence[str | tuple[str, Mapping[str, Any]]] | None = None,
        budget: float | None = None,
        item_damping: float | None = None,
        user_damping: float | None = None,
        user_weights: str | None = None,
        seed: int = 0,
    ) -> None:
        given = locals()
        for name in ("model", "seed", *OPTIONS):
            setattr(self, name, given[name])

    model: str
    seed: int
    manifest_: dict[str, Any]

    def __repr__(self) -> str:
        made = f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_params().items())})"
        how: Reranking | None = getattr(getattr(self, "answers_", None), "reranking", None)
        return made if how is None else f"{made}.{how.written()}"

    def get_params(self) -> dict[str, Any]:
        """Return the constructor arguments that were given, ready for JSON; `Recommender(**params)` is the same."""
        options = {name: getattr(self, name) for name in OPTIONS}
        given = {name: _plain(value) for name, value in options.items() if value is not None}
        return {"model": self.model, **given, "seed": _plain(self.seed)}

    def fit(
        self,
        train: Ratings,
        valid: Ratings | None = None,
        *,
        on_epoch: Callable[[Epoch], None] | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> Self:
        """Learn from training ratings.

        Parameters
        ----------
        train, valid
            As a split returns them; `valid` is only watched (and stops training where `patience` says so).
        on_epoch
            Called as each epoch ends; `alsoliked.training.print_epoch` prints the table.
        on_progress
            Called now and then with the share of the training that is done.

        Raises
        ------
        OptionError
            If an option is unknown, out of range, or has no effect on this model.
        TrainingError
            If the loss becomes infinite or no number.
        MissingExtraError
            Without PyTorch, which all but the baselines need to be fitted.
        """
        check_whole("seed", self.seed, 0)
        given = {name: _plain(getattr(self, name)) for name in OPTIONS if getattr(self, name) is not None}
        spec = model_spec(self.model, given.get("feedback"))
        options = settle_options(spec, given, len(train))
        self.options_: dict[str, Any] = {name: _plain(value) for name, value in options.items()}
        self.answers_: Answers
        self.history_: History | None
        fitted = fit_answers(Task(spec, options, train, valid, int(self.seed), on_epoch, on_progress))
        self.answers_, self.history_ = fitted.answers, fitted.history
        self.tried_: pl.DataFrame | None = _table(fitted.tried)
        self.held_out_: Ratings | None = valid
        return self

    def _task(self, train: Ratings, seed: int, on_progress: Callable[[float], None] | None) -> Task:
        """Say how this was fitted, for other ratings."""
        check_whole("seed", seed, 0)
        spec = model_spec(self.model, self.options_.get("feedback"))
        return Task(spec, self.options_, train, None, int(seed), None, on_progress)

    @property
    def fitted(self) -> Answers:
        """What was fitted, for those who work by index.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        answers: Answers | None = getattr(self, "answers_", None)
        if answers is None:
            raise NotFittedError("this recommender is not fitted; call fit(ratings) or Recommender.load(folder) first.")
        return answers

    def save(self, folder: str | os.PathLike[str], *, about: dict[str, Any] | None = None) -> Path:
        """Write a bundle: one folder with manifest, arrays, vocabularies and titles; whole or not at all.

        Parameters
        ----------
        folder
            A new place, or an older bundle to replace.
        about
            What else to keep in the manifest (JSON values): metrics, say.

        Raises
        ------
        BundleError
            If something else is in that place, or it cannot be written.
        """
        answers = self.fitted
        history = None if self.history_ is None else self.history_.to_dict()
        head = {"recommender": self.get_params(), "options": self.options_, "history": history, "about": about or {}}
        tried = {} if self.tried_ is None else {"tried": self.tried_.to_dicts()}
        return write_bundle(folder, to_contents(answers, self.held_out_, head | tried))

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, verify: bool = True) -> Self:
        """Read a bundle back; it answers exactly as it did when saved, and has its manifest in ``manifest_``.

        Parameters
        ----------
        folder
            Where it is.
        verify
            Whether to hold every file against its digest. Without it a large bundle is there at once, and a flipped bit
            is not noticed: for bundles that were checked when they were put there.

        Raises
        ------
        BundleError
            If the folder is no bundle, of another format, or anything in it is missing, truncated or edited.
        """
        contents = read_bundle(folder, verify=verify)
        params: dict[str, Any] = contents.manifest.get("recommender") or {}
        try:
            loaded = cls(**params)
            history = contents.manifest.get("history")
            loaded.history_ = None if history is None else History.from_dict(history)
        except (TypeError, KeyError) as error:
            raise BundleError(f"{folder} names options this version does not know ({error}); train again.") from error
        loaded.answers_, loaded.held_out_ = from_contents(contents)
        loaded.tried_ = _table(contents.manifest.get("tried"))
        loaded.options_ = contents.manifest.get("options") or {}
        loaded.manifest_ = contents.manifest
        return loaded


OPTIONS = tuple(name for name in inspect.signature(Estimator).parameters if name not in ("model", "seed"))


def _table(rows: Sequence[Mapping[str, Any]] | None) -> pl.DataFrame | None:
    return None if rows is None else pl.DataFrame(rows, infer_schema_length=None)


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever came as an option
    """Return an option as JSON has it: tuples as lists, numpy's numbers as Python's."""
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {name: _plain(v) for name, v in value.items()}
    return value.item() if isinstance(value, np.generic) else value
