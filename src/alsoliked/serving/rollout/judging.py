"""Judging: each guardrail's figure in both groups, how far apart they are, and whether that is surely too far."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from alsoliked.serving.rollout import arms
from alsoliked.serving.rollout.sequential import log_bet, log_mismatch, log_rate_bet, lower_end
from alsoliked.serving.rollout.spread import Estimate, alike, different
from alsoliked.serving.storage.rollouts import Rollout

__all__ = ["FEW", "RATES", "TESTS", "Test", "Verdict", "judged_rate", "judged_split", "judged_test", "mean_of"]

FEW = 50  # users in each group before anything is said of means
AMONG = 20  # users whose different items are counted
SCALE = 0.2  # which differences are bet on: so many standard deviations of users


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a guardrail stands.

    Attributes
    ----------
    name
        ``"error"``, ``"acceptance"`` …
    crossed
        Whether the candidate is surely worse than `margin` allows.
    enough
        Whether there were enough users to say anything.
    candidate, control
        The figures; for rates in shadow `control` is the limit.
    users
        Of both groups.
    worse_by, at_least
        How much worse the candidate is, as a share of the control group's figure (for rates: in points), and how much
        it surely is; negative where it is better, null where nothing can be said.
    margin
        How much worse it may be.
    p
        Valid at every look: below `alpha` it is crossed.
    alpha
        This guardrail's part of the false alarms that are allowed.
    words
        In a sentence.
    """

    name: str
    crossed: bool
    enough: bool
    candidate: float | None
    control: float | None
    users: tuple[int, int]
    worse_by: float | None
    at_least: float | None
    margin: float
    p: float
    alpha: float
    words: str

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Test:
    """A guardrail by which candidate and control are compared.

    Attributes
    ----------
    name, what
        In a word, and in words.
    sign
        1 where more is worse, -1 where less is.
    margin
        How much worse the candidate may be, as a share of the control group's figure.
    floor
        The control group's figure counts as at least so much, where a share of next to nothing would be nothing.
    figures
        Takes a connection and a time since; gives both groups' estimates.
    """

    name: str
    what: str
    sign: int
    margin: float
    floor: float
    figures: Callable[[Connection, float], Mapping[str, Estimate]]


def mean_of(values: npt.NDArray[np.float64]) -> Estimate:
    """Return the mean of users' figures, every user alike."""
    n = len(values)
    if n < 2:
        return Estimate(math.nan, math.nan, n)
    return Estimate(float(values.mean()), float(values.std(ddof=1) / math.sqrt(n)), n)


def _means(of: Callable[[Connection, float], Mapping[str, npt.NDArray[np.float64]]]) -> Any:  # noqa: ANN401
    return lambda connection, since: {arm: mean_of(values) for arm, values in of(connection, since).items()}


def _alike(connection: Connection, since: float) -> dict[str, Estimate]:
    return {arm: alike(*pairs) for arm, pairs in arms.shown(connection, since).items()}


def _different(connection: Connection, since: float) -> dict[str, Estimate]:
    return {arm: different(*pairs, AMONG) for arm, pairs in arms.shown(connection, since).items()}


TESTS = (
    Test("error", "the mean squared error of predictions", 1, 0.02, 0.0, _means(arms.error)),
    Test("acceptance", "the share of shown items that were liked later", -1, 0.05, 0.005, _means(arms.acceptance)),
    Test("fallback", "the share of places not filled by the model", 1, 0.05, 0.1, _means(arms.fallback)),
    Test("latency", "the milliseconds that making a list took", 1, 0.25, 20.0, _means(arms.latency)),
    Test("coverage", f"different items shown to {AMONG} users", -1, 0.1, 0.0, _different),
    Test("concentration", "the chance that two users are shown the same", 1, 0.1, 0.0, _alike),
)
RATES: Mapping[str, tuple[float, str]] = MappingProxyType(
    {
        "failures": (0.01, "of the users for whom it made a list in shadow it failed"),
        "latency": (0.05, "of the users for whom it made a list in shadow it took longer than the budget"),
    }
)


