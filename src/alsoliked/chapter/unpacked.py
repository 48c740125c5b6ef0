"""Unpacking a data set once; from the mirror of ml-100k, putting the published files together again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import polars as pl

from alsoliked.data.movielens.classic_tables import GENRES_100K
from alsoliked.data.movielens.mirror_tables import items
from alsoliked.data.reading.archive import Archive
from alsoliked.errors import SourceUnavailableError

__all__ = ["unpack"]


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip into a folder, unless it is there already; written beside it, then moved into place.

    Raises
    ------
    SourceUnavailableError
        If the folder cannot be written.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write_files(archive, beside)
            beside.chmod(0o755)
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        if not folder.is_dir():  # another process may have been quicker
            raise SourceUnavailableError(f"cannot unpack {archive.name} to {folder} ({error.strerror}).") from error
    return folder


def _write_files(archive: Path, folder: Path) -> None:
    with Archive.open(archive) as opened:
        if opened.has("ml-100k.inter") and not opened.has("u.data"):
            _from_mirror(opened, folder)
            return
        for name in opened.names:
            with opened.stream(name) as member, (folder / name).open("wb") as file:
                shutil.copyfileobj(member.stream, file)


def _from_mirror(archive: Archive, folder: Path) -> None:
    """Write u.data, which the mirror has to the byte, and u.item as far as it goes: no dates, no addresses."""
    (folder / "u.data").write_bytes(archive.read("ml-100k.inter").partition(b"\n")[2])
    table = items(archive)
    if table is not None:
        flags = [pl.col("genres").list.contains(genre).cast(pl.Int8).cast(pl.String) for genre in GENRES_100K]
        line = pl.concat_str([pl.col("item").cast(pl.String), "title", pl.lit("||"), *flags], separator="|")
        lines = table.select(line.alias("line"))["line"].to_list()
        (folder / "u.item").write_bytes("".join(f"{line}\n" for line in lines).encode("iso-8859-1"))
