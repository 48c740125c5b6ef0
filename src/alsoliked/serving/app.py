"""The web application: rooms put together, one service for each worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from alsoliked._version import __version__
from alsoliked.serving.api import health, recommendations
from alsoliked.serving.api.problems import speak_plainly
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings

__all__ = ["create_app", "from_environment"]


def create_app(settings: Settings) -> FastAPI:
    """Build the application; the service opens when it starts and closes when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service.open(settings)
        yield
        app.state.service.close()

    app = FastAPI(
        title="alsoliked", version=__version__, description="Recommendations, with their reasons.", lifespan=lifespan
    )
    app.state.settings = settings
    speak_plainly(app)
    for room in (health, recommendations):
        app.include_router(room.router)
    return app


def from_environment() -> FastAPI:
    """Build the application of a worker process."""
    return create_app(Settings.from_environment())
