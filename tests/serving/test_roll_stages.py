"""The table of stages: no way round the review, and every way ends."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.stages import FOLLOWS, OPEN, SERVING, check_step, next_share

WALKS = st.lists(st.integers(0, 8), max_size=30)


def walk(choices: list[int]) -> list[str]:
    """A way through the table: at each state one of those that may follow."""
    states = ["proposed"]
    for choice in choices:
        following = sorted(FOLLOWS[states[-1]])
        if not following:
            break
        check_step(states[-1], following[choice % len(following)])
        states.append(following[choice % len(following)])
    return states


@given(WALKS)
def test_nobody_is_shown_what_no_person_approved(choices: list[int]) -> None:
    states = walk(choices)
    for place, state in enumerate(states):
        if state in SERVING or state == "finished":
            assert "approved" in states[:place]
            assert "checked" in states[: states.index("approved")]


@given(WALKS)
def test_what_is_over_stays_over(choices: list[int]) -> None:
    states = walk(choices)
    for before, after in itertools.pairwise(states):
        if before not in OPEN:
            assert (before, after) == ("finished", "rolled back")


def test_back_is_possible_from_everywhere_it_means_something() -> None:
    for state in (*OPEN, "finished"):
        check_step(state, "rolled back")


def test_every_other_step_is_refused() -> None:
    for state, following in FOLLOWS.items():
        for then in set(FOLLOWS) - following:
            with pytest.raises(ConflictError, match=f"that is {state} cannot become {then}"):
                check_step(state, then)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6, unique=True).map(sorted))
def test_shares_rise_through_the_plan_to_all(percents: list[int]) -> None:
    share, seen = 0.0, []
    while share < 1:
        share = next_share(share, tuple(map(float, percents)))
        seen.append(round(100 * share))
    assert seen == [*[p for p in percents if p < 100], 100]
