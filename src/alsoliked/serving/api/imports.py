"""Imports: many lines in one request, committed batch by batch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import ImportKey, Reading, Writing
from alsoliked.serving.api.telling import Progressed
from alsoliked.serving.writing.importing import Import, progress
from alsoliked.serving.writing.lines import Cutter, Line

__all__ = ["router"]

LINES = 1000  # of a batch
TYPES = ("application/jsonl", "application/x-ndjson", "application/x-jsonlines")
EXAMPLE = (
    '{"user": "196", "item": "242", "rating": 3, "timestamp": 881250949}\n'
    '{"item": "1683", "title": "Heat (1995)", "columns": {"year": 1995}}\n'
    '{"user": "944", "columns": {"age": 24}}\n'
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {TYPES[0]: {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}

router = APIRouter(prefix="/imports", tags=["imports"])


@router.get("/{key}", summary="How far an import is")
def import_progress(key: ImportKey, service: Asked, _: Reading) -> Progressed:
    """Say how many lines are committed, and which were refused."""
    return Progressed.model_validate(progress(service, key))


@router.post("/{key}", summary="Import lines", openapi_extra=BODY)
async def add_import(
    key: ImportKey,
    request: Request,
    service: Asked,
    _: Writing,
    start: Annotated[int, Query(ge=0, description="How many lines are left out: as many as are committed.")] = 0,
) -> Progressed:
    """Take in JSON lines: ratings, items and users, in any mix, of any length together.

    They are committed in batches. An import that broke off is sent again, either from its first line (what is committed
    is passed over) or with `start` from the line that `GET /imports/{key}` names. Lines that cannot be taken are
    refused one by one, with number and reason; the others count. Of two ratings of one item by one user the later
    timestamp holds.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise HTTPException(415, f"Content-Type {kind[:100]!r} came, expected {TYPES[0]}.")
    under_way = await run_in_threadpool(Import.begin, service, key, start)
    async for lines in _batches(request):
        await run_in_threadpool(under_way.take, lines)
    return Progressed.model_validate(await run_in_threadpool(under_way.end))


async def _batches(request: Request) -> AsyncIterator[list[Line]]:
    cutter, held = Cutter(), list[Line]()
    async for chunk in request.stream():
        held += cutter.feed(chunk)
        while len(held) >= LINES:
            yield held[:LINES]
            del held[:LINES]
    yield held + cutter.end()
