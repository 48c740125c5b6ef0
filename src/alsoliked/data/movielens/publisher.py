"""The publisher's zip over HTTPS: streamed to a temporary name, checked, moved into place."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

import httpx

from alsoliked.data.movielens.catalogue import Release
from alsoliked.data.reading.opened import Progress

__all__ = ["PUBLISHER", "FetchFailedError", "fetch_published"]

PUBLISHER = "https://files.grouplens.org/datasets/movielens"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class FetchFailedError(Exception):
    """One source could not give the data set; the message says why. Never leaves this package."""


def fetch_published(known: Release, cache: Path, progress: Progress | None, base: str = PUBLISHER) -> Path:
    """Download the zip of a release into the cache folder.

    Nothing is left there unless the download is whole and its checksum right.

    Raises
    ------
    FetchFailedError
        If the publisher cannot be reached, or what came is not what was published.
    """
    target = cache / f"{known.name}.zip"
    url = f"{base}/{target.name}"
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client:
            expected = _checksum(client, url, known)
            with tempfile.TemporaryDirectory(prefix="getting-", dir=cache) as folder:
                part = Path(folder, target.name)
                found = _download(client, url, part, progress)
                if found != expected:
                    raise FetchFailedError(f"{url} has md5 {found}, expected {expected}: damaged on the way or changed")
                os.replace(part, target)  # noqa: PTH105  # the atomic one
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailedError(f"{url}: {type(error).__name__} {error}".rstrip()) from error
    return target


def _checksum(client: httpx.Client, url: str, known: Release) -> str:
    """Return the md5 published beside the zip; the remembered one when that file is not there."""
    try:
        answer = client.get(f"{url}.md5").raise_for_status()
        if found := re.search(r"\b[0-9a-fA-F]{32}\b", answer.text):
            return found[0].lower()
    except httpx.HTTPStatusError:
        pass
    if known.md5 is None:
        raise FetchFailedError(f"{url}.md5 holds no checksum, and {known.name} changes too often to remember one")
    return known.md5


def _download(client: httpx.Client, url: str, part: Path, progress: Progress | None) -> str:
    """Stream to a file; return the md5 of what came."""
    digest = hashlib.md5(usedforsecurity=False)
    with client.stream("GET", url) as answer, part.open("wb") as file:
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0))
        done = 0
        for chunk in answer.iter_bytes(1 << 18):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()
