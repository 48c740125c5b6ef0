"""Rows: what was learned, by row of the shards, in files on shared storage that all processes see.

Every process writes the rows it learned and nobody else's, so nothing that grows with users or items passes through one
machine. The folder counts as written once `rows.json` is in it, which `Rows.finish` puts there last.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.format import open_memmap
from safetensors.numpy import load_file, save_file

from alsoliked.cluster.allocated import allocated
from alsoliked.errors import ClusterError
from alsoliked.whole import write_whole

__all__ = ["Role", "Rows"]

Role: TypeAlias = Literal["user", "item"]
FloatArray: TypeAlias = npt.NDArray[np.float32]

ABOUT, DENSE = "rows.json", "dense.safetensors"
TABLES: Mapping[Role, str] = MappingProxyType({"user": "users.npy", "item": "items.npy"})


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The learned rows of all users and items, in the order of the shards; both tables are memory maps.

    A row of a linear model is its bias followed by its factors, ``1 + n_factors`` numbers. A row of a network is its
    vector alone; the layers stand beside the tables, in `dense`.

    Attributes
    ----------
    folder
        Where they are.
    users, items
        float32, shapes ``(n_users, user_width)`` and ``(n_items, item_width)``; they may be written to where the folder
        was opened by `create` or `attach`.
    about
        What `finish` was told, as plain JSON values; empty before.
    dense
        What is not a table, by name: the layers of a network; empty before `finish`, and for linear models.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     rows = Rows.create(folder, n_users=3, n_items=2, user_width=1, item_width=1)
    ...     Rows.attach(folder).write("user", 1, np.float32([[7], [8]]))  # in a process of its own, say
    ...     rows.finish({"kind": "factors"})
    ...     Rows.open(folder).users.ravel().tolist()
    [0.0, 7.0, 8.0]
    """

    folder: Path
    users: FloatArray
    items: FloatArray
    about: Mapping[str, Any] = field(default_factory=dict)
    dense: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def create(
        cls, folder: str | os.PathLike[str], *, n_users: int, n_items: int, user_width: int, item_width: int
    ) -> Self:
        """Make room for so many rows, all 0; rows that an earlier run left in the folder are gone.

        One process does this, before the others `attach`. The room is taken at once: a disk that is too small says so
        here, not in the middle of a training.

        Raises
        ------
        ClusterError
            If something else is in the folder, or there is no room.
        """
        place = Path(folder)
        shapes: Mapping[Role, tuple[int, int]] = {"user": (n_users, user_width), "item": (n_items, item_width)}
        try:
            place.mkdir(parents=True, exist_ok=True)
            _refuse_others(place)
            for name in (ABOUT, DENSE, *TABLES.values()):  # rows.json first: what is half gone is not there
                (place / name).unlink(missing_ok=True)
            for role, shape in shapes.items():
                allocated(place / TABLES[role], shape, "<f4")
        except OSError as error:
            raise ClusterError(
                f"rows cannot be written to {place} ({error.strerror or error}); choose a folder on storage that all"
                " workers see and that has room."
            ) from error
        return cls.attach(place)

    @classmethod
    def attach(cls, folder: str | os.PathLike[str]) -> Self:
        """Open rows to write one's own among them; several processes may do so at the same time.

        Raises
        ------
        ClusterError
            If nobody has made room there.
        """
        return cls(Path(folder), *_tables(Path(folder), "r+"))

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open finished rows, read-only.

        Raises
        ------
        ClusterError
            If they are not there, were never finished, or a table is not as long as it was.
        """
        place = Path(folder)
        if not (place / ABOUT).is_file():
            what = f"has no {ABOUT}: the run that wrote it did not end" if place.is_dir() else "is not there"
            raise ClusterError(f"{place} {what}; train again, or go on from the last checkpoint.")
        users, items = _tables(place, "r")
        try:
            told = json.loads((place / ABOUT).read_text(encoding="utf-8"))
            shapes, about, dense = told["shapes"], told["about"], bool(told["dense"])
            state = load_file(place / DENSE) if dense else {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClusterError(f"{place / ABOUT} cannot be read ({error}); train again.") from error
        if [list(users.shape), list(items.shape)] != shapes:
            raise ClusterError(f"{place} holds other tables than its {ABOUT} says; train again.")
        return cls(place, users, items, about, state)

    def write(self, role: Role, start: int, rows: npt.NDArray[np.floating[Any]]) -> None:
        """Write rows from `start` on, shape (n, width); what others write beside them stays whole.

        It goes through the file, not the memory map: on storage between machines a map is written back in whole pages,
        a neighbour's rows among them.
        """
        table = self.users if role == "user" else self.items
        if rows.ndim != 2 or rows.shape[1] != table.shape[1] or not 0 <= start <= len(table) - len(rows):
            raise ClusterError(f"rows of shape {rows.shape} came for place {start} of {role} rows {table.shape}.")
        with (self.folder / TABLES[role]).open("r+b", buffering=0) as file:
            file.seek(_size(self.folder / TABLES[role]) - table.nbytes + start * table.strides[0])
            left = memoryview(np.ascontiguousarray(rows, dtype=table.dtype).data).cast("B")
            while left:  # the system may take less than it was given
                left = left[file.write(left) :]

    def flush(self) -> None:
        """Bring what was written into `users` and `items` to the storage."""
        for table in (self.users, self.items):
            if isinstance(table, np.memmap):
                table.flush()

    def finish(self, about: Mapping[str, Any], dense: Mapping[str, npt.NDArray[Any]] | None = None) -> None:
        """Say that every row is written; one process does, when all others are done.

        Parameters
        ----------
        about
            Plain JSON values: `kind` ("factors" or "net"), `model` (its name in the registry), `options`, `y_range`,
            `global_bias`, `history`; for a net `shape`.
        dense
            The layers of a net, by the names its ``state_dict`` has.
        """
        self.flush()
        if dense:
            state = {name: np.ascontiguousarray(array) for name, array in dense.items()}
            save_file(state, self.folder / DENSE)
        shapes = [list(self.users.shape), list(self.items.shape)]
        text = json.dumps({"shapes": shapes, "dense": bool(dense), "about": dict(about)}, indent=2, allow_nan=False)
        write_whole(self.folder / ABOUT, text + "\n")


def _refuse_others(place: Path) -> None:
    ours = {ABOUT, DENSE, f".{ABOUT}.part", *TABLES.values()}
    others = sorted(path.name for path in place.iterdir() if path.name not in ours)
    if others:
        raise ClusterError(f"{place} holds {others[0]}, which is none of our files; choose an empty folder for rows.")


def _tables(place: Path, mode: Literal["r", "r+"]) -> tuple[FloatArray, FloatArray]:
    try:
        users, items = (open_memmap(place / TABLES[role], mode=mode) for role in ("user", "item"))
    except (OSError, ValueError) as error:
        raise ClusterError(f"{place} holds no rows ({error}); Rows.create makes room for them.") from error
    return users, items


def _size(path: Path) -> int:
    return path.stat().st_size
