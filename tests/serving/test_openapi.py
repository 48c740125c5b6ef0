"""What the OpenAPI page says is so: requests generated from it, right and wrong, get no answer it does not name."""

from __future__ import annotations

import contextlib
import itertools
import math
import os

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
REQUESTS = int(os.environ.get("ALSOLIKED_REQUESTS", "200"))  # a thousand take a minute
TOO_LONG = b"Invalid HTTP request received."  # what uvicorn says of a path longer than it reads


@schemathesis.serializer("application/jsonl")
def as_lines(_, value):
    """Send what was generated for an import as it is: hardly ever a line that can be read."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def asked(operation, mode, most, seen, session):
    """Send generated requests of one operation and hold every answer against the page; keep statuses in `seen`."""

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        answer = case.call(session=session)
        if answer.content == TOO_LONG:
            return
        case.validate_response(answer, checks=CHECKS)
        seen.append(answer.status_code)
        if answer.status_code >= 400:
            told = answer.json()
            assert told["status"] == answer.status_code
            assert told["detail"]
            assert "\n" not in told["detail"]

    with contextlib.suppress(Unsatisfiable):  # what takes anything cannot be asked wrongly
        ask()


def takes_something(operation):
    return len(operation.body) + len(operation.query) + len(operation.path_parameters) > 0


def test_generated_requests(serve_anew):
    up = serve_anew(rate=0)
    schema = schemathesis.openapi.from_url(f"{up.url}/openapi.json")
    found = [one for one in (result.ok() for result in schema.get_all_operations()) if takes_something(one)]
    seen: list[int] = []
    with requests.Session() as session:
        for operation, mode in itertools.product(found, GenerationMode):
            asked(operation, mode, math.ceil(REQUESTS / len(found) / 2), seen, session)
    assert len(seen) >= 0.8 * REQUESTS  # some negatives cannot be made, some are not sent
    assert {200, 404, 422} <= set(seen)
    assert max(seen) < 500
