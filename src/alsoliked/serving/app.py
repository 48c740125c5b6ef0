"""The web application: rooms put together, one service for each worker."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from alsoliked._version import __version__
from alsoliked.serving.api import (
    control,
    edits,
    explanations,
    exposures,
    health,
    imports,
    interviews,
    items,
    metrics,
    ratings,
    recommendations,
    rollout,
    similar,
    users,
)
from alsoliked.serving.api.described import describe
from alsoliked.serving.api.problems import speak_plainly
from alsoliked.serving.keys.gate import Gate
from alsoliked.serving.limits.headers import SafeHeaders
from alsoliked.serving.limits.hosts import LocalNames
from alsoliked.serving.limits.sizes import Sizes
from alsoliked.serving.limits.slashes import Slashes
from alsoliked.serving.monitoring.lines import log_to_stderr
from alsoliked.serving.monitoring.spans import configured
from alsoliked.serving.monitoring.watching import Watching
from alsoliked.serving.pages import rooms as pages
from alsoliked.serving.rollout.lookout import Lookout
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings

__all__ = ["create_app", "from_environment"]

TURN = 0.0005  # seconds a thread may go on while others wait; Python's own are ten times that
ROOMS = (
    health,
    metrics,
    recommendations,
    similar,
    explanations,
    interviews,
    ratings,
    imports,
    items,
    users,
    exposures,
    control,
    rollout,
    edits,
)


def create_app(settings: Settings, *, own_process: bool = False) -> FastAPI:
    """Build the application; the service opens when it starts and closes when it stops.

    In a process of its own it may say how that is to share its time between threads.
    """
    spans = configured()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service.open(settings)
        app.state.service.start()
        spans.of_database(app.state.service.database.engine)
        app.state.gate = Gate(app.state.service)
        lookout = Lookout(app.state.service)
        lookout.start()
        if own_process:
            _settle_process()
        yield
        lookout.stop()
        app.state.service.close()
        spans.close()

    app = FastAPI(
        title="alsoliked",
        version=__version__,
        description="Recommendations, with their reasons.",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    speak_plainly(app)
    app.add_middleware(Slashes)  # innermost: what is around it sees the address as it came
    if settings.cors:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors, allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(Sizes, body_limit=settings.body_limit)
    if not settings.guarded:
        app.add_middleware(LocalNames)
    app.add_middleware(SafeHeaders)  # around all others: what they refuse has them, too
    app.add_middleware(Watching, spans=spans)  # outermost: what others refuse is counted, too
    for room in ROOMS:
        app.include_router(room.router)
    app.include_router(pages.router)
    describe(app)
    return app


def _settle_process() -> None:
    """Let no request wait for long: for a look through what is loaded and stays, or for another thread's turn."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN)


def from_environment() -> FastAPI:
    """Build the application of a worker process."""
    settings = Settings.from_environment()
    log_to_stderr(settings.log, paths=settings.log_paths)
    return create_app(settings, own_process=True)
