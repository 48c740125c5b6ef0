"""Questions: what is asked, and why, in words that name the figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from alsoliked.coldstart.interview.choosing import LOVED, Chosen
from alsoliked.coldstart.interview.state import Form
from alsoliked.data.vocabulary import Id

__all__ = ["Question", "reason"]


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask next.

    Attributes
    ----------
    form
        ``"rate"``: what rating the item gets. ``"pair"``: which of the two was liked more. ``"pick_three"``: which
        three of the page are loved.
    items, titles
        What it is about: one item, two, or a page of them.
    number, most
        Which question this is, counted from 1, and how many there are at most.
    chance
        How likely the person is to know the item, or both; of a page, each item on average.
    drop
        The share by which the error of predictions is expected to fall, chance weighed in.
    why
        The reason it is asked, in one sentence.
    """

    form: Form
    items: tuple[Id, ...]
    titles: tuple[str, ...]
    number: int
    most: int
    chance: float
    drop: float
    why: str

    @property
    def item(self) -> Id:
        """The item, or the first of them."""
        return self.items[0]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        asked = {
            "rate": "How do you rate {0}?",
            "pair": "Which did you like more, {0} or {1}?",
            "pick_three": f"Which {LOVED} of these do you love? {{all}}",
        }[self.form]
        return f"{self.number}/{self.most}  " + asked.format(*self.titles, all="; ".join(self.titles))


def reason(form: Form, chosen: Chosen, counts: list[int], n_users: int, errors: tuple[float, float]) -> str:
    """Say why something is asked.

    Examples
    --------
    >>> reason("rate", Chosen((0,), 0.5, 0.1), [412], 943, (0.953, 0.94))
    '412 of 943 users rated it and you know it with a chance of 50 %; your rating would lower the error to expect from
    0.953 to 0.940.'
    """
    lower = f"would lower the error to expect from {errors[0]:.3f} to {errors[1]:.3f}."
    if form == "rate":
        known = f"{counts[0]:,} of {n_users:,} users rated it and you know it with a chance of {chosen.chance:.0%}"
        told = f"{known}; your rating {lower}"
    elif form == "pair":
        known = f"{counts[0]:,} and {counts[1]:,} of {n_users:,} users rated them"
        told = f"{known} and you know both with a chance of {chosen.chance:.0%}; which you like more {lower}"
    else:
        known = f"{min(counts):,} to {max(counts):,} of {n_users:,} users rated each of them"
        told = f"{known}, and none tells the same as another; {LOVED} of them {lower}"
    return told.replace("%", " %")
