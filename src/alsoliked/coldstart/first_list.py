"""First lists: what to show somebody of whom nothing is known.

- ``"rating"``: items by the lower end of what their mean rating may be. An item's mean is shrunk towards the mean of
  all (empirical Bayes), and the less sure it is the more is taken off: five good ratings do not beat five hundred.
- ``"popular"``: the most rated items, of all time or of the last so many days.
- ``"newest"``: by the date or year in the item table, else by when an item was first rated.
- ``"varied"``: the most rated items (the newest, where nobody has rated yet), but each next one is of a kind that the
  list has shown least.
- ``"picks"``: an editor's list.

The last three need no ratings at all: a catalogue with no users yet has a first list as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.coldstart.catalogue import Catalogue
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError
from alsoliked.models.options import check_number, check_whole
from alsoliked.recommendation.ranked import Ranked

__all__ = ["FirstBy", "first_list"]

FirstBy: TypeAlias = Literal["rating", "popular", "newest", "varied", "picks"]
Double: TypeAlias = npt.NDArray[np.float64]

DAY = 86_400
LOWER = 1.645  # widths below the mean: 19 of 20 means are above it


def first_list(
    catalogue: Ratings | pl.DataFrame,
    by: FirstBy = "rating",
    n: int = 10,
    *,
    days: float | None = None,
    picks: Iterable[Id] = (),
    exclude: Iterable[Id] = (),
    among: Iterable[Id] | None = None,
) -> Ranked:
    """List items for somebody of whom nothing is known, without any model.

    Parameters
    ----------
    catalogue
        Ratings, or a table of items (column `item`, perhaps `title` and others) that nobody has rated yet.
    by
        ``"rating"``, ``"popular"``, ``"newest"``, ``"varied"`` or ``"picks"``.
    n
        Length of the list.
    days
        Of ``"popular"`` and ``"varied"``: count ratings of the last so many days alone; None counts all.
    picks
        Of ``"picks"``: ids or titles, best first.
    exclude, among
        Leave these out; choose among these alone (ids or titles).

    Raises
    ------
    OptionError
        If `by` is unknown, needs ratings or dates that are not there, or an option has no effect on it.
    UnknownItemError, AmbiguousTitleError
        If an item's name means nothing, or too much.

    Examples
    --------
    >>> from alsoliked.data.ratings import Ratings
    >>> ratings = Ratings.from_columns([1, 2, 3, 1], ["a", "a", "a", "b"], [5, 4, 5, 5])
    >>> list(first_list(ratings, "popular", 1)), first_list(ratings, "popular", 1).served_by
    (['a'], 'most rated: nothing is known of the user')
    """
    _check(by, n, days, picks)
    known = Catalogue.of(catalogue)
    scores, said = _scores(known, by, days, [known.titles.index(item) for item in picks])
    if among is not None:
        others = np.ones(len(scores), dtype=np.bool_)
        others[[known.titles.index(item) for item in among]] = False
        scores[others] = -np.inf
    scores[[known.titles.index(item) for item in exclude]] = -np.inf
    if by == "varied":
        scores = _in_turn(known, scores, n)
    best = np.lexsort((-known.counts, -scores))  # of equals the more rated first
    best = best[np.isfinite(scores[best])][:n]
    return _listed(known, best, scores, f"{said}: nothing is known of the user", by)


def _check(by: str, n: int, days: float | None, picks: Iterable[Id]) -> None:
    check_whole("n", n)
    if by not in get_args(FirstBy):
        raise OptionError(f"by={by!r} is unknown; expected one of {', '.join(get_args(FirstBy))}.")
    if days is not None:
        check_number("days", days, above=0)
        if by not in ("popular", "varied"):
            raise OptionError(f"days={days:g} has no effect on by={by!r}; leave it out, or list by='popular'.")
    if bool(picks) != (by == "picks"):
        raise OptionError("picks and by='picks' go together: pass both, with the items to show, or none of them.")


def _scores(known: Catalogue, by: FirstBy, days: float | None, picks: list[int]) -> tuple[Double, str]:
    """Return what the list is ordered by, (n_items,), -inf for what it cannot hold, and how to say so."""
    if by == "picks":
        scores = np.full(known.n_items, -np.inf)
        scores[picks] = np.arange(len(picks), 0, -1)
        return scores, "an editor's list"
    if by == "newest" or (by == "varied" and known.ratings is None):
        return known.dates(), "newest" if by == "newest" else "newest, of all kinds in turn"
    if known.ratings is None:
        raise OptionError(f"by={by!r} needs ratings and there are none; expected 'newest', 'varied' or 'picks'.")
    if by == "rating":
        mean, width = known.means()
        return mean - LOWER * width, "best rated, for sure"
    counts = known.counts if days is None else _recent(known.ratings, days)
    window = "" if days is None else f" in the last {days:g} days"
    scores = np.where(counts > 0, counts.astype(np.float64), -np.inf)
    return scores, f"most rated{window}" + (", of all kinds in turn" if by == "varied" else "")


def _recent(ratings: Ratings, days: float) -> npt.NDArray[np.integer]:
    if ratings.timestamp is None:
        raise OptionError(f"days={days:g} came and these ratings have no timestamps; leave it out.")
    late = ratings.timestamp > ratings.timestamp.max(initial=0) - days * DAY
    return np.bincount(ratings.item_index[late], minlength=ratings.n_items)


def _in_turn(known: Catalogue, scores: Double, n: int) -> Double:
    """Score the n items of the list by their place in it: each next one is of kinds that were shown least.

    An item's kinds are the members of its sets (genres) and its categories; what counts against it is how often its
    kinds were shown so far, on average; of those alike the one with the best score comes first.
    """
    kinds, order = known.kinds(), np.lexsort((-known.counts, -scores))
    order = order[np.isfinite(scores[order])]
    shown, turned = np.zeros(kinds.shape[1]), np.full_like(scores, -np.inf)
    for place in range(min(n, len(order))):
        best = order[np.argmin(kinds[order] @ shown)]  # the first of the least: the best score
        turned[best] = n - place
        shown += kinds[best]
        order = order[order != best]
    return turned


def _listed(known: Catalogue, best: npt.NDArray[np.integer], scores: Double, served_by: str, by: FirstBy) -> Ranked:
    mean, width = known.means() if known.ratings is not None else (None, None)
    return Ranked(
        items=tuple(known.items.decode(best)),
        titles=tuple(known.titles.label(int(place)) for place in best),
        scores=tuple(float(scores[place]) for place in best),
        ratings=None if mean is None or by != "rating" else tuple(float(mean[place]) for place in best),
        counts=tuple(int(known.counts[place]) for place in best),
        served_by=served_by,
        widths=None if width is None or by != "rating" else tuple(float(width[place]) for place in best),
    )
