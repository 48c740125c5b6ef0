"""Evidence: what a person has to see before a candidate comes in: what changes for whom. Computed once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.audit.groupings import all_groupings
from alsoliked.audit.groups import FEW
from alsoliked.audit.shown.measures import overlap
from alsoliked.serving.rollout.extremes import new_extremes
from alsoliked.serving.rollout.lists import BothLists, both_lists, known_to_both
from alsoliked.serving.rollout.movers import movers
from alsoliked.serving.rollout.regression import Compared
from alsoliked.serving.rollout.sides import Titles, side_by_side

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["FORMAT", "Evidence", "evidence_of"]

FORMAT = 1
MOST_NAMED = 3  # groups in a sentence
MOST_USERS = 2000  # whose lists are made; more would only make the figures finer
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What changes for whom.

    Attributes
    ----------
    summary
        Users looked at, users only one of the models knows, share of list places that changed, share of users whose
        first place did; coverage, effective items and overlap of the lists of both.
    lists
        Side by side, for pinned users and for some chosen by how much changes and by lot.
    movers
        Items that gain and lose most places: ``{"up": […], "down": […]}``.
    extremes
        Items whose bias is among the highest or lowest now, and was not.
    groups
        Share of places changed by group of users, and which groups are surely served worse.
    words
        The same in sentences.
    """

    summary: dict[str, Any]
    lists: list[dict[str, Any]]
    movers: dict[str, list[dict[str, Any]]]
    extremes: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    words: list[str]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        parts = ("summary", "lists", "movers", "extremes", "groups", "words")
        return {"format": FORMAT, **{name: getattr(self, name) for name in parts}}


def evidence_of(
    live: Recommender,
    candidate: Recommender,
    compared: Sequence[Compared],
    *,
    pinned: Sequence[str] = (),
    n: int = 10,
    seed: int = 0,
) -> Evidence:
    """Look at what changes for whom.

    Lists are those of trained users, with what either model was trained on left out of both; what people said since
    moves both alike and is not counted.

    Parameters
    ----------
    compared
        What `regression` found.
    pinned
        Users somebody wants to see in any case, ids as text.
    n
        Length of the lists.
    seed
        Draws the users.
    """
    both = known_to_both(live, candidate)
    users = both if len(both) <= MOST_USERS else both.sample(MOST_USERS, seed=seed).sort()
    lists = both_lists(live, candidate, _with_pinned(users, both, pinned), n) if len(users) else None
    titles = Titles(live, candidate)
    summary: dict[str, Any] = {
        "live": live.train_ratings.n_users,
        "candidate": candidate.train_ratings.n_users,
        "known_to_both": len(both),
    }
    extremes = new_extremes(live, candidate)
    if lists is None:
        words = ["No lists can be compared: one of the models orders no items, or they share no users."]
        return Evidence(summary, [], {"up": [], "down": []}, extremes, [], words)
    summary |= _summary(lists)
    groups = _groups(candidate, lists, compared, seed)
    sides = side_by_side(live, candidate, lists, titles, pinned=pinned, seed=seed)
    moved = movers(lists, titles)
    return Evidence(summary, sides, moved, extremes, groups, _words(summary, groups, extremes, moved))


def _with_pinned(users: pl.Series, both: pl.Series, pinned: Sequence[str]) -> pl.Series:
    wanted = both.filter(both.cast(pl.String).is_in(list(pinned)))
    return pl.concat([users, wanted]).unique().sort()


def _summary(lists: BothLists) -> dict[str, Any]:
    n_items = len(lists.items)
    first = (lists.live[:, 0] != lists.candidate[:, 0]).mean()
    told = {"users": len(lists.users), "n": lists.live.shape[1], "items": n_items}
    told |= {"places_changed": float(lists.changed.mean()), "first_changed": float(first)}
    for name, made in (("live", lists.live), ("candidate", lists.candidate)):
        counts = np.bincount(made[made >= 0], minlength=n_items).astype(np.float64)
        share = counts / max(counts.sum(), 1)
        told[f"coverage_{name}"] = int((counts > 0).sum())
        told[f"effective_items_{name}"] = float(1 / max((share**2).sum(), 1e-12))
        told[f"overlap_{name}"] = float(overlap(made, n_items))
    return told


def _groups(candidate: Recommender, lists: BothLists, compared: Sequence[Compared], seed: int) -> list[dict[str, Any]]:
    index, changed = candidate.train_ratings.users.encode(lists.users), lists.changed
    worse = {(row.by, row.group) for row in compared if row.verdict == "worse"}
    rows = []
    for groups in all_groupings(candidate, seed):
        member = groups.member[index]
        for place, label in enumerate(groups.labels):
            mine = member == place
            if mine.sum() >= FEW:
                row = {"by": groups.name, "group": label, "users": int(mine.sum())}
                rows.append(row | {"changed": float(changed[mine].mean()), "worse": (groups.name, label) in worse})
    return sorted(rows, key=lambda row: (not row["worse"], -row["changed"]))


def _words(
    summary: dict[str, Any],
    groups: Sequence[dict[str, Any]],
    extremes: Sequence[dict[str, Any]],
    moved: dict[str, list[dict[str, Any]]],
) -> list[str]:
    said = [
        f"{summary['places_changed']:.0%} of the places in the lists of {summary['users']:,} users hold another item;"
        f" {summary['first_changed']:.0%} of them get another first place.",
        f"Lists show {summary['coverage_candidate']:,} different items (live: {summary['coverage_live']:,}); they are"
        f" spread as over {summary['effective_items_candidate']:.0f} items shown alike"
        f" ({summary['effective_items_live']:.0f}).",
    ]
    for way, verb in (("up", "gains"), ("down", "loses")):
        if moved[way]:
            top = moved[way][0]
            said.append(f"{top['title']} {verb} most: from {top['live']:,} lists to {top['candidate']:,}.")
    worse = [f"{row['group']} ({row['by']})" for row in groups if row["worse"]]
    more = f" and {len(worse) - MOST_NAMED} groups more" if len(worse) > MOST_NAMED else ""
    named = ", ".join(worse[:MOST_NAMED])
    said.append(f"Surely served worse: {named}{more}." if worse else "No group is surely served worse.")
    if extremes:
        said.append(f"{len(extremes)} items are among the most or least liked whatever one's taste, and were not.")
    return said
