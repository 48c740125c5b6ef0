"""Regression: is the candidate worse than what is live, for everybody or a group; paired by user, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.audit.groupings import all_groupings
from alsoliked.audit.groups import FEW
from alsoliked.chance import holm
from alsoliked.evaluation.bootstrap import Resamples, figure_of_draws
from alsoliked.evaluation.paired import p_of_difference
from alsoliked.evaluation.ranking import ndcg_at_k, relevant_items
from alsoliked.evaluation.trial import liked_from
from alsoliked.serving.rollout.ground import Ground
from alsoliked.serving.rollout.lists import both_lists

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["MARGIN", "Compared", "regression"]

PerUser: TypeAlias = npt.NDArray[np.float64]
Verdict: TypeAlias = Literal["worse", "better", "may be chance", "too few"]

MARGIN = 0.01  # of the live model's figure: a candidate that is surely worse by more does not pass
EVERYBODY = "everybody"
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both models, for everybody or one group.

    Attributes
    ----------
    metric
        ``"rmse"`` or ``"ndcg"``.
    by, group
        What users are told apart by, and which of them.
    users
        How many were measured.
    live, candidate
        The figures.
    difference, low, high
        Candidate minus live, with its 95 % interval from the same resamples of users.
    p
        Two-sided, corrected (Holm) for the number of groups of the metric.
    verdict
        Whether that is worse or better beyond chance.
    fails
        Whether the candidate is surely worse by more than `MARGIN` of the live model's figure.
    """

    metric: str
    by: str
    group: str
    users: int
    live: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float
    verdict: Verdict
    fails: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON: null for what is no number."""
        plain = asdict(self)
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in plain.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over each user's ratings or lists: of the live model, of the candidate, and what they are divided by."""

    metric: str
    users: npt.NDArray[np.int64]  # by the candidate's vocabulary
    live: PerUser
    candidate: PerUser
    amount: PerUser

    def figure(self, sums: PerUser, amount: PerUser) -> PerUser:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = sums / amount
            return np.sqrt(mean) if self.metric == "rmse" else mean


def regression(
    live: Recommender, candidate: Recommender, ground: Ground, *, n: int = 10, seed: int = 0, n_boot: int = 1000
) -> list[Compared]:
    """Hold the candidate against the live model on ratings that neither has learned from.

    Users are resampled, the same ones for both models (`alsoliked.evaluation.paired`); groups are those an audit
    tells apart (`alsoliked.audit.groupings`).

    Parameters
    ----------
    ground
        What both are held to.
    n
        Length of the lists.
    seed
        Of the resamples.
    n_boot
        How many of them.

    Returns
    -------
    list of Compared
        Everybody first; a metric that one of the models does not have is missing.
    """
    groupings = all_groupings(candidate, seed)
    found: list[Compared] = []
    for sums in _measured(live, candidate, ground, n):
        parts = [(EVERYBODY, EVERYBODY, np.ones(len(sums.users), np.bool_))]
        for groups in groupings:
            member = groups.member[sums.users]
            parts += [(groups.name, label, member == place) for place, label in enumerate(groups.labels)]
        parts = [part for part in parts if part[2].any()]
        found += _compared(sums, parts, Resamples(len(sums.users), n_boot, seed))
    return found


def _measured(live: Recommender, candidate: Recommender, ground: Ground, n: int) -> Iterator[_Sums]:
    users, place = np.unique(ground.candidate.user_index, return_inverse=True)
    predicted = [
        rec.predict_indices(side.user_index, side.item_index)
        for rec, side in ((live, ground.live), (candidate, ground.candidate))
    ]
    if predicted[0] is not None and predicted[1] is not None:
        truth = ground.live.rating.astype(np.float64)
        squared = [(one.astype(np.float64) - truth) ** 2 for one in predicted if one is not None]
        errors = [np.bincount(place, one, len(users)).astype(np.float64) for one in squared]
        yield _Sums("rmse", users.astype(np.int64), errors[0], errors[1], np.bincount(place).astype(np.float64))
    liked = ground.candidate.rating >= liked_from(candidate.train_ratings.rating_scale)
    fans = np.unique(ground.candidate.user_index[liked])
    lists = both_lists(live, candidate, ground.candidate.users.decode(fans), n) if len(fans) else None
    if lists is not None:
        ids = ground.candidate.items.decode(ground.candidate.item_index[liked])
        item, whose = lists.items.encode(ids), ground.candidate.user_index[liked]
        relevant = relevant_items([item[whose == user].tolist() for user in fans])
        quality = [ndcg_at_k(made, relevant) for made in (lists.live, lists.candidate)]
        yield _Sums("ndcg", fans.astype(np.int64), quality[0], quality[1], np.ones(len(fans)))


def _compared(
    sums: _Sums, parts: Sequence[tuple[str, str, npt.NDArray[np.bool_]]], resamples: Resamples
) -> list[Compared]:
    columns = [column * mask for _, _, mask in parts for column in (sums.live, sums.candidate, sums.amount)]
    drawn = resamples.sums(np.column_stack(columns))
    rows = []
    for place, (by, group, mask) in enumerate(parts):
        at = [drawn[:, 3 * place + i] for i in range(3)]
        live, candidate = (
            float(sums.figure(one[mask].sum(), sums.amount[mask].sum())) for one in (sums.live, sums.candidate)
        )
        draws = sums.figure(at[1], at[2]) - sums.figure(at[0], at[2])
        figure = figure_of_draws(candidate - live, draws)
        p = p_of_difference(figure.value, draws) if mask.sum() >= FEW else math.nan
        rows.append((by, group, int(mask.sum()), live, candidate, figure, p))
    corrected = [rows[0][-1], *holm([row[-1] for row in rows[1:]])]
    return [_judged(sums.metric, row[:-1], p) for row, p in zip(rows, corrected, strict=True)]


def _judged(metric: str, row: tuple[Any, ...], p: float) -> Compared:
    by, group, users, live, candidate, figure = row
    sign = 1 if metric == "rmse" else -1  # of what is bad
    nearest = min(sign * figure.low, sign * figure.high)
    sure = p < SURE
    verdict: Verdict = "too few" if math.isnan(p) else "may be chance"
    if sure:
        verdict = "worse" if sign * figure.value > 0 else "better"
    fails = verdict == "worse" and nearest > MARGIN * live
    ends = (figure.value, figure.low, figure.high)
    return Compared(metric, by, group, users, live, candidate, *ends, p, verdict, fails)
