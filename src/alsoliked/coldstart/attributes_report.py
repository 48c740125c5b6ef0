"""What columns tell of rows, and what that is worth: in figures, and in words where a column does not help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from alsoliked.coldstart.attributes import How, dense, learn_rows
from alsoliked.coldstart.attributes_evidence import Double
from alsoliked.coldstart.attributes_linear import choose_settings, folds_of, left_out
from alsoliked.coldstart.attributes_side import Of, Side
from alsoliked.coldstart.attributes_trial import Missed, Trial, columns_without, settled_how
from alsoliked.data.columns import Columns
from alsoliked.errors import OptionError
from alsoliked.models.column_rows import ColumnRows
from alsoliked.recommendation.answers import Answers

__all__ = ["AttributesReport", "Names", "fit_attributes"]

Names = Iterable[str] | str | None
HOWS = ("linear", "net", "best")
RATED = "what was rated"


@dataclass(frozen=True, slots=True, eq=False)
class AttributesReport:
    """What was learned of users, items or both.

    Attributes
    ----------
    gains
        A row for each side and number of ratings given: `of`, `how`, `newcomers`, `given`, `without` and `with` (RMSE),
        `gain` with `gain_low` and `gain_high` (95 % interval, newcomers resampled), `ndcg_gain`, `ndcg_gain_low`,
        `ndcg_gain_high`.
    columns
        A row for each column and number of ratings: `of`, `column`, `given`, `gain`, `gain_low`, `gain_high`: by how
        much the RMSE grows where it is left out and all others are kept (of the linear link, which is quick to learn).
    factors
        A row for each coordinate of a row: `of`, `coordinate`, `r2`, the share of its weighted variance that columns
        explain in rows left out (by the linear link; below 0: worse than the mean).
    """

    gains: pl.DataFrame
    columns: pl.DataFrame
    factors: pl.DataFrame

    def to_frame(self) -> pl.DataFrame:
        """Return the gains, with and without columns."""
        return self.gains

    def to_dict(self) -> dict[str, list[Any]]:
        """Return everything as plain values, ready for JSON."""
        frames = {"gains": self.gains, "columns": self.columns, "factors": self.factors}
        rows: dict[str, list[Any]] = {name: frame.fill_nan(None).to_dicts() for name, frame in frames.items()}
        return rows | {"words": self.in_words()}

    def in_words(self) -> list[str]:
        """Say in a sentence each whether a column helps; of two that say the same, neither does beside the other."""
        said = []
        for of, name in self.columns.select("of", "column").unique(maintain_order=True).iter_rows():
            part = self.columns.filter((pl.col("of") == of) & (pl.col("column") == name))
            helps = part.filter(pl.col("gain_low") > 0)
            if helps.is_empty():
                said.append(f"{of}, {name}: no gain beyond chance beside the others.")
                continue
            best = helps.sort("gain", descending=True).row(0, named=True)
            counts = ", ".join(str(k) for k in helps["given"])
            said.append(
                f"{of}, {name}: helps at {counts} ratings; most at {best['given']}, where without it RMSE is "
                f"{best['gain']:.4f} higher ({best['gain_low']:.4f} to {best['gain_high']:.4f})."
            )
        return said

    def __str__(self) -> str:
        parts = []
        for of in self.gains["of"].unique(maintain_order=True):
            part, r2 = self.gains.filter(pl.col("of") == of), self.factors.filter(pl.col("of") == of)["r2"]
            n, how = part["newcomers"][0], part["how"][0]
            parts.append(f"Columns of {of} ({how}), tried on {n} that it was not learned from")
            parts.append(
                f"{'given':>6}{'RMSE without':>15}{'with':>9}{'gain (95 % interval)':>30}{'gain in NDCG@10':>32}"
            )
            for row in part.iter_rows(named=True):
                gain = f"{row['gain']:+.4f} ({row['gain_low']:+.4f} to {row['gain_high']:+.4f})"
                lists = f"{row['ndcg_gain']:+.4f} ({row['ndcg_gain_low']:+.4f} to {row['ndcg_gain_high']:+.4f})"
                parts.append(f"{row['given']:>6}{row['without']:>15.4f}{row['with']:>9.4f}{gain:>30}{lists:>32}")
            bias, *others = (float(share) for share in r2)
            factors = f", of the factors at most {max(others):.0%}" if others else ""
            parts += [f"R² of rows left out: of the bias {bias:.0%}{factors}", ""]
        return "\n".join([*parts, *self.in_words()])


def fit_attributes(
    answers: Answers,
    *,
    users: Names = None,
    items: Names = None,
    how: How = "best",
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Answers, AttributesReport]:
    """Learn what columns say of rows; return answers that know it, and a report of what it is worth.

    The parameters are those of `Recommender.fit_attributes`.
    """
    asked: dict[Of, Names] = {of: names for of, names in (("users", users), ("items", items)) if names is not None}  # type: ignore[misc]
    if how not in HOWS or not asked:
        raise OptionError(
            f"users={users!r}, items={items!r}, how={how!r} came; expected users='all', items='all' or a list of"
            f" columns, and how one of {', '.join(map(repr, HOWS))}."
        )
    frames, learned_of = [], {}
    for of, names in asked.items():
        side = Side.of_answers(answers, of, seed)
        columns = side.columns(_listed(names))
        learned_of["user_columns" if of == "users" else "item_columns"] = learned = learn_rows(side, columns, how, seed)
        frames.append(_report(side, columns, learned, answers, seed))
        if on_progress is not None:
            on_progress(len(frames), len(asked))
    known = vars(answers)  # what it has learned by being asked need not be learned again
    kept = {"known_prior": known.get("prior"), "known_weight": known.get("rating_weight")}
    told = {name: value for name, value in kept.items() if value is not None} | learned_of
    report = AttributesReport(*(pl.concat(list(parts)) for parts in zip(*frames, strict=True)))
    return replace(answers, **told), report


def _listed(names: Names) -> list[str] | None:
    if isinstance(names, str):
        return None if names == "all" else [names]
    return None if names is None else list(names)


def _report(
    side: Side, columns: Columns, learned: ColumnRows, answers: Answers, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    trial, how = Trial.of(side, seed), settled_how(learned)
    plain = trial.missed(Columns(()), "linear", seed, rated=False, answers=answers)
    whole = trial.missed(columns, how, seed, answers=answers)
    without = {name: trial.missed(columns_without(columns, name), "linear", seed) for name in columns.names}
    if side.of == "users":
        without[RATED] = trial.missed(columns, "linear", seed, rated=False)
    linear = whole if how == "linear" else trial.missed(columns, "linear", seed)
    by_column = _by_column(side.of, trial, linear, without)
    return _gains(side.of, trial, how, plain, whole), by_column, _explained(side, columns, seed)


def _gains(of: Of, trial: Trial, how: How, plain: Missed, whole: Missed) -> pl.DataFrame:
    rows = []
    for place, k in enumerate(trial.given):
        gain, lists = whole.less_than(plain, place), whole.better_lists_than(plain, place)
        row: dict[str, object] = {"of": of, "how": how, "newcomers": len(trial.people), "given": k}
        row |= {"without": plain.rmse(place), "with": whole.rmse(place)}
        row |= {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}
        rows.append(row | {"ndcg_gain": lists.value, "ndcg_gain_low": lists.low, "ndcg_gain_high": lists.high})
    return pl.DataFrame(rows)


def _by_column(of: Of, trial: Trial, whole: Missed, without: dict[str, Missed]) -> pl.DataFrame:
    rows = []
    for name, missed in without.items():
        for place, k in enumerate(trial.given):
            gain = whole.less_than(missed, place)
            figures = {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}
            rows.append({"of": of, "column": name, "given": k, **figures})
    schema = {"of": pl.String, "column": pl.String, "given": pl.Int64}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("gain", "gain_low", "gain_high"), pl.Float64))


def _explained(side: Side, columns: Columns, seed: int) -> pl.DataFrame:
    """Return the share of each coordinate's weighted variance that columns explain in rows left out."""
    evidence, x = side.evidence, dense(side.encoded(columns), columns.n_places)
    settings = choose_settings(evidence, x, seed)
    expected, weight = left_out(evidence, x, folds_of(len(x), seed), settings), settings.weight(evidence)
    rows: Double = evidence.rows
    centre = weight @ rows / weight.sum()
    lost, whole = weight @ (rows - expected) ** 2, weight @ (rows - centre) ** 2
    r2 = 1 - lost / np.where(whole > 0, whole, np.inf)
    names = ["bias", *(f"factor {n}" for n in range(1, rows.shape[1]))]
    return pl.DataFrame({"of": side.of, "coordinate": names, "r2": r2})
