"""The OpenAPI page: errors as they are answered and where keys may stand, next to what FastAPI says of the routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from alsoliked.serving.api.problems import MEDIA, Problem
from alsoliked.serving.keys.needs import OTHER_HEADER

__all__ = ["describe"]

ERRORS = {
    "4XX": "Refused: what came, what was expected, what to do next.",
    "5XX": "The database is gone, or something failed and was logged; nothing was kept, and trying again helps.",
}
HTTP = ("get", "put", "post", "delete", "patch")


def describe(app: FastAPI) -> None:
    """Let the application say of every route which errors it answers."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _with_errors(plain())  # FastAPI keeps what it made, and it is completed there
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's pages tell


def _with_errors(schema: dict[str, Any]) -> dict[str, Any]:
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in schema["paths"].values():
        for method in HTTP:
            if method in path:
                responses = path[method]["responses"]
                responses.pop("422", None)
                responses |= {code: {"description": words, "content": content} for code, words in ERRORS.items()}
                if "security" in path[method]:
                    path[method]["security"].extend({name: []} for name in OTHER_HEADER)
    schema["components"].setdefault("securitySchemes", {}).update(OTHER_HEADER)
    return schema
