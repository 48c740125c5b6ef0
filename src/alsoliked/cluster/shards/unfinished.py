"""Unfinished: a folder while shards are written into it; without its manifest it is not there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alsoliked.cluster.shards.checking import MANIFEST
from alsoliked.cluster.shards.layout import Layout
from alsoliked.cluster.shards.manifest import PARTS, Kind, Shards
from alsoliked.cluster.shards.written import Told
from alsoliked.errors import DataError, OptionError
from alsoliked.whole import is_free, write_whole

__all__ = ["Ingested", "finish", "unfinished"]

SCRATCH = "unfinished"  # holds what is needed on the way, and says that the folder is ours
CONTENTS = ("users", "items", "ratings")


@dataclass(frozen=True, slots=True)
class Ingested:
    """The ratings as they came: their name, users and items, and what reading them found."""

    name: str
    n_users: int
    n_items: int
    user_kind: Kind
    item_kind: Kind
    timestamps: bool
    notes: tuple[str, ...]


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Make a folder ready to be written, and give a place for what is needed on the way; it goes at the end.

    Older shards, and what an interrupted run left, make room; their manifest first, so that a folder never says more
    than it holds.

    Raises
    ------
    OptionError
        If the folder holds something else.
    """
    if not is_free(folder, _ours):
        raise OptionError(f"{folder} holds something that ingest did not write; name a folder that is new or empty.")
    scratch = folder / SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in CONTENTS:
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    shutil.rmtree(scratch)
    scratch.mkdir()
    yield scratch
    shutil.rmtree(scratch)


def _ours(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return names <= {MANIFEST, SCRATCH, *CONTENTS} and bool(names & {MANIFEST, SCRATCH})


def finish(folder: Path, source: Ingested, layout: Layout, told: Sequence[Mapping[str, Told]]) -> Shards:
    """Write the manifest, last of all.

    Parameters
    ----------
    folder
        The folder, everything else written.
    source, layout
        What the ratings are, and how they were dealt out.
    told
        For each shard what its parts hold; a part without ratings may be missing.

    Raises
    ------
    DataError
        If no rating is left to train on.
    """
    whole, train = Told(), Told()
    for shard in told:
        for part, one in shard.items():
            whole.join(one)
            if part == "train":
                train.join(one)
    if not train.n:
        raise DataError(f"{source.name}: all {whole.n:,} ratings are held out; choose a smaller valid_pct.")
    shards = Shards(
        folder=folder,
        name=source.name,
        n_users=source.n_users,
        n_items=source.n_items,
        n_shards=layout.n_shards,
        block=layout.block,
        sizes={part: tuple(shard[part].n if part in shard else 0 for shard in told) for part in PARTS},
        rating_scale=(whole.low, whole.high),
        levels=whole.levels,
        mean=train.mean,
        spread=train.spread,
        timestamps=source.timestamps,
        seed=layout.seed,
        valid_pct=layout.valid_pct,
        user_kind=source.user_kind,
        item_kind=source.item_kind,
        notes=source.notes,
        written=_written(folder),
    )
    write_whole(folder / MANIFEST, json.dumps(shards.to_dict(), indent=1, ensure_ascii=False), fsync=True)
    return shards


def _written(folder: Path) -> dict[str, int]:
    paths = sorted(path for name in CONTENTS for path in (folder / name).rglob("*.parquet"))
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
