"""Ids: text over HTTP and in the database, whatever they are in a bundle."""

from __future__ import annotations

from bisect import bisect_left

from alsoliked.data.vocabulary import Id, Vocabulary

__all__ = ["index_of", "known"]

LONGEST = 200  # characters; no id of anybody is longer


def known(vocabulary: Vocabulary, text: str) -> Id | None:
    """Return the id that is written so, or None; one id is written in one way, so ``"07"`` is not 7.

    Examples
    --------
    >>> known(Vocabulary([7, 8]), "7"), known(Vocabulary([7, 8]), "07"), known(Vocabulary(["a7"]), "a7")
    (7, None, 'a7')
    """
    place = index_of(vocabulary, text)
    return None if place is None else vocabulary[place]


def index_of(vocabulary: Vocabulary, text: str) -> int | None:
    """Return the index of the id that is written so, or None; quick, since every request asks."""
    if len(text) > LONGEST:
        return None
    made = vocabulary.parse(text)
    if str(made) != text or not isinstance(made, vocabulary.kind):
        return None
    place = bisect_left(vocabulary.ids, made)
    return place if place < len(vocabulary) and vocabulary[place] == made else None
