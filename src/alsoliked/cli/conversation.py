"""A conversation: questions out, answers in, line by line; for a person, or for a program that speaks JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from alsoliked.cli.console import say
from alsoliked.cli.wording import in_flags
from alsoliked.errors import AlsolikedError, OptionError

if TYPE_CHECKING:
    from alsoliked.coldstart.interview import Interview, Question

__all__ = ["spoken", "wired"]

HOW = {
    "rate": "Rate each from {low:g} to {high:g}; Enter or - if you have not seen it, ? for why it is asked, q to stop.",
    "pair": "Answer a or b, = for the same; Enter or - if you do not know both, ? for why it is asked, q to stop.",
    "pick_three": "Answer with numbers, such as 2 5 11; Enter or - for none, ? for why it is asked, q to stop.",
}
COMPARED = {"a": "first", "b": "second", "=": "same"}
BESIDE = 3  # titles shown after each answer


def spoken(interview: Interview, lines: IO[str], n: int) -> None:
    """Ask a person on stderr, and print the list on stdout when it is over."""
    form = None
    try:
        while (question := interview.question) is not None:
            if question.form != form:
                form = question.form
                low, high = interview.answers.train.rating_scale
                say(HOW[form].format(low=low, high=high))
            after = _reply(interview, question, lines)
            if after is None:
                break
            interview = after
            _say_so_far(interview)
    except KeyboardInterrupt:
        say()
    if interview.why_done is not None:
        say(f"Done: {interview.why_done}.")
    print(interview.recommend(n))


def wired(interview: Interview, lines: IO[str], n: int) -> None:
    """Speak JSON with a program: each line out has the next question and the list so far; each line in is an answer.

    An answer is ``{"rating": 4}``, ``{"rating": null}``, ``{"preferred": "first"}``, ``{"loved": [50, 7]}`` or
    ``{"stop": true}``; one that does not fit is replied to with ``{"error": …}`` and the question stays.
    """
    stopped = False
    try:
        _send(_standing(interview, n, stopped=interview.done))
        while not interview.done and not stopped and (line := lines.readline()):
            try:
                after = _from_json(interview, line)
            except AlsolikedError as error:
                _send({"error": in_flags(str(error))})
                continue
            stopped, interview = after is None, after or interview
            _send(_standing(interview, n, stopped=stopped))
    except KeyboardInterrupt:
        stopped = True


def _reply(interview: Interview, question: Question, lines: IO[str]) -> Interview | None:
    """Ask until an answer fits; None at the end of answers."""
    _say_question(question)
    while True:
        print("  > ", end="", file=sys.stderr, flush=True)
        line = lines.readline()
        text = line.strip()
        if not (lines.isatty() and line):
            say(text)  # nobody's terminal has shown it
        if not line or text.lower() in ("q", "quit"):
            return None
        if text == "?":
            say(f"  {question.why}")
            continue
        try:
            return _from_text(interview, question, text)
        except AlsolikedError as error:
            say(f"  {in_flags(str(error))}")


def _say_question(question: Question) -> None:
    if question.form == "rate":
        say(f"{question.number}/{question.most}  How do you rate {question.titles[0]}?")
        return
    if question.form == "pair":
        say(f"{question.number}/{question.most}  Which did you like more?")
        names: Iterator[str] = iter(("a", "b"))
    else:
        say(f"{question.number}/{question.most}  Which three of these do you love?")
        names = map(str, range(1, len(question.titles) + 1))
    for name, title in zip(names, question.titles, strict=False):
        say(f"  {name:>2}  {title}")


def _say_so_far(interview: Interview) -> None:
    first = interview.recommend(BESIDE).titles
    say(f"  so far, give or take {interview.width:.2f}: {'; '.join(first)}")


def _from_text(interview: Interview, question: Question, text: str) -> Interview:
    if question.form == "pick_three":
        return interview.picked([question.items[place] for place in _places(text, len(question.items))])
    unknown = text in ("", "-")
    if question.form == "pair":
        if not unknown and text.lower() not in COMPARED:
            raise OptionError(f"{text!r} came, expected a, b, =, - or nothing, ? or q.")
        return _compared(interview, question, None if unknown else COMPARED[text.lower()])
    try:
        return interview.answered(question.item, None if unknown else float(text))
    except ValueError as error:
        if isinstance(error, AlsolikedError):
            raise
        raise OptionError(f"{text!r} came, expected a rating, - or nothing, ? or q.") from None


def _places(text: str, n: int) -> list[int]:
    """Read numbers counted from 1; a line without any is nothing picked."""
    words = text.replace(",", " ").replace("-", " ").split()
    if not all(word.isdecimal() and 1 <= int(word) <= n for word in words):
        raise OptionError(f"{text!r} came, expected numbers from 1 to {n}, - or nothing, ? or q.")
    return [int(word) - 1 for word in words]


def _from_json(interview: Interview, line: str) -> Interview | None:
    """Read one answer; None to stop."""
    question = interview.question
    assert question is not None  # noqa: S101  the caller has looked
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    expected = {"rate": "rating", "pair": "preferred", "pick_three": "loved"}[question.form]
    if isinstance(told, dict) and told.get("stop") is True:
        return None
    if not isinstance(told, dict) or set(told) != {expected}:
        raise OptionError(f'{line.strip()!r} came, expected {{"{expected}": …}} or {{"stop": true}}.')
    value = told[expected]
    if question.form == "rate":
        return interview.answered(question.item, value)
    if question.form == "pair":
        return _compared(interview, question, value)
    if not isinstance(value, list):
        raise OptionError(f"loved={value!r} came, expected a list of items.")
    return interview.picked(value)


def _compared(interview: Interview, question: Question, preferred: Any) -> Interview:  # noqa: ANN401  it is checked there
    first, second = question.items
    return interview.compared(first, second, preferred)


def _standing(interview: Interview, n: int, *, stopped: bool) -> dict[str, Any]:
    """Say what is asked now and what is known so far."""
    question = None if stopped or interview.question is None else interview.question.to_dict()
    told = {"question": question, "width": interview.width, "recommendations": interview.recommend(n).to_dict()}
    over = {"why_done": interview.why_done or "stopped"} if question is None else {}
    return told | over | {"state": interview.to_dict()}


def _send(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False, allow_nan=False), flush=True)
