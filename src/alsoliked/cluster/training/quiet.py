"""What TorchRec and PyTorch say to their own developers, kept from the terminal of somebody who trains."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]

LOGGERS = ("torchrec", "torch.fx._symbolic_trace")
KNOWN = (
    "fbgemm::",  # its look-ups bring their own way back; the tests hold it against autograd's
    r"`torch\.distributed\.(reduce_scatter_tensor|all_gather_into_tensor)` is deprecated",
)


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out what is known to mean nothing here, for as long as it lasts; errors come through."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    try:
        with warnings.catch_warnings():
            for message in KNOWN:
                warnings.filterwarnings("ignore", message=message)
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
