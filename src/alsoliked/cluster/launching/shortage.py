"""Shortage: the words for a worker whose system gave it no more memory."""

from __future__ import annotations

import re

__all__ = ["shortage"]

OF_TORCH = re.compile(r"can't allocate memory: you tried to allocate (?P<bytes>\d+) bytes")
OTHERS = re.compile(r"std::bad_alloc|Cannot allocate memory")


def shortage(error: BaseException) -> str | None:
    """Say that a worker asked for more memory than it was given, and what helps; None where that was not it.

    Examples
    --------
    >>> shortage(MemoryError())
    'out of memory; with more workers each holds less, with rowwise_adagrad less than with adamw'
    >>> shortage(ValueError("no column user")) is None
    True
    """
    asked = OF_TORCH.search(str(error))
    if asked is None and not isinstance(error, MemoryError) and OTHERS.search(str(error)) is None:
        return None
    more = "" if asked is None else f", {int(asked['bytes']) / 2**20:,.0f} MiB more were not to be had"
    return f"out of memory{more}; with more workers each holds less, with rowwise_adagrad less than with adamw"