def judged_test(connection: Connection, held: Rollout, test: Test, alpha: float) -> Verdict:
    """Compare both groups since the stage began."""
    figures = test.figures(connection, held.stage_since)
    return compared(test, figures["candidate"], figures["control"], alpha)


def compared(test: Test, candidate: Estimate, control: Estimate, alpha: float) -> Verdict:
    """Say whether the candidate is surely worse than the margin allows.

    Examples
    --------
    >>> compared(TESTS[0], Estimate(1.0, 0.01, 900), Estimate(0.8, 0.01, 900), 0.01).crossed
    True
    """
    users = (candidate.users, control.users)
    base = max(abs(control.value), test.floor)
    if min(users) < FEW or not (base > 0 and math.isfinite(candidate.value - control.value)):
        words = f"{test.what}: {users[0]} and {users[1]} users so far, {FEW} of each are needed."
        one, other = (group.value if math.isfinite(group.value) else None for group in (candidate, control))
        return Verdict(test.name, False, False, one, other, users, None, None, test.margin, 1.0, alpha, words)
    worse = test.sign * (candidate.value - control.value) / base
    error = math.hypot(candidate.error, control.error * (1 + test.margin)) / base
    error = max(error, abs(worse) / math.sqrt(min(users)))  # where nothing varies, so many users say no more
    scale = SCALE * error / math.sqrt(1 / users[0] + 1 / users[1])
    bet = log_bet(worse - test.margin, error, scale)
    low = lower_end(worse, error, scale, alpha)
    crossed = bet >= math.log(1 / alpha)
    words = f"{test.what}: {candidate.value:.3g} with the candidate, {control.value:.3g} in the control group"
    words += f"; surely {low:.1%} worse, {test.margin:.0%} is allowed." if crossed else "."
    p = min(1.0, math.exp(-max(bet, 0.0)))
    told = (candidate.value, control.value)
    return Verdict(test.name, crossed, True, *told, users, worse, low, test.margin, p, alpha, words)


def judged_split(connection: Connection, held: Rollout, alpha: float) -> Verdict:
    """Say whether users fall to both groups as they should: else something loses some, and no figure can be trusted."""
    seen = arms.first_seen(connection, held.stage_since)
    control = min(2 * held.share, 1.0) - held.share
    share = held.share / (held.share + control)
    users = (seen["candidate"], seen["control"])
    bet = log_mismatch(*users, share)
    crossed = bet >= math.log(1 / alpha)
    words = f"users seen: {users[0]:,} with the candidate, {users[1]:,} in the control group, {share:.0%} expected"
    words += "; that is not by chance, so some get lost." if crossed else "."
    whole = sum(users)
    worse = None if not whole else users[0] / whole - share
    p = min(1.0, math.exp(-max(bet, 0.0)))
    told = (float(users[0]), float(users[1]))
    return Verdict("sample ratio", crossed, whole > 0, *told, users, worse, None, 0.0, p, alpha, words)


def judged_rate(connection: Connection, held: Rollout, name: str, budget: float, alpha: float) -> Verdict:
    """Say whether a candidate in shadow fails, or is late, more often than it may."""
    limit, what = RATES[name]
    tried, failed, late = arms.in_shadow(connection, held.id, held.stage_since, budget)
    hits = failed if name == "failures" else late
    bet = log_rate_bet(hits, tried - hits, limit) if tried else 0.0
    crossed = bet >= math.log(1 / alpha)
    rate = hits / tried if tried else None
    words = f"for {hits:,} of {tried:,} {what.removeprefix('of the ')}; {limit:.0%} is allowed."
    p = min(1.0, math.exp(-max(bet, 0.0)))
    worse = None if rate is None else rate - limit
    return Verdict(name, crossed, tried > 0, rate, limit, (tried, 0), worse, None, 0.0, p, alpha, words)
