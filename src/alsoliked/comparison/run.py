"""Compare: several models on the same folds, one process a fit, finished cells kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alsoliked.comparison.cell import write_fold
from alsoliked.comparison.entrants import Entrant, entrants
from alsoliked.comparison.folds import Fold, HowToFold, cut_folds
from alsoliked.comparison.process import asked
from alsoliked.comparison.result import Comparison
from alsoliked.comparison.store import Store, digest_of, versions
from alsoliked.data.ratings import Ratings
from alsoliked.models.options import check_whole
from alsoliked.recommender import Recommender

__all__ = ["Comparison", "Step", "compare"]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Where a comparison stands: about to begin a fit, done, or interrupted.

    Attributes
    ----------
    done, total, kept
        Fits that are done, that there are, and that were found done at the start.
    model, fold
        What is being fitted; None at the end, and at an interruption.
    so_far
        What is known by now; None before the first fit is done.
    """

    done: int
    total: int
    kept: int
    model: str | None
    fold: str | None
    so_far: Comparison | None


def compare(
    ratings: Ratings,
    models: str | Sequence[str | Recommender] | None = None,
    *,
    folds: HowToFold = 5,
    source: str | os.PathLike[str] | None = None,
    k: int = 10,
    max_users: int | None = None,
    n_boot: int = 1000,
    seed: int = 0,
    out: str | os.PathLike[str] | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Comparison:
    """Cross-validate several models on the same folds, the baselines always among them.

    Each fit runs in a process of its own, so that its processor time and peak memory are its own; they follow each
    other, so that none slows another down.

    Parameters
    ----------
    ratings
        All of them.
    models
        Names with options, ``"dot_bias:n_factors=20,wd=.2,net"``; or a list of such names and of recommenders that are
        not fitted. By default all models that are quick.
    folds
        How many parts to cut at random and hold out in turn; 1 holds out a fifth; ``"time"`` the latest fifth;
        ``"u"`` the published folds u1 to u5 (or some, ``"u1,u2"``), which `source` must hold; or pairs of training and
        held-out parts.
    source
        The zip or folder of published folds.
    k
        Length of the lists.
    max_users
        Measure on this many of the held-out users of each fold, drawn with the same seed; all by default.
    n_boot, seed
        Number of resamples of the users; the seed of all that is random.
    out
        A folder for finished fits: the same call goes on from there, after an interruption too.
    on_step
        Called before each fit, and at the end.

    Raises
    ------
    OptionError
        If a model, an option or a way to fold is unknown or unfit, or the folder holds other things.
    DataError
        If these ratings do not have what the folds need.
    TrainingError
        If a fit breaks down; those that are done stay in `out`.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> ratings = planted_ratings(60, 40, density=0.3, levels=range(1, 6)).ratings
    >>> found = compare(ratings, "popular", folds=1)
    >>> found.best("rmse")
    'damped_bias'
    >>> found.differences.select("metric", "model", "best").row(0)
    ('rmse', 'global_mean', 'damped_bias')
    """
    for name, value in (("k", k), ("max_users", max_users), ("n_boot", n_boot)):
        if value is not None:
            check_whole(name, value, 2 if name == "n_boot" else 1)
    who = entrants(models, seed)
    parts = cut_folds(ratings, folds, seed=seed, source=None if source is None else Path(source))
    measure = {"k": k, "max_users": max_users, "n_boot": n_boot, "seed": seed}
    with tempfile.TemporaryDirectory(prefix="alsoliked-compare-") as scratch:
        store = Store(Path(scratch, "kept") if out is None else Path(out))
        found = _Run(ratings, who, parts, measure, store, Path(scratch), on_step or (lambda _: None)).all()
        store.write_result(found.to_dict())
        return found


_Cell = tuple[Fold, Entrant, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One call of `compare`, its options settled."""

    ratings: Ratings
    who: list[Entrant]
    parts: list[Fold]
    measure: dict[str, Any]
    store: Store
    scratch: Path
    tell: Callable[[Step], None]

    def all(self) -> Comparison:
        """Go through the cells fold by fold, so that every model has a figure early."""
        same = {"measure": self.measure, "versions": versions()}
        plan = [(fold, entrant, about) for fold in self.parts for entrant, about in self._abouts(fold, same)]
        digests = [digest_of(about) for _, _, about in plan]
        kept = [self.store.read(digest) for digest in digests]
        try:
            return self._finished(plan, digests, kept)
        except KeyboardInterrupt:  # between a fit that was kept and the step that tells of it, too
            known = sum(self.store.read(digest) is not None for digest in digests)
            self.tell(Step(known, len(plan), len(plan) - kept.count(None), None, None, None))
            raise

    def _finished(self, plan: list[_Cell], digests: list[str], kept: list[dict[str, Any] | None]) -> Comparison:
        cells: dict[str, list[dict[str, Any]]] = {entrant.label: [] for entrant in self.who}
        n_kept, done = len(plan) - kept.count(None), 0
        for (fold, entrant, about), digest, known in zip(plan, digests, kept, strict=True):
            answer = known
            if answer is None:
                so_far = self._gathered(_comparable(cells)) if done else None
                self.tell(Step(done, len(plan), n_kept, entrant.label, fold.name, so_far))
                answer = asked(entrant, fold, self._order(entrant, fold))
                self.store.write(digest, about, answer)
            cells[entrant.label].append(answer)
            done += 1
        found = self._gathered(cells)
        self.tell(Step(done, len(plan), n_kept, None, None, found))
        return found

    def _abouts(self, fold: Fold, same: dict[str, Any]) -> list[tuple[Entrant, dict[str, Any]]]:
        """Return of each cell what it depends on."""
        same = same | {"fold": fold.digest()}
        own = [{name: one.params[name] for name in ("model", "seed")} for one in self.who]
        settled = [{"options": one.settled(len(fold.train))} for one in self.who]
        return [(one, of | options | same) for one, of, options in zip(self.who, own, settled, strict=True)]

    def _order(self, entrant: Entrant, fold: Fold) -> dict[str, Any]:
        place = self.scratch / f"fold-{self.parts.index(fold)}"
        if not place.exists():
            for other in self.scratch.glob("fold-*"):  # one at a time: a fold is as large as the data
                shutil.rmtree(other)
            write_fold(fold, place)
        return {"fold": str(place), "recommender": entrant.params, "measure": self.measure}

    def _gathered(self, cells: dict[str, list[dict[str, Any]]]) -> Comparison:
        users = np.unique(np.concatenate([fold.valid.user_index for fold in self.parts]))
        return Comparison.of(
            cells,
            k=self.measure["k"],
            folds=[fold.name for fold in self.parts],
            data=self.ratings.name,
            n_ratings=sum(len(fold.valid) for fold in self.parts),
            n_users=len(users),
            n_boot=self.measure["n_boot"],
            seed=self.measure["seed"],
        )


def _comparable(cells: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return the folds that all models have done; of the first, those that have."""
    whole = max(1, min(map(len, cells.values())))
    return {model: done[:whole] for model, done in cells.items()}
