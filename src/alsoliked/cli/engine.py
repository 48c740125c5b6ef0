"""--engine and its flags: the same verbs on Spark, or on several processes started by torchrun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.cluster.running.engine import Engine

__all__ = [
    "PANEL",
    "Attempts",
    "CheckpointEvery",
    "Conf",
    "Master",
    "Name",
    "OnSpark",
    "Optimizer",
    "Resume",
    "Shards",
    "Work",
    "Workers",
    "check_bundle",
    "engine_from",
    "refuse_without",
    "spark_from",
]

PANEL = "On an engine (alsoliked[spark])"

Name = Annotated[
    str | None,
    typer.Option("--engine", metavar="NAME", rich_help_panel=PANEL, help="spark or torchrun; else all runs here."),
]
OnSpark = Annotated[
    str | None, typer.Option("--engine", metavar="NAME", rich_help_panel=PANEL, help="spark; else all runs here.")
]
Master = Annotated[
    str | None,
    typer.Option(metavar="URL", rich_help_panel=PANEL, help="Spark's: spark://HOST:7077, k8s://… (spark)."),
]
Workers = Annotated[
    int | None, typer.Option(metavar="N", rich_help_panel=PANEL, help="Processes that work together.  [default: 2]")
]
Conf = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", rich_help_panel=PANEL, help="A setting of Spark's own (repeat for more)."),
]
Work = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        rich_help_panel=PANEL,
        help="Seen by all machines: shards, checkpoints.  [default: BUNDLE.work]",
    ),
]
Shards = Annotated[
    int | None,
    typer.Option(
        metavar="N", rich_help_panel=PANEL, help="Parts that ratings are dealt to; bounds --workers.  [default: 16]"
    ),
]
CheckpointEvery = Annotated[
    int | None, typer.Option(metavar="STEPS", rich_help_panel=PANEL, help="Also within an epoch; ends of epochs do.")
]
Attempts = Annotated[
    int | None,
    typer.Option(metavar="N", rich_help_panel=PANEL, help="In all, when workers are lost.  [default: 3]"),
]
Optimizer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=PANEL,
        help="adamw, or rowwise_adagrad (less memory).  [default: adamw]",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", rich_help_panel=PANEL, help="Go on with what was interrupted in --work.")
]


def refuse_without(engine: str | None, flags: Mapping[str, Any]) -> None:
    """Refuse flags of an engine where none was asked for.

    Raises
    ------
    OptionError
        For the first that came.
    """
    if engine is not None:
        return
    for name, value in flags.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise OptionError(f"{flag} is about --engine; pass --engine spark, too, or leave it out.")


def engine_from(
    name: str,
    master: str | None,
    workers: int | None,
    conf: Sequence[str] | None,
    attempts: int | None = None,
    *,
    model: str = "als",
) -> Engine:
    """Read the engine from its flags, and see that what it needs (for gradients, if the model is not als) is installed.

    Raises
    ------
    OptionError
        If there is no such engine, or a flag does not fit it.
    MissingExtraError
        If its packages (or Java, for Spark) are not there.
    """
    from alsoliked.cluster.running.engine import Engine, check_engine

    told = {name: value for name, value in (("workers", workers), ("attempts", attempts)) if value is not None}
    engine = Engine(name, master=master, conf=_settings(conf), **told)
    check_engine(engine, model)
    return engine


def check_bundle(bundle: Path) -> None:
    """Refuse what is no bundle before Spark is started for it.

    Raises
    ------
    BundleError
        If it is not there.
    """
    if not (bundle / "manifest.json").is_file():
        from alsoliked.bundle import read_bundle

        read_bundle(bundle)


def spark_from(runs: Mapping[str, Any], what: str) -> Engine:
    """Read Spark from the flags `engine`, `master`, `workers` and `conf`; torchrun only trains.

    Raises
    ------
    OptionError
        If it is another engine.
    """
    if runs["engine"] == "torchrun":
        raise OptionError(f"--engine torchrun trains; {what} are made by spark, or here without --engine.")
    return engine_from(*(runs[name] for name in ("engine", "master", "workers", "conf")))


def _settings(conf: Sequence[str] | None) -> dict[str, str]:
    """Read KEY=VALUE, as spark-submit does."""
    pairs = [text.partition("=") for text in conf or ()]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise OptionError(f"--conf {key!r} came, expected KEY=VALUE, such as spark.executor.memory=4g.")
    return {key.strip(): value.strip() for key, _, value in pairs}
