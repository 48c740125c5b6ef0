"""The catalogue: which MovieLens releases there are, and what is known of their files."""

from __future__ import annotations

from dataclasses import dataclass

from alsoliked.errors import OptionError

__all__ = ["CATALOGUE", "Release", "release", "terms"]


@dataclass(frozen=True, slots=True)
class Release:
    """One published data set.

    Attributes
    ----------
    name
        What it is called, here and by its publisher; its zip is ``<name>.zip``.
    layout
        The layout its files have: see `alsoliked.data.movielens.layouts`.
    md5
        Checksum of its zip as remembered, for when the publisher's own cannot be had; None where the zip changes.
    shareable
        Whether its terms allow passing it on (under the same terms).
    """

    name: str
    layout: str
    md5: str | None
    shareable: bool = True


CATALOGUE = (
    Release("ml-100k", "ml-100k", "0e33842e24a9c977be4e0107933c0723", shareable=False),
    Release("ml-1m", "ml-1m", "c4d9eecfca2ab87c1945afe126590906", shareable=False),
    Release("ml-10m", "ml-10m", "ce571fd55effeba0271552578f2648bd", shareable=False),
    Release("ml-20m", "csv", "cd245b17a1ae2cc31bb14903e1204af3"),
    Release("ml-25m", "csv", "6b51fb2759a8657d3bfcbfc42b592ada"),
    Release("ml-32m", "csv", "d472be332d4daa821edc399621853b57"),
    Release("ml-latest", "csv", None),
    Release("ml-latest-small", "csv", None),
)


def release(name: str) -> Release:
    """Look a release up.

    >>> release("ml-100k").layout
    'ml-100k'

    Raises
    ------
    OptionError
        If there is no such release.
    """
    for known in CATALOGUE:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in CATALOGUE)
    raise OptionError(
        f"no data set {name!r} in the catalogue; it has {names}. For your own file use read_ratings(path)."
    )


def terms(known: Release) -> str:
    """Say the publisher's terms in short."""
    passing = "may be passed on under these same terms" if known.shareable else "must not be passed on"
    return (
        f"{known.name} is published by GroupLens, University of Minnesota, for research: acknowledge it in what you"
        f" publish (Harper and Konstan 2015, The MovieLens Datasets), do not imply their endorsement, ask them before"
        f" any commercial use; it {passing}. The README in the published zip holds the full terms."
    )
