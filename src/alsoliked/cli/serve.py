"""alsoliked serve: a model behind HTTP, in one process or several."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from alsoliked.cli.console import say
from alsoliked.errors import MissingExtraError

__all__ = ["serve"]

Home = Annotated[Path, typer.Option("--home", metavar="DIR", envvar="ALSOLIKED_HOME", help="What the service keeps.")]
Url = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", envvar="ALSOLIKED_DATABASE", help="Else SQLite in the home."),
]


def serve(
    bundle: Annotated[
        Path | None, typer.Argument(metavar="[BUNDLE]", help="The first model; later ones come by rollout.")
    ] = None,
    home: Home = Path("alsoliked-home"),
    database: Url = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Beyond loopback only with keys.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT")] = 8000,
    workers: Annotated[int, typer.Option(metavar="N", help="Processes.")] = 1,
) -> None:
    """Serve a model over HTTP, with pages."""
    try:
        import uvicorn

        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"serving needs {error.name}; pip install 'alsoliked[serve]'.") from error
    settings = Settings(home, database, bundle, host, port, workers, secret=os.environ.get("ALSOLIKED_SECRET", ""))
    Service.open(settings).close()  # what is wrong is said here, once, in one line
    os.environ.update(settings.to_environment())
    say(f"serving on http://{host}:{port} (Ctrl-C stops)")
    uvicorn.run(
        "alsoliked.serving.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
    )
