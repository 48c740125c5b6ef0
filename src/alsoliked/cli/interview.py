"""alsoliked interview: a few questions to somebody new, and a list that sharpens with each answer."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from alsoliked.cli.given import read_columns, read_given
from alsoliked.errors import DataError, OptionError

__all__ = ["interview"]


def interview(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    form: Annotated[
        Literal["rate", "pair", "pick"],
        typer.Option(help="Rate one item a question, say which of a pair you like more, or pick three from a page."),
    ] = "rate",
    most: Annotated[int, typer.Option(metavar="N", help="Ask at most so many questions.")] = 8,
    least: Annotated[int, typer.Option(metavar="N", help="Ask at least so many, even if answers pay little.")] = 3,
    worth: Annotated[
        float, typer.Option(metavar="SHARE", help="End when an answer would lower the error by less than this share.")
    ] = 0.004,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="Ratings known already: a csv of item (or title) and rating, or TITLE=RATING."
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What is known of the person, such as age=24 (repeat for more)."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="Never ask about this item (repeat for more).")
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Length of the list.")] = 10,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read answers from a file, one a line, instead of stdin.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="For programs: a question out, an answer in, one JSON object a line.")
    ] = False,
) -> None:
    """Ask somebody new a few questions and list what they will like.

    Answer with a rating; Enter or - if you have not seen it, ? for why it is asked, q to stop.
    """
    if n < 1:
        raise OptionError(f"-n {n} came, expected at least 1.")
    from alsoliked.cli.conversation import spoken, wired
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    begun = rec.interview(
        form="pick_three" if form == "pick" else form,
        most=most,
        least=least,
        worth=worth,
        given=read_given(given) if given else None,
        columns=read_columns(column, rec.fitted.known_columns) if column else None,
        exclude=exclude or (),
    )
    talk = wired if json else spoken
    with _lines(answers) as lines, _stopped_politely():
        talk(begun, lines, n)


@contextmanager
def _lines(path: Path | None) -> Iterator[IO[str]]:
    """Open what answers are read from."""
    if path is None:
        yield sys.stdin
        return
    if not path.is_file():
        raise DataError(f"{path} is no file; expected answers, one a line, or none to read them from stdin.")
    with path.open(encoding="utf-8") as file:
        yield file


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """Let Ctrl-C end the questions and not the command: what was said so far still gives a list."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
