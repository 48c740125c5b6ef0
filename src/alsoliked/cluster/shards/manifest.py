"""Shards: ratings in a folder that every machine sees, and what the folder says about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.shards.blocks import Blocks
from alsoliked.cluster.shards.checking import FORMAT, MANIFEST, VERSION, check_files, read_manifest
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError

__all__ = ["MANIFEST", "PARTS", "Kind", "Part", "Role", "Shards"]

Part: TypeAlias = Literal["train", "valid"]
Role: TypeAlias = Literal["user", "item"]
Kind: TypeAlias = Literal["int", "str"]

PARTS: tuple[Part, ...] = ("train", "valid")
IDS = 1 << 17  # ids that are read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """Ratings in shards, as a folder of Parquet files; open one with `Shards.open`.

    Users and items are rows: 0, 1, 2 … in the order of a hash of their ids. A rating lies in the shard, and at the
    place in it, that the hash of its two rows says. So the files are in a shuffled order already, and are the same
    whatever wrote them.

    Attributes
    ----------
    folder
        Where they lie.
    name
        What the ratings are called.
    n_users, n_items
        How many there are, over both parts.
    n_shards, block
        How many shards; how many ratings a block has (the last of a shard has fewer).
    sizes
        For ``"train"`` and ``"valid"``: the ratings in each shard.
    rating_scale, levels
        Lowest and highest rating of both parts; the allowed ones if they form a grid, else None.
    mean, spread
        Mean and standard deviation of the training ratings.
    timestamps
        Whether ratings have a time.
    seed, valid_pct
        What decided which ratings are held out.
    user_kind, item_kind
        ``"int"`` or ``"str"``: the type of the ids.
    notes
        What reading the data found worth saying aloud.
    written
        Bytes of each file, by its path in the folder.
    """

    folder: Path
    name: str
    n_users: int
    n_items: int
    n_shards: int
    block: int
    sizes: Mapping[str, tuple[int, ...]]
    rating_scale: tuple[float, float]
    levels: tuple[float, ...] | None
    mean: float
    spread: float
    timestamps: bool
    seed: int
    valid_pct: float
    user_kind: Kind
    item_kind: Kind
    notes: tuple[str, ...]
    written: Mapping[str, int]

    @classmethod
    def open(cls, folder: str | Path) -> Shards:
        """Open a folder of shards that is whole.

        Raises
        ------
        DataError
            If it is not there, is not whole, or holds something else.
        """
        folder = Path(folder)
        shards = cls.from_dict(folder, read_manifest(folder))
        check_files(folder, shards.written)
        return shards

    @classmethod
    def from_dict(cls, folder: Path, told: Mapping[str, Any]) -> Shards:
        """Build from what `to_dict` gave.

        Raises
        ------
        DataError
            If something is missing.
        """
        try:
            values = {field.name: told[field.name] for field in fields(cls) if field.name != "folder"}
            values["sizes"] = {part: tuple(told["sizes"][part]) for part in PARTS}
            values["rating_scale"] = (told["rating_scale"][0], told["rating_scale"][1])
            values["levels"] = None if told["levels"] is None else tuple(told["levels"])
            values["notes"] = tuple(told["notes"])
        except (KeyError, TypeError, IndexError) as error:
            raise DataError(f"{folder / MANIFEST} does not say {error}; ingest the ratings again.") from error
        return cls(folder=folder, **values)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the folder, as JSON-ready values."""
        told = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "folder"}
        return {"format": FORMAT, "version": VERSION, **told}

    def __len__(self) -> int:
        return sum(sum(sizes) for sizes in self.sizes.values())

    def files(self, part: Part, shard: int) -> list[Path]:
        """Return the files of one shard, in order; none where it has no ratings."""
        start = f"ratings/part={part}/shard={shard:02d}/"
        return [self.folder / name for name in sorted(self.written) if name.startswith(start)]

    def ids(self, role: Role) -> Iterator[pl.Series]:
        """Yield the ids of users or items by row, some at a time."""
        for name in sorted(self.written):
            if name.startswith(f"{role}s/"):
                with Blocks.open(self.folder / name) as blocks:
                    yield from blocks.batches("id", IDS)

    def blocks(self, part: Part, shard: int) -> Iterator[pl.DataFrame]:
        """Yield the ratings of one shard, block by block: `user`, `item`, `rating` and, if known, `timestamp`."""
        for path in self.files(part, shard):
            with Blocks.open(path) as blocks:
                for at in range(len(blocks.sizes)):
                    yield blocks.read([at])

    def counts(self, role: Role) -> npt.NDArray[np.int64]:
        """How many training ratings each user or item has, by row."""
        n_rows = self.n_users if role == "user" else self.n_items
        counts = np.zeros(n_rows, dtype=np.int64)
        for shard in range(self.n_shards):
            for path in self.files("train", shard):
                with Blocks.open(path) as blocks:
                    for at in range(len(blocks.sizes)):
                        np.add.at(counts, blocks.read([at], [role])[role].to_numpy(), 1)
        return counts

    def ratings(self, part: Part = "train") -> Ratings:
        """Read one part into memory, as ordinary ratings in the order of the shards; for data that fits.

        Raises
        ------
        DataError
            If the part has no ratings.
        """
        frames = [frame for shard in range(self.n_shards) for frame in self.blocks(part, shard)]
        if not frames:
            raise DataError(f"{self.folder} has no ratings in its part {part!r}; ingest with valid_pct above 0.")
        frame = pl.concat(frames)
        (users, user_index), (items, item_index) = self._vocabulary("user"), self._vocabulary("item")
        ratings = Ratings.from_indices(
            users,
            items,
            user_index[frame["user"].to_numpy()],
            item_index[frame["item"].to_numpy()],
            rating=frame["rating"].to_numpy().copy(),
            timestamp=frame["timestamp"].to_numpy().copy() if self.timestamps else None,
            name=self.name,
            notes=self.notes,
        )
        return replace(ratings, rating_scale=self.rating_scale, levels=self.levels)

    def _vocabulary(self, role: Role) -> tuple[Vocabulary, npt.NDArray[np.int32]]:
        """Return the sorted vocabulary, and for each row the index in it."""
        ids = pl.concat(list(self.ids(role)))
        vocabulary = Vocabulary(ids)
        return vocabulary, vocabulary.encode(ids)
