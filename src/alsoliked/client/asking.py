"""What a client asks for: lists, explanations, interviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alsoliked.client.answers import Answer, Explanation, Interview
from alsoliked.client.reading import made
from alsoliked.client.wire import Wire, path

__all__ = ["Asking"]

Only = Mapping[str, str | Sequence[str]]


class Asking:
    """The half of a client that reads; see `Client`."""

    _wire: Wire

    def recommendations(
        self,
        user: str,
        n: int = 10,
        *,
        only: Only | None = None,
        exclude: Sequence[str] = (),
        diversity: float = 0.0,
        explore: float = 0.0,
    ) -> Answer:
        """List the best items for a user.

        Parameters
        ----------
        user
            Whose list; whoever is unknown gets one, too, and `reasons` says how it was made.
        n
            How many places.
        only
            What items must be, by column: ``{"genres": "Drama", "year": "1990..1999"}``.
        exclude
            Items to leave out, by id or title.
        diversity
            From 0, the best items, to 1, items as unlike each other as can be.
        explore
            Share of the places given to items of which little is known.
        """
        params: dict[str, Any] = {"n": n, "diversity": diversity, "explore": explore, "exclude": list(exclude)}
        params |= {name: value if isinstance(value, str) else list(value) for name, value in (only or {}).items()}
        return made(Answer, self._wire.ask("GET", path("users", user, "recommendations"), params=params))

    def recommendations_for(
        self,
        ratings: Mapping[str, float],
        n: int = 10,
        *,
        columns: Mapping[str, Any] | None = None,
        only: Only | None = None,
        exclude: Sequence[str] = (),
        diversity: float = 0.0,
        explore: float = 0.0,
    ) -> Answer:
        """List the best items for a stranger, from these ratings and columns; nothing of it is kept."""
        body: dict[str, Any] = {"ratings": dict(ratings), "n": n, "diversity": diversity, "explore": explore}
        body |= {"columns": dict(columns or {}), "exclude": list(exclude)}
        body["only"] = {name: value if isinstance(value, str) else list(value) for name, value in (only or {}).items()}
        return made(Answer, self._wire.ask("POST", "/recommendations", json=body))

    def similar(self, item: str, n: int = 10) -> Answer:
        """List items like an item; `score` is the cosine between their factors."""
        return made(Answer, self._wire.ask("GET", path("items", item, "similar"), params={"n": n}))

    def explain(self, user: str, item: str) -> Explanation:
        """Say why an item is predicted as it is for a user."""
        return made(Explanation, self._wire.ask("GET", path("users", user, "explanations", item)))

    def explain_for(self, ratings: Mapping[str, float], item: str) -> Explanation:
        """Say the same for a stranger's ratings; nothing of it is kept."""
        body = {"item": item, "ratings": dict(ratings)}
        return made(Explanation, self._wire.ask("POST", "/explanations", json=body))

    def begin_interview(
        self,
        user: str | None = None,
        *,
        form: str = "rate",
        most: int = 8,
        least: int = 3,
        ratings: Mapping[str, float] | None = None,
        columns: Mapping[str, Any] | None = None,
    ) -> Interview:
        """Begin an interview; the answers of a named user become ratings, those of nobody are not kept as such.

        Parameters
        ----------
        user
            Whose ratings the answers become; None: a stranger's, of whom `ratings` and `columns` may be known.
        form
            ``"rate"`` one item a question, ``"pair"`` which of two, ``"pick_three"`` a page to pick from first.
        most, least
            How many questions.
        ratings, columns
            What is known of a stranger beforehand.
        """
        body: dict[str, Any] = {"user": user, "form": form, "most": most, "least": least}
        body |= {"ratings": dict(ratings or {}), "columns": dict(columns or {})}
        return made(Interview, self._wire.ask("POST", "/interviews", json=body))

    def answer_interview(
        self,
        interview: str,
        *,
        item: str | None = None,
        rating: float | None = None,
        pair: tuple[str, str] | None = None,
        preferred: str | None = None,
        loved: Sequence[str] | None = None,
        n: int = 10,
    ) -> Interview:
        """Answer what was asked: `item` and `rating` (None: not seen), a `pair` and which is preferred, or `loved`.

        It is sent once: an answer that got lost is asked for again.
        """
        body: dict[str, Any] = {"n": n}
        if item is not None:
            body |= {"item": item, "rating": rating}
        if pair is not None:
            body |= {"first": pair[0], "second": pair[1], "preferred": preferred}
        if loved is not None:
            body["loved"] = list(loved)
        place = path("interviews", interview, "answers")
        return made(Interview, self._wire.ask("POST", place, json=body, again=False))
