"""Service: one worker's parts, put together once; routes, pages and commands ask it, and it knows nothing of HTTP."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from sqlalchemy import Connection

from alsoliked.errors import OptionError
from alsoliked.serving.answering.breaker import Breaker
from alsoliked.serving.answering.clock import Clock
from alsoliked.serving.answering.lists import Made, asked_of
from alsoliked.serving.answering.pace import Pace
from alsoliked.serving.answering.preloading import Preloader
from alsoliked.serving.answering.remembered import Remembered
from alsoliked.serving.answering.shadowing import Shadows
from alsoliked.serving.answering.shelf import Shelf
from alsoliked.serving.answering.work import Work
from alsoliked.serving.assigned import Assigned, Rolling, assign
from alsoliked.serving.keys.store import any_key
from alsoliked.serving.monitoring.metrics import Metrics
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage import Database
from alsoliked.serving.storage.edits import Edit, current
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.models import let_in
from alsoliked.serving.storage.rollouts import rolling
from alsoliked.serving.storage.secret import check_secret, kept_secret
from alsoliked.serving.storage.standing import Row, change, look
from alsoliked.serving.storage.together import Together
from alsoliked.serving.writing.ready import keep

__all__ = ["Service", "Standing"]

REMEMBERED = 8192  # lists: some 20 MB at ten places each


@dataclass(frozen=True, slots=True)
class Standing:
    """What is served now: the row, the candidate on its way in, what editors chose."""

    row: Row = field(default_factory=Row)
    rolling: Rolling | None = None
    edits: tuple[Edit, ...] = ()

    def assigned(self, user: str | None) -> Assigned:
        """Say what a user gets; None: a stranger."""
        return assign(user, None if self.row.killed else self.row.model, self.row.holdout, self.rolling)


@dataclass(eq=False)
class Service:
    """A database, the models in memory, and what is served now.

    Attributes
    ----------
    settings
        What it was told.
    database
        Where things are kept.
    shelf
        The models in memory.
    metrics
        What this worker counts while it serves.
    clock
        The database's time.
    work, lane, memory, pace
        Where lists are made, where quick ones are, those that were made, and how long that takes.
    shadows
        What a candidate is still to be asked.
    """

    settings: Settings
    database: Database
    shelf: Shelf
    secret: bytes = field(repr=False)
    metrics: Metrics = field(default_factory=Metrics, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False)
    work: Work = field(default_factory=Work, repr=False)
    lane: Work = field(default_factory=partial(Work, threads=1), repr=False)
    pace: Pace = field(default_factory=Pace, repr=False)
    memory: Remembered[Made] = field(default_factory=lambda: Remembered(REMEMBERED), repr=False)
    _standing: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        self._breaker = Breaker(self.database)
        self.together = Together(self.database, partial(keep, self.database))
        self._preloader = Preloader(self)
        self.shadows = Shadows(self, asked_of)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the database (bringing its tables up to date), let the bundle in if it is the first, load what is live.

        Raises
        ------
        OptionError
            If there is no live model and no bundle, another model is live than the bundle, or the database was begun
            with another secret.
        BundleError, UnavailableError
            If the bundle is none, or the database cannot be reached.
        """
        settings.home.mkdir(parents=True, exist_ok=True)
        database = Database(settings.url)
        database.migrate()
        service = cls(settings, database, Shelf(settings.home), kept_secret(settings.home, settings.secret))
        with database.write() as connection:
            check_secret(connection, service.secret)
            _begin(connection, database, settings)
            standing = service.standing(connection)
            service.clock.set_by(database, connection)
        if standing.row.killed is None:
            service.shelf.take(str(standing.row.model))
        return service

    def check_reach(self) -> None:
        """Refuse to listen where keys are asked for while there are none: beyond this machine, or when told so.

        Raises
        ------
        OptionError
            If no key was made.
        """
        with self.database.read() as connection:
            if not self.settings.guarded or any_key(connection):
                return
        raise OptionError(
            f"keys are asked for on {self.settings.host} and none was made; make one first:"
            f" alsoliked keys add NAME --scopes operate --home {self.settings.home}"
        )

    def start(self) -> None:
        """Begin what goes on beside requests: models are loaded ahead, candidates are asked in the shadow.

        Raises
        ------
        OptionError
            As `check_reach`.
        """
        self.check_reach()
        self._preloader.start()
        self.shadows.start()

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection to read with; once the database did not answer, it is not waited for again at once."""
        return self._breaker.reading()

    def standing(self, connection: Connection) -> Standing:
        """Return what is served now; asked at the start of each request, so that all workers agree."""
        row = look(connection)
        if row.revision != self._standing.row.revision:
            now = self.database.now(connection)
            self._standing = Standing(row, rolling(connection), current(connection, now))
        return self._standing

    @property
    def last_standing(self) -> Standing:
        """What was served when the database last answered."""
        return self._standing

    def digest(self, user: str) -> str:
        """Return what a user is called where their id must not be kept."""
        return hmac.new(self.secret, user.encode(), hashlib.sha256).hexdigest()

    def close(self) -> None:
        """Let what is under way end, and everything go."""
        self._preloader.stop()
        self.work.close()
        self.lane.close()
        self.together.close()
        self.shadows.stop()
        self.shelf.close()
        self.database.close()


def _begin(connection: Connection, database: Database, settings: Settings) -> None:
    """Make the bundle the live model where there is none yet."""
    live = look(connection).model
    if settings.bundle is None:
        if live is None:
            raise OptionError("no model is live here yet; expected a BUNDLE to begin with: alsoliked serve BUNDLE.")
        return
    now = database.now(connection)
    model = let_in(connection, now, settings.home, settings.bundle, by="serve")
    if live is None:
        change(connection, model=model)
        record(connection, now, "serve", "began", model, details={"bundle": str(settings.bundle)})
    elif live != model:
        raise OptionError(
            f"{live} is live here, and {settings.bundle} is {model}; a new model comes in by `alsoliked rollout propose"
            f" {settings.bundle}`, and `alsoliked serve --home {settings.home}` serves the live one."
        )
