"""Naming: words for both ends of an axis, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence

from alsoliked.interpretation.evidence import Evidence

__all__ = ["figure", "name_of", "sentence"]

ENDS = {  # of what is a number: what its low and its high values are called
    "popularity": ("rarely rated", "often rated"),
    "activity": ("rates little", "rates much"),
    "mean rating": ("low ratings", "high ratings"),
    "year": ("older", "newer"),
    "age": ("younger", "older"),
}
ABOUT = {
    "popularity": "how often items are rated",
    "activity": "how much users rate",
    "mean rating": "how high the ratings are",
}
WORDS = 3  # for one end
MOSTLY = 0.7  # |r| from which half the differences along an axis are accounted for


def name_of(plain: Sequence[Evidence], rest: Sequence[Evidence]) -> str | None:
    """Name an axis by both ends, ``low ↔ high``; what ratings alone tell comes first; None without evidence.

    Examples
    --------
    >>> drama = Evidence("c1", "genre", "Drama", -0.5, -0.6, -0.4, 400, 1e-9, True)
    >>> year = Evidence("c1", "year", "year", 0.4, 0.3, 0.5, 400, 1e-9, True)
    >>> name_of([], [drama, year])
    'Drama, older ↔ newer'
    """
    low: list[str] = []
    high: list[str] = []
    for row in (*plain, *rest):
        for end, word in zip((low, high), _words(row), strict=True):
            if word and len(end) < WORDS:
                end.append(word)
    if not low and not high:
        return None
    return f"{', '.join(low) or 'others'} ↔ {', '.join(high) or 'others'}"


def sentence(component: str, own: Sequence[Evidence], plain: Sequence[Evidence], rest: Sequence[Evidence]) -> str:
    """Say what a component goes together with, or that nothing is clear."""
    if not own:
        return f"{component}: no clear meaning: there is nothing to set it against."
    if not plain and not rest:
        most = f"nothing beyond |r| = {_short(abs(own[0].r))}; the most is {figure(own[0])}"
        return f"{component}: no clear meaning: {most}."
    if not plain:
        return f"{component}: {name_of([], rest)}; {_figures(rest)}."
    how = "mostly" if abs(plain[0].r) >= MOSTLY else "partly"
    about = " and ".join(ABOUT[row.kind] for row in plain)
    said = f"{component}: {how} {about} ({name_of(plain, [])}); {_figures(plain)}."
    if rest:
        said += f" Among {own[0].of} alike in that: {name_of([], rest)}; {_figures(rest)}."
    return said


def figure(row: Evidence) -> str:
    """Write an association as ``r = .61 with Drama (.55 to .66, 412 items)``."""
    return f"r = {_short(row.r)} with {_called(row)} ({_short(row.low)} to {_short(row.high)}, {row.n:,} {row.of})"


def _figures(rows: Sequence[Evidence]) -> str:
    """Write the strongest association, and the strongest at the other end if there is one."""
    other = [row for row in rows[1:] if row.r * rows[0].r < 0 or row.kind in ABOUT]
    return "; ".join(figure(row) for row in (rows[0], *other[:1]))


def _called(row: Evidence) -> str:
    if row.kind in ("genre", *ENDS) or row.kind == row.against:
        return row.against
    return f"“{row.against}”" if row.kind == "tag" else f"{row.kind} {row.against}"


def _words(row: Evidence) -> tuple[str, str]:
    low, high = "", _called(row)
    if row.kind == row.against:
        low, high = ENDS.get(row.kind, (f"low {row.kind}", f"high {row.kind}"))
    return (low, high) if row.r > 0 else (high, low)


def _short(r: float) -> str:
    return "0" if abs(r) < 0.005 else f"{r:.2f}".replace("0.", ".", 1)
