"""alsoliked serve: a model behind HTTP, in one process or several."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.console import print_json, say
from alsoliked.cli.home import HOME, Home, Url, installed
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.serving.settings import Settings

__all__ = ["Home", "Url", "serve"]

WAITING = 2048  # connections that nobody has taken yet
STOPPING = 30  # seconds that requests under way have to finish


def serve(
    bundle: Annotated[
        Path | None, typer.Argument(metavar="[BUNDLE]", help="The first model; later ones come by rollout.")
    ] = None,
    home: Home = HOME,
    database: Url = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Beyond loopback only with keys.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", help="0: one that is free.")] = 8000,
    workers: Annotated[int, typer.Option(metavar="N", help="Processes.")] = 1,
    require_keys: Annotated[bool, typer.Option("--require-keys", help="Ask for keys on loopback, too.")] = False,
    visitors: Annotated[bool, typer.Option("--visitors", help="Pages for visitors although keys are asked.")] = False,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="Then a list is made more simply.")] = 0.2,
    rate: Annotated[float, typer.Option(metavar="N", help="Requests a second of each key; 0: any.")] = 50.0,
    body_limit: Annotated[int, typer.Option(metavar="BYTES", help="Of a request's body.")] = 1 << 20,
    cors: Annotated[
        list[str] | None, typer.Option("--cors", metavar="ORIGIN", help="Whose pages may ask; may be repeated.")
    ] = None,
    log: Annotated[str, typer.Option("--log", metavar="FORM", help="Lines of the log: text or json.")] = "text",
    log_paths: Annotated[bool, typer.Option("--log-paths", help="Log addresses, which name users.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say in JSON where it listens.")] = False,
) -> None:
    """Serve a model over HTTP, with pages.

    The database names the live model, so BUNDLE is needed the first time only. ALSOLIKED_SECRET signs what is handed
    out; without it a secret is made once and kept in the home, which all workers share.
    """
    _one_thread_each()
    with installed():
        import uvicorn  # noqa: F401

        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
    settings = Settings(
        home,
        database,
        bundle,
        host,
        port,
        workers,
        require_keys=require_keys,
        visitors=visitors,
        budget=budget,
        rate=rate,
        body_limit=body_limit,
        cors=tuple(cors or ()),
        log=log,
        log_paths=log_paths,
        secret=os.environ.get("ALSOLIKED_SECRET", ""),
    )
    with _bound(settings) as listening:
        service = Service.open(settings)  # what is wrong is said here, once, in one line
        service.check_reach()
        told: dict[str, object] = {"url": _url(listening), "model": service.last_standing.row.model, "home": str(home)}
        told |= {"database": service.database.kind, "workers": workers, "keys": settings.guarded}
        service.close()
        if json:
            print_json(told)
        else:
            say(_line(told, settings))
        _run(settings, listening)
    if not json:
        say("stopped; requests under way were answered")


def _one_thread_each() -> None:
    """Keep linear algebra to one thread: requests beside each other fill the processors, and none is slowed by others.

    It is read when numpy is loaded, here and in the workers; what is set already stays.
    """
    if "numpy" not in sys.modules:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(name, "1")


def _run(settings: Settings, listening: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from alsoliked.serving.monitoring.metrics import FOLDER, clean_folder

    os.environ.update(settings.to_environment())
    if settings.workers > 1:
        os.environ[FOLDER] = str(clean_folder(settings.home))
    config = uvicorn.Config(
        "alsoliked.serving.app:from_environment",
        factory=True,
        workers=settings.workers,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOPPING,
    )
    server = uvicorn.Server(config)
    with _stopping_quietly():
        if settings.workers > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            server.run(sockets=[listening])
    if settings.workers == 1 and not server.started:
        raise OptionError("the service did not start; the log says why.")


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    """Take the address before anything is loaded, so that a taken port is said in one line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((settings.host, settings.port))
            made.listen(WAITING)
        except OSError as error:
            raise OptionError(
                f"cannot listen on {settings.host} port {settings.port} ({error.strerror}); choose another --port."
            ) from error
        made.set_inheritable(True)
        yield made


@contextmanager
def _stopping_quietly() -> Iterator[None]:
    """Let Ctrl-C and a supervisor's signal end the service and nothing else: it raises them again when it has ended."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _line(told: dict[str, object], settings: Settings) -> str:
    keys = "keys are asked for" if settings.guarded else "no keys are asked for on this machine"
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    live = told["model"] or "no model"
    return f"serving on {told['url']}: {live} is live, {told['database']}, {workers}, {keys} (Ctrl-C stops)"
