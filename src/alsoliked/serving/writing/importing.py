"""A bulk import: lines taken in by batches, each committed together with how far the import is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.storage.imports import Progress, advance, begin, find
from alsoliked.serving.writing.batch import Batch
from alsoliked.serving.writing.lines import Line
from alsoliked.serving.writing.rating import live

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Import", "progress"]

OTHER = "other lines were imported under this key; choose a new key for a new import."
PROBLEMS = 100  # refused lines that are told one by one; all are counted


@dataclass
class Import:
    """An import while it comes in.

    Attributes
    ----------
    service
        The worker's parts.
    progress
        How far it is.
    place
        How many lines of it were seen, here or before.
    checked
        The digest of the lines seen, while it is still to be compared with that of the committed ones.
    """

    service: Service
    progress: Progress
    place: int
    checked: str | None

    @classmethod
    def begin(cls, service: Service, key: str, start: int = 0) -> Self:
        """Begin, or go on.

        Parameters
        ----------
        service
            The worker's parts.
        key
            What the import is called.
        start
            How many lines of it are left out of what comes now: as many as are committed, or none.

        Raises
        ------
        ConflictError
            If another number is committed.
        """
        with service.database.write() as connection:
            so_far = begin(connection, service.database.now(connection), key)
        if start not in (0, so_far.lines):
            raise ConflictError(f"start={start} came, expected {so_far.lines} to go on, or 0 to send all lines again.")
        return cls(service, so_far, start, "" if start == 0 and so_far.lines else None)

    def take(self, lines: Sequence[Line]) -> None:
        """Commit the next lines; those that were committed before are passed over.

        Raises
        ------
        ConflictError
            If other lines were committed under this key, or somebody else sends the same import.
        UnavailableError
            If they could not be committed; those of earlier calls are.
        """
        fresh = self._unseen(lines)
        if not fresh:
            return
        database = self.service.database
        with database.write() as connection:
            now = database.now(connection)
            held = live(self.service, self.service.standing(connection))
            batch = Batch(held, now, self.progress.lines)
            for line in fresh:
                batch.take(line)
            batch.keep(connection)
            after = self._after(batch, fresh)
            advance(connection, now, self.progress, after)
        self.progress = after

    def end(self) -> Progress:
        """Write down that the last line came; return how far it is.

        Raises
        ------
        ConflictError
            If fewer lines came than are committed under this key.
        """
        if self.checked is not None and self.place < self.progress.lines:
            raise ConflictError(OTHER)
        if self.place >= self.progress.lines and not self.progress.done:
            after = replace(self.progress, done=True)
            with self.service.database.write() as connection:
                advance(connection, self.service.database.now(connection), self.progress, after)
            self.progress = after
        return self.progress

    def _unseen(self, lines: Sequence[Line]) -> Sequence[Line]:
        before = max(0, min(len(lines), self.progress.lines - self.place))
        self.place += len(lines)
        if self.checked is not None:
            self.checked = _digest(self.checked, lines[:before])
            if self.place >= self.progress.lines:
                if self.checked != self.progress.digest:
                    raise ConflictError(OTHER)
                self.checked = None
        return lines[before:]

    def _after(self, batch: Batch, fresh: Sequence[Line]) -> Progress:
        told = self.progress
        return Progress(
            told.key,
            told.lines + len(fresh),
            told.accepted + batch.accepted,
            told.refused + len(batch.problems),
            (*told.problems, *batch.problems)[:PROBLEMS],
            done=False,
            digest=_digest(told.digest, fresh),
        )


def progress(service: Service, key: str) -> Progress:
    """Return how far an import is.

    Raises
    ------
    NotThereError
        If none of this key began.
    """
    with service.database.read() as connection:
        found = find(connection, key)
    if found is None:
        raise NotThereError("no import of this key began; send it with POST /imports/KEY.")
    return found


def _digest(before: str, lines: Sequence[Line]) -> str:
    """Go on with a digest by some lines, so that it does not matter how they were cut into batches."""
    for line in lines:
        before = hashlib.sha256(before.encode() + (b"\x00" if line is None else line)).hexdigest()
    return before
