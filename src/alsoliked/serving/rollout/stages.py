"""Stages: which step of a rollout may follow which, as one table; pure, and nothing else decides it.

::

    proposed → checked → approved → shadow → partial (1 % → 10 % → 50 %) → finished
    before it is shown: → rejected
    once approved:      → halted → shadow again
    from any, also when finished: → rolled back
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from alsoliked.serving.refusals import ConflictError

__all__ = ["FOLLOWS", "OPEN", "SERVING", "State", "check_step", "next_share"]

State: TypeAlias = Literal[
    "proposed", "checked", "approved", "rejected", "shadow", "partial", "finished", "halted", "rolled back"
]

FOLLOWS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        "proposed": frozenset({"checked", "rejected", "rolled back"}),
        "checked": frozenset({"checked", "approved", "rejected", "rolled back"}),  # not halted: from there it is shown
        "approved": frozenset({"shadow", "rejected", "halted", "rolled back"}),
        "rejected": frozenset(),
        "shadow": frozenset({"partial", "finished", "halted", "rolled back"}),
        "partial": frozenset({"partial", "finished", "halted", "rolled back"}),
        "finished": frozenset({"rolled back"}),
        "halted": frozenset({"shadow", "rolled back"}),
        "rolled back": frozenset(),
    }
)
OPEN: frozenset[State] = frozenset(FOLLOWS) - {"rejected", "finished", "rolled back"}
SERVING: frozenset[State] = frozenset({"shadow", "partial"})  # the candidate is asked
BEFORE: frozenset[State] = frozenset({"proposed", "checked"})  # no person has approved it


def check_step(now: State, then: State) -> None:
    """Refuse a step that may not follow.

    Raises
    ------
    ConflictError
        If it may not.

    Examples
    --------
    >>> check_step("checked", "approved")
    >>> check_step("halted", "partial")
    Traceback (most recent call last):
    alsoliked.serving.refusals.ConflictError: a rollout that is halted cannot become partial; it can become rolled back,
    shadow.
    """
    if then not in FOLLOWS[now]:
        may = ", ".join(sorted(FOLLOWS[now])) or "nothing else: it is over"
        raise ConflictError(f"a rollout that is {now} cannot become {then}; it can become {may}.")


def next_share(share: float, steps: tuple[float, ...]) -> float:
    """Return the share of users that the next step serves, from the percents of a plan; 1 when all get it.

    Examples
    --------
    >>> next_share(0.0, (1.0, 10.0, 50.0, 100.0)), next_share(0.1, (1.0, 10.0, 50.0, 100.0)), next_share(0.5, (50.0,))
    (0.01, 0.5, 1.0)
    """
    larger = [step / 100 for step in steps if step / 100 > share + 1e-9]
    return min(larger, default=1.0)
