"""Settings: everything a service is told when it starts, from flags and the environment."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from alsoliked.errors import OptionError

__all__ = ["Settings"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
CARRIED = "ALSOLIKED_SERVE"  # how a worker process hears of them


@dataclass(frozen=True, slots=True)
class Settings:
    """What a service is told.

    Attributes
    ----------
    home
        Folder for models that were let in, and for the SQLite database where no other is named.
    database
        URL; None: SQLite in `home`.
    bundle
        What to serve where the database names no live model yet.
    host, port, workers
        Where to listen, with how many processes.
    require_keys
        Ask for a key even on loopback; beyond it one is always asked for.
    budget
        Seconds a request may take before the list is made in a simpler way.
    body_limit
        Bytes of a request's body; a bulk import is limited by line instead.
    rate
        Requests a second for each key (or address), with bursts of ten times that; 0: no limit.
    visitors
        Serve the pages for visitors where keys are asked for, too; where none are, they are always there.
    cors
        Origins that pages of others may ask from; none by default.
    log, log_paths
        Form of the lines of the log, ``"text"`` or ``"json"``; whether they name addresses, and so users.
    secret
        Signs recommendation ids and sessions: ALSOLIKED_SECRET, else made once and kept in the home.
    """

    home: Path
    database: str | None = None
    bundle: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    require_keys: bool = False
    budget: float = 0.2
    body_limit: int = 1 << 20
    rate: float = 50.0
    visitors: bool = False
    cors: tuple[str, ...] = field(default=())
    log: str = "text"
    log_paths: bool = False
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.log not in ("text", "json"):
            raise OptionError(f"log={self.log!r} came, expected 'text' or 'json'.")
        if not 0 <= self.port <= 65535:
            raise OptionError(f"port={self.port} came, expected a whole number from 0 to 65535.")
        if self.workers < 1:
            raise OptionError(f"workers={self.workers} came, expected at least 1.")
        if not 0 < self.budget < math.inf:
            raise OptionError(f"budget={self.budget:g} came, expected seconds above 0.")
        if not 0 <= self.rate < math.inf:
            raise OptionError(f"rate={self.rate:g} came, expected requests a second, or 0 for no limit.")
        if self.body_limit < 1:
            raise OptionError(f"body_limit={self.body_limit} came, expected bytes, at least 1.")

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database or f"sqlite:///{self.home.absolute() / 'serving.db'}"

    @property
    def guarded(self) -> bool:
        """Whether every request needs a key."""
        return self.require_keys or self.host not in LOOPBACK

    def to_environment(self) -> dict[str, str]:
        """Return what a worker process is started with; the secret is no part of it."""
        plain = {name: str(v) if isinstance(v, Path) else v for name, v in asdict(self).items() if name != "secret"}
        return {CARRIED: json.dumps(plain)}

    @classmethod
    def from_environment(cls) -> Self:
        """Read back what `to_environment` wrote."""
        told = json.loads(os.environ[CARRIED])
        told |= {"home": Path(told["home"]), "cors": tuple(told["cors"])}
        told["bundle"] = None if told["bundle"] is None else Path(told["bundle"])
        return cls(**told, secret=os.environ.get("ALSOLIKED_SECRET", ""))
