"""A checkup in words: one sentence for each thing worth knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alsoliked.data.checkup import Checkup

__all__ = ["in_words"]

MOSTLY = 0.8  # share of one rating from which there is little to tell users' tastes apart by
MANY_ZEROS = 0.2  # share of zeros from which zero may mean "not rated"
HEAVY = 0.2  # share of ratings by the top 1 % from which it is called heavy


def in_words(report: Checkup) -> list[str]:
    """Say what a checkup found: first the plain facts, then what is odd."""
    return [*_facts(report), *_titles(report), *_thin(report), *_times(report), *_oddities(report)]


def _facts(report: Checkup) -> list[str]:
    low, high = report.rating_scale
    rating, count, share = max(report.histogram, key=lambda row: row[1])
    kind = f"{len(report.levels)} different values" if report.levels is not None else "a continuous scale"
    heavy = ", a heavy hand on any model trained on them" if report.top_users_share >= HEAVY else ""
    who = _count(report.top_users, "user")
    return [
        f"{_count(report.n_ratings, 'rating')} of {_count(report.n_items, 'item')} by {_count(report.n_users, 'user')}:"
        f" {_percent(report.density)} of all pairs are rated.",
        f"Ratings run from {low:g} to {high:g} ({kind}), {report.mean:.2f} on average; the most frequent is"
        f" {rating:g}, {count:,} times ({_percent(share)}).",
        f"The most active 1 % ({who}) wrote {_percent(report.top_users_share)} of the ratings{heavy}.",
    ]


def _titles(report: Checkup) -> list[str]:
    words = []
    if report.repeated_titles:
        shown = "; ".join(report.repeated_titles[:3])
        words.append(
            f"{report.n_titles:,} titles for {report.n_titled:,} items: {len(report.repeated_titles):,} titles are"
            f" shared by several items ({shown} …), so ids are shown beside them."
        )
    if 0 < report.n_titled < report.n_items:
        words.append(f"{report.n_items - report.n_titled:,} rated items have no title; they are called by their id.")
    if report.unrated_items:
        words.append(f"{_count(report.unrated_items, 'item')} of the item table without a rating: cold items.")
    return words


def _thin(report: Checkup) -> list[str]:
    words = []
    if report.users_with_one:
        words.append(
            f"{_count(report.users_with_one, 'user')} gave a single rating: held out, nothing is known of them."
        )
    if report.items_with_one:
        words.append(f"{_count(report.items_with_one, 'item')} got a single rating: little can be learnt about them.")
    return words


def _times(report: Checkup) -> list[str]:
    if report.time_span is None or report.same_second is None or report.out_of_order is None:
        return ["There are no timestamps, so a split by time is not possible."]
    first, last = report.time_span
    words = [f"Ratings were given from {first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC)."]
    if last.year <= 1970:
        words.append("All timestamps fall into 1970: they are hardly seconds; perhaps days, or dates such as 20240131?")
    if first == last:
        words.append("All timestamps are the same: a split by time means nothing.")
    elif report.same_second:
        words.append(
            f"{_percent(report.same_second)} of the ratings share their second with another of the same user:"
            " the order among those is not known."
        )
    if report.out_of_order:
        words.append(f"{_percent(report.out_of_order)} of the ratings stand after a later one of the same user.")
    return words


def _oddities(report: Checkup) -> list[str]:
    words = []
    shares = {rating: share for rating, _, share in report.histogram}
    rating, share = max(shares.items(), key=lambda pair: pair[1])
    if report.rating_scale[0] == report.rating_scale[1]:
        words.append("All ratings are the same: there is nothing to learn from their value, only from who chose what.")
    elif report.levels is not None and share >= MOSTLY:
        words.append(f"{_percent(share)} of the ratings are {rating:g}: they say little about who likes what.")
    if report.rating_scale[0] == 0 and report.levels is not None and shares[0.0] >= MANY_ZEROS:
        words.append(f"{_percent(shares[0.0])} of the ratings are 0, which in some data means 'not rated'.")
    if report.constant_users:
        words.append(f"{_count(report.constant_users, 'user')} gave the same rating every time (five times or more).")
    if report.spaced_ids:
        words.append(
            f"Blanks at the beginning or end of {_count(report.spaced_ids, 'id')}: 'a' and ' a' are two ids here."
        )
    return words


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"
