"""Lines of the log: one JSON object each, or one line of text for people."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from alsoliked.errors import OptionError

__all__ = ["FORMATS", "Form", "JsonLines", "TextLines", "log_to_stderr"]

Form: TypeAlias = Literal["json", "text"]
FORMATS = ("json", "text")
OURS = ("alsoliked", "uvicorn")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message, and what is known of the request.

    Parameters
    ----------
    paths
        Write the address that was asked, too; it may name a user.
    """

    def __init__(self, *, paths: bool = False) -> None:
        super().__init__()
        self.paths = paths

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"time": when, "level": record.levelname.lower(), "message": record.getMessage()}
        line |= getattr(record, "told", {})
        if self.paths and hasattr(record, "path"):
            line["path"] = record.path
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One line for people: when, what, how long, by which model."""

    def __init__(self, *, paths: bool = False) -> None:
        super().__init__()
        self.paths = paths

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        parts = [when, record.levelname.lower(), record.getMessage()]
        told = dict(getattr(record, "told", {}))
        if "milliseconds" in told:
            parts.append(f"{told['milliseconds']:.1f} ms")
        parts += [f"{name}={told[name]}" for name in ("model", "stage", "served_by", "request_id") if told.get(name)]
        if self.paths and hasattr(record, "path"):
            parts.append(f"path={record.path}")
        line = " ".join(str(part) for part in parts)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_to_stderr(form: str = "text", *, paths: bool = False) -> None:
    """Send the log of this process to stderr, in one form; called once, when a service starts.

    Raises
    ------
    OptionError
        If the form is another word than ``"json"`` or ``"text"``.
    """
    if form not in FORMATS:
        raise OptionError(f"log format {form!r} came, expected json or text.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(paths=paths) if form == "json" else TextLines(paths=paths))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    logging.getLogger("alsoliked").setLevel(logging.INFO)
