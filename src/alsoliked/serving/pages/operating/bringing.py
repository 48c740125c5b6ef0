"""Bringing data in: a file of JSON lines or CSV, by the same import as over HTTP."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from alsoliked.errors import DataError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Decides, Operates, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.service import Service
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.imports import Progress
from alsoliked.serving.writing.importing import Import

__all__ = ["lines_of", "router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/import")
LINES = 1000  # of a batch
NUMBERS = {"rating": float, "timestamp": float}


@router.get("")
def ask(request: Request, service: Asked, who: Operates) -> Response:
    """Ask for a file."""
    return shown(request, service, who, "import", progress=None, limit=service.settings.body_limit)


@router.post("")
def bring(
    request: Request, service: Asked, who: Decides, *, file: UploadFile, key: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Take a file in; the same file again changes nothing."""
    body = file.file.read()
    lines = lines_of(body, file.filename or "")
    name = key.strip() or f"file-{hashlib.sha256(body).hexdigest()[:16]}"
    progress = _taken(service, name, lines)
    with service.database.write() as connection:
        told = {"file": file.filename, "accepted": progress.accepted, "refused": progress.refused}
        record(connection, service.database.now(connection), who.name, "imported", f"import {name}", details=told)
    return shown(request, service, who, "import", progress=progress, limit=service.settings.body_limit)


def lines_of(body: bytes, name: str) -> list[bytes]:
    r"""Return the lines of a file; those of a CSV with a header become JSON.

    Raises
    ------
    DataError
        If a CSV has no header with user, item and rating, or the file is no text.

    Examples
    --------
    >>> lines_of(b"user,item,rating\n196,242,3\n", "a.csv")
    [b'{"user": "196", "item": "242", "rating": 3.0}']
    """
    if not name.lower().endswith((".csv", ".tsv")):
        return body.split(b"\n")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is no UTF-8 text ({error.reason}); save it as UTF-8.") from error
    rows = csv.DictReader(io.StringIO(text), delimiter="\t" if name.lower().endswith(".tsv") else ",")
    heads = rows.fieldnames or []
    if not {"user", "item", "rating"} <= set(heads):
        raise DataError(f"the header of {name} says {', '.join(heads) or 'nothing'}; expected user, item and rating.")
    return [_as_json(row) for row in rows]


def _as_json(row: dict[str | None, str | None]) -> bytes:
    told = {name: row.get(name) for name in ("user", "item", "rating", "timestamp")}
    return json.dumps({name: _value(name, value) for name, value in told.items() if value}).encode()


def _value(name: str, written: str | None) -> str | float | None:
    try:
        return NUMBERS[name](written or "") if name in NUMBERS else written
    except ValueError:
        return written  # refused with its line number, like all that is wrong in a line


def _taken(service: Service, key: str, lines: list[bytes]) -> Progress:
    under_way = Import.begin(service, key)
    for start in range(0, len(lines), LINES):
        under_way.take(lines[start : start + LINES])
    return under_way.end()
