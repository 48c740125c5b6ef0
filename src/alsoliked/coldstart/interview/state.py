"""State: all that an interview has to remember, which is what was asked for and what was replied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, TypeAlias, get_args

from alsoliked.coldstart.interview.replies import Compared, Picked, Rated, Reply, reply_from
from alsoliked.data.vocabulary import Id
from alsoliked.errors import AlsolikedError, DataError, OptionError
from alsoliked.models.options import check_number, check_whole

__all__ = ["Form", "State"]

Form: TypeAlias = Literal["rate", "pair", "pick_three"]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class State:
    """What an interview is made up again from; no arrays, so that it fits into a cookie.

    Attributes
    ----------
    form
        What is asked: ``"rate"`` an item, which of a ``"pair"`` was liked more, or ``"pick_three"`` loved ones from a
        page and then rate.
    most, least
        How many questions are asked at most, and at least.
    worth
        The share by which an answer must be expected to lower the error of predictions, once `least` are asked.
    given
        Ratings known beforehand, as pairs of item id and rating.
    columns
        What else is known of the person, where the model has learned what that says.
    exclude
        Ids of items never asked about.
    replies
        What was said so far.

    Examples
    --------
    >>> state = State(least=1).with_reply(Rated(50, 4.0)).with_reply(Rated(7, None))
    >>> State.from_dict(state.to_dict()) == state, str(state)
    (True, '1 rating, 1 not seen')
    """

    form: Form = "rate"
    most: int = 8
    least: int = 3
    worth: float = 0.004
    given: tuple[tuple[Id, float], ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    exclude: tuple[Id, ...] = ()
    replies: tuple[Reply, ...] = ()

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise OptionError(f"form={self.form!r} is unknown; expected 'rate', 'pair' or 'pick_three'.")
        check_whole("most", self.most)
        check_whole("least", self.least, 0)
        check_number("worth", self.worth, least=0)

    def with_reply(self, reply: Reply) -> Self:
        """Return the state after one more reply."""
        return replace(self, replies=(*self.replies, reply))

    def ratings(self) -> Iterator[tuple[Id, float]]:
        """Go through all ratings, those given beforehand first."""
        yield from self.given
        yield from ((r.item, r.rating) for r in self.replies if isinstance(r, Rated) and r.rating is not None)

    def spoken(self) -> Iterator[Id]:
        """Go through all items that need not be asked about again."""
        yield from (item for item, _ in self.given)
        for reply in self.replies:
            if isinstance(reply, Rated):
                yield reply.item
            elif isinstance(reply, Compared):
                yield from (reply.first, reply.second)
            else:
                yield from reply.shown

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return {
            "format": FORMAT,
            "form": self.form,
            "most": self.most,
            "least": self.least,
            "worth": self.worth,
            "given": [[item, rating] for item, rating in self.given],
            "columns": dict(self.columns),
            "exclude": list(self.exclude),
            "replies": [reply.to_dict() for reply in self.replies],
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises
        ------
        DataError
            If it is something else, or of another format.
        """
        try:
            if told["format"] != FORMAT:
                raise DataError(f"the interview has format {told['format']!r}, expected {FORMAT}; begin a new one.")
            options = {name: told[name] for name in ("form", "most", "least", "worth")}
            given = tuple((item, float(rating)) for item, rating in told["given"])
            replies = tuple(reply_from(reply) for reply in told["replies"])
            columns, exclude = dict(told["columns"]), tuple(told["exclude"])
            return cls(**options, given=given, columns=columns, exclude=exclude, replies=replies)
        except AlsolikedError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"this is no interview's state ({error}); expected what to_dict() returned.") from error

    def __str__(self) -> str:
        n_rated = sum(isinstance(r, Rated) and r.rating is not None for r in self.replies)
        unseen = sum(isinstance(r, Rated) and r.rating is None for r in self.replies)
        pairs = [r.preferred for r in self.replies if isinstance(r, Compared)]
        loved = sum(len(r.loved) for r in self.replies if isinstance(r, Picked))
        unknown = pairs.count(None)
        told = (
            (n_rated, "rating", "ratings"),
            (len(pairs) - unknown, "comparison", "comparisons"),
            (unknown, "not comparable", "not comparable"),
            (loved, "loved", "loved"),
            (unseen, "not seen", "not seen"),
            (len(self.given), "given beforehand", "given beforehand"),
        )
        said = [f"{n} {one if n == 1 else many}" for n, one, many in told if n]
        return ", ".join([*said, *self.columns]) or "nothing said yet"
