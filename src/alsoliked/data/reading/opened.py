"""Opened: one stream of bytes to read from, with how far it is."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from alsoliked.errors import DataError

__all__ = ["Opened", "Progress", "open_file", "open_member", "read_errors"]

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream, its size, and how much of that size is behind us."""

    stream: BinaryIO
    total: int
    done: Callable[[], int]


@contextmanager
def open_file(path: Path) -> Iterator[Opened]:
    """Open a file for reading; gzip is told by its first bytes and unpacked on the way."""
    with path.open("rb") as raw:
        total = path.stat().st_size
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as stream:
                yield Opened(cast("BinaryIO", stream), total, raw.tell)
        else:
            yield Opened(raw, total, raw.tell)


@contextmanager
def open_member(archive: zipfile.ZipFile, name: str) -> Iterator[Opened]:
    """Open a file inside a zip; it is unpacked on the way, never to disk."""
    with archive.open(name) as stream:
        yield Opened(cast("BinaryIO", stream), archive.getinfo(name).file_size, stream.tell)


@contextmanager
def read_errors(where: str) -> Iterator[None]:
    """Turn what the operating system and the unpackers raise into one `DataError` that names the file."""
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{where} is damaged or cut short ({error}); get it again.") from error
    except OSError as error:
        raise DataError(f"{where} cannot be read: {error.strerror or error}.") from error
