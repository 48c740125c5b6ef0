"""Comparison: what came out, as tables, as text and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from alsoliked.comparison import text, words
from alsoliked.comparison.figures import Cells, difference_table, figure_table

__all__ = ["Comparison"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """What `compare` found. Print it for two tables; `in_words` says what they mean.

    Attributes
    ----------
    table
        One row for each model and metric: `model`, `metric`, `value`, `low`, `high`. Values are means over the folds.
        Of rmse, mae, NDCG and coverage, low and high are a 95 % interval over users; of the costs (`fit_cpu_s` and
        `fit_wall_s` in seconds, `peak_mb` in 10**6 bytes, Python and torch included) the least and the most of any
        fold. Null where a model has no such figure.
    differences
        One row for each metric and each model but the best: `metric`, `model`, `best`, `difference`, `low`, `high`,
        `p`, `p_holm`, `verdict`. Models are measured on the same folds and resampled with the same users, so
        differences are paired. The verdict is ``"worse"`` where p_holm, corrected for the number of models, is below
        0.05; else ``"may be chance"``.
    data
        Name of the ratings.
    folds
        Names of the folds.
    k
        Length of the lists.
    n_ratings, n_users
        Held-out ratings of all folds together; users who gave them.
    n_boot, seed
        Number of resamples of the users, and the seed of all that was random.
    warnings
        What fits warned of, once a model.
    """

    table: pl.DataFrame
    differences: pl.DataFrame
    data: str
    folds: tuple[str, ...]
    k: int
    n_ratings: int
    n_users: int
    n_boot: int
    seed: int
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, cells: Cells, *, k: int, folds: Sequence[str], **about: Any) -> Comparison:  # noqa: ANN401
        """Gather the cells of a comparison, finished or not; models without one are left out."""
        said = tuple(
            f"{model}: {told[0]}" for model in cells if (told := [w for c in cells[model] for w in c["warnings"]])
        )
        tables = figure_table(cells, k), difference_table(cells, k)
        return cls(*tables, folds=tuple(folds), k=k, warnings=said, **about)

    @property
    def models(self) -> list[str]:
        """Who took part, the lowest RMSE first; those that predict no ratings last."""
        return self.table["model"].unique(maintain_order=True).to_list()

    def best(self, metric: str = "rmse") -> str | None:
        """Return the best model in a metric (rmse, mae, ndcg@k); None where nobody has it."""
        return next(iter(text.leaders(self, metric)), None)

    def __repr__(self) -> str:
        folds = f"{len(self.folds)} fold{'s' * (len(self.folds) > 1)}"
        found = [f"{metric} {self.best(metric)}" for metric in ("rmse", f"ndcg@{self.k}") if self.best(metric)]
        return f"Comparison({len(self.models)} models on {folds}; best: {', '.join(found)})"

    def __str__(self) -> str:
        return text.as_text(self)

    def in_words(self) -> list[str]:
        """Say what the tables mean, a sentence each."""
        return words.sentences(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers and strings, ready for JSON; what is not there is None."""
        return {
            "data": self.data,
            "folds": list(self.folds),
            "k": self.k,
            "held_out": {"ratings": self.n_ratings, "users": self.n_users},
            "intervals": {"level": 0.95, "resampled": "users", "n_boot": self.n_boot, "seed": self.seed},
            "figures": self.table.to_dicts(),
            "differences": self.differences.to_dicts(),
            "warnings": list(self.warnings),
        }
