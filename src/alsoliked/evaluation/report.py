"""Report: the figures of a recommender beside those of its baselines, with intervals and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.unseen import Unseen
from alsoliked.evaluation import tables, words
from alsoliked.evaluation.bootstrap import Figure, Resamples
from alsoliked.evaluation.measure import measure, times_told
from alsoliked.evaluation.measured import Measured
from alsoliked.evaluation.subject import Contender, Subject
from alsoliked.evaluation.trial import Trial

__all__ = ["Contender", "Figure", "Report", "Subject", "evaluate"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Report:
    """What `evaluate` found. Print it for a table; `in_words` says what the table means.

    Attributes
    ----------
    subject
        Name of the recommender; the other names in `figures` are its baselines.
    figures
        ``figures[name][metric]``: value and 95 % interval. A baseline without predictions or lists lacks those metrics.
    differences
        ``differences[baseline][metric]``: subject minus baseline, on the same resamples of the users. An interval that
        leaves out 0 is a difference beyond chance.
    k, relevant_from
        Length of the lists; rating from which a held-out item counts as liked.
    n_ratings, n_users, n_ranked
        Held-out ratings, the users who gave them, and those of the users who liked a held-out item. Figures of
        lists are of the latter.
    unseen, overlap
        Held-out users and items without a training rating; held-out ratings that training had too (0 in a fair trial).
    n_boot, seed
        Number of resamples and their seed.
    timed
        Whether the predictions were told when each held-out rating was given.
    """

    subject: str
    figures: Mapping[str, Mapping[str, Figure]]
    differences: Mapping[str, Mapping[str, Figure]]
    k: int
    relevant_from: float
    rating_scale: tuple[float, float]
    n_ratings: int
    n_users: int
    n_ranked: int
    unseen: Unseen
    overlap: int
    n_boot: int
    seed: int
    users: pl.DataFrame
    timed: bool = False

    def __repr__(self) -> str:
        chosen = [m for m in ("rmse", f"ndcg@{self.k}") if m in self.figures[self.subject]]
        shown = ", ".join(f"{m} {self.figures[self.subject][m].value:.4f}" for m in chosen)
        return f"Report({self.subject}: {shown}, beside {', '.join(self.differences) or 'no baseline'})"

    def __str__(self) -> str:
        return tables.as_text(self)

    def __getitem__(self, metric: str) -> Figure:
        return self.figures[self.subject][metric]

    def to_frame(self) -> pl.DataFrame:
        """Return one row for each metric and contender.

        Columns `metric`, `model`, `value`, `low`, `high`, and for baselines `lead`, `lead_low`, `lead_high`: subject
        minus baseline. Null where there is nothing to measure.
        """
        return tables.as_frame(self)

    def to_dict(self) -> dict[str, object]:
        """Return everything but the per-user figures as plain numbers and strings, ready for JSON; NaN becomes None."""
        return tables.as_dict(self)

    def in_words(self, items: str = "items") -> list[str]:
        """Say what the figures mean, a sentence each, warnings last; `items` is what to call the items ("films")."""
        return words.sentences(self, items)

    def per_user(self) -> pl.DataFrame:
        """Return the subject's figures for each `user` with `n` ratings and `n_liked`; null where not measured."""
        return self.users


def evaluate(
    subject: Subject,
    valid: Ratings,
    *,
    k: int = 10,
    relevant_from: float | None = None,
    n_boot: int = 1000,
    seed: int = 0,
    max_users: int | None = None,
) -> Report:
    """Measure a recommender on held-out ratings, always beside its baselines.

    Ratings: rmse, mse, mae, rounding accuracy, and the share of the squared error of guessing the training mean that
    is explained. Lists (of all items without a training rating, best first): precision, recall, NDCG, hit rate and
    MRR at k. What is shown: coverage, Gini, novelty, average popularity. Each has a 95 % bootstrap interval over users.

    Parameters
    ----------
    subject
        A fitted recommender.
    valid
        Ratings it has not seen, with the vocabularies of its training ratings.
    k
        Length of the lists.
    relevant_from
        A held-out item counts as liked when its rating is this or more. By default three quarters of the way up
        the scale: 4 where ratings go from 1 to 5. Users who liked no held-out item are left out of the figures of
        lists, and counted.
    n_boot, seed
        Number of resamples of the users, and their seed.
    max_users
        Measure on this many of the held-out users, drawn with the same seed; all by default.

    Returns
    -------
    Report
        All figures; print it, or see `Report.in_words`.

    Raises
    ------
    DataError
        If nothing is held out, or its vocabularies are not those of the training ratings.
    OptionError
        If k, n_boot or max_users is too small.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from alsoliked.data.split import random_split
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> train, valid = random_split(planted_ratings(levels=range(1, 6)).ratings, seed=1)
    >>> guess = SimpleNamespace(
    ...     name="guess the mean",
    ...     train_ratings=train,
    ...     predict_indices=lambda users, items: np.full(len(users), train.mean, dtype=np.float32),
    ...     top_items=lambda users, n: None,
    ...     baselines=lambda: [],
    ... )
    >>> evaluate(guess, valid)
    Report(guess the mean: rmse 1.1..., beside no baseline)
    """
    trial = Trial.prepare(
        subject.train_ratings, valid, k=k, relevant_from=relevant_from, max_users=max_users, seed=seed
    )
    resamples = Resamples(len(trial.users), n_boot, seed)
    own = measure(subject, trial, resamples)
    others = {b.name: measure(b, trial, resamples) for b in subject.baselines() if b.name != subject.name}
    report = _report(subject.name, own, others, trial, resamples)
    return replace(report, timed=times_told(subject, valid))


def _report(name: str, own: Measured, others: Mapping[str, Measured], trial: Trial, resamples: Resamples) -> Report:
    return Report(
        subject=name,
        figures={name: own.figures(), **{other: measured.figures() for other, measured in others.items()}},
        differences={other: own.minus(measured) for other, measured in others.items()},
        k=trial.k,
        relevant_from=trial.relevant_from,
        rating_scale=trial.valid.rating_scale,
        n_ratings=len(trial.valid),
        n_users=len(trial.users),
        n_ranked=len(trial.ranked),
        unseen=trial.unseen,
        overlap=trial.overlap,
        n_boot=resamples.n_boot,
        seed=resamples.seed,
        users=_users(own, trial),
    )


def _users(own: Measured, trial: Trial) -> pl.DataFrame:
    liked = trial.valid.rating >= trial.relevant_from
    columns = {
        "user": trial.valid.users.decode(trial.users),
        "n": trial.valid.counts_by_user()[trial.users],
        "n_liked": trial.valid.take(liked).counts_by_user()[trial.users],
    }
    return pl.DataFrame(columns | own.per_user).fill_nan(None)
