"""Interviews over several requests: each question follows from the answers so far, which are kept between them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from alsoliked.coldstart.interview import Form, Interview
from alsoliked.coldstart.interview.replies import Rated
from alsoliked.errors import UnknownIdError
from alsoliked.serving.answering.asked import check
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.lists import recommend
from alsoliked.serving.answering.tokens import issue
from alsoliked.serving.answering.wanted import Answered, Place, Wanted
from alsoliked.serving.answering.whom import whom
from alsoliked.serving.assigned import Stage
from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.storage.interviews import Kept, advance, keep, look_up
from alsoliked.serving.writing.rating import rate

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Reply", "Turn", "answer", "begin"]

Reply = Callable[[Interview], Interview]
"""What was answered: ``lambda interview: interview.answered(item, 4.0)``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an interview stands.

    Attributes
    ----------
    interview
        Its id, to answer with.
    recommendation_id, model, stage, served_by
        As for lists.
    done, why_done
        Whether it is over, and why.
    width
        How unsure predictions for this person still are, a standard deviation.
    question
        What is asked now: form, items, titles, number, most, chance, drop and why; None when it is over.
    list
        What follows from all answers; only when it is over.
    """

    interview: str
    recommendation_id: str
    model: str
    stage: Stage
    served_by: str
    done: bool
    why_done: str | None
    width: float
    question: dict[str, Any] | None
    list: Answered | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


def begin(
    service: Service,
    user: str | None = None,
    *,
    form: Form = "rate",
    most: int = 8,
    least: int = 3,
    given: Mapping[str, float] | None = None,
    columns: Mapping[str, Any] | None = None,
) -> Turn:
    """Begin an interview; for a named user it goes on from what they rated, and their answers become ratings.

    Raises
    ------
    OptionError, DataError
        If the model cannot be taught by answers, or an option is unfit.
    UnavailableError
        If no model can be asked now, or the interview could not be kept.
    """
    _, who = whom(service, Wanted(user, given=given, columns=columns))
    if who.held is None or who.assigned.model is None:
        raise UnavailableError(f"no model can ask anything now ({'; '.join(map(str, who.fell))}); try again later.")
    held, train = who.held, who.held.answers.train
    known = dict(zip(train.items.decode(who.own.items), who.own.ratings.tolist(), strict=True))
    told = {name: who.columns[name] for name in held.told_columns if who.columns.get(name) is not None}
    interview = held.rec.interview(form=form, most=most, least=least, given=known, columns=told)
    kept = Kept(secrets.token_urlsafe(12), user, held.model, who.assigned.stage, interview.to_dict())
    turn = _turn(service, kept, held, interview)
    with service.database.write() as connection:
        keep(connection, service.database.now(connection), kept)
    return turn


def answer(service: Service, interview: str, reply: Reply, *, n: int = 10) -> Turn:
    """Take the answer to a question; `n` is the length of the list that the last answer brings.

    Raises
    ------
    NotThereError
        If there is no such interview.
    OptionError, DataError, UnknownIdError
        If the answer does not fit the question.
    ConflictError
        If another answer came at the same time, or the model that asked is gone.
    UnavailableError
        If the answer could not be kept.
    """
    check(Wanted(n=n))
    with service.database.read() as connection:
        kept = look_up(connection, interview)
    held = _held(service, kept)
    try:
        before = held.rec.interview(state=kept.state)
    except UnknownIdError as error:
        raise ConflictError("the model that asked is no longer served; begin a new interview.") from error
    if before.done:
        raise ConflictError(f"this interview is over ({before.why_done}); begin a new one.")
    after = reply(before)
    _store(service, kept, after)
    now_kept = Kept(interview, kept.user, held.model, kept.stage, after.to_dict())
    with service.database.write() as connection:
        advance(connection, service.database.now(connection), kept, now_kept)
    return _turn(service, now_kept, held, after, n)


def _held(service: Service, kept: Kept) -> Held:
    """Return the model that asked, or the one that is live now."""
    held = service.shelf.get(kept.model)
    if held is not None:
        return held
    _, who = whom(service, Wanted(kept.user))
    if who.held is None:
        raise UnavailableError("no model is in memory; try again later.")
    return who.held


def _store(service: Service, kept: Kept, after: Interview) -> None:
    """Keep what a named user rates, which is a rating like any other."""
    last = after.state.replies[-1]
    if kept.user is not None and isinstance(last, Rated) and last.rating is not None:
        rate(service, kept.user, str(last.item), last.rating)


def _turn(service: Service, kept: Kept, held: Held, interview: Interview, n: int = 10) -> Turn:
    why, question = interview.why_done, None
    listed = None if why is None else _listed(service, kept, held, interview, n)
    if why is None and (asked := interview.question) is not None:
        question = asked.to_dict() | {"items": [str(item) for item in asked.items], "titles": list(asked.titles)}
    served_by = f"interview: {interview.state}" if listed is None else listed.served_by
    token = _issue(service, kept, served_by) if listed is None else listed.recommendation_id
    head = (kept.interview, token, held.model, kept.stage, served_by, why is not None, why, interview.width)
    return Turn(*head, question, listed)


def _listed(service: Service, kept: Kept, held: Held, interview: Interview, n: int) -> Answered:
    """List what follows: for a named user from all their ratings, for a stranger from the answers alone."""
    if kept.user is not None and any(True for _ in interview.state.ratings()):
        return recommend(service, Wanted(kept.user, n))
    edited = Edited.at(service.last_standing.edits, service.clock.now())
    blocked = [held.answers.train.items[held.place[item]] for item in edited.blocked if item in held.place]
    ranked = interview.recommend(n, exclude=blocked)
    places = tuple(
        Place(row["rank"], str(row["item"]), row["title"], row["score"], row["rating"], row.get("width"), row["count"])
        for row in ranked.to_frame().iter_rows(named=True)
    )
    token = _issue(service, kept, ranked.served_by)
    return Answered(token, kept.model, kept.stage, "stable", ranked.served_by, (), places)


def _issue(service: Service, kept: Kept, served_by: str) -> str:
    return issue(service, user=kept.user, model=kept.model, stage=kept.stage, arm="stable", served_by=served_by)
