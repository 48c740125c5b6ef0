"""`recommend --all --engine spark`: lists for everybody, written by executors and not through this terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alsoliked.cli.console import print_json, say, share_bar
from alsoliked.cli.engine import check_bundle, spark_from
from alsoliked.errors import OptionError

__all__ = ["list_by_engine"]


def list_by_engine(
    bundle: Path,
    how: Mapping[str, Any],
    asked: Mapping[str, Any],
    runs: Mapping[str, Any],
    out: str | None,
    table: str | None,
    *,
    json: bool,
) -> None:
    """Write everybody's lists to a folder or a database; `asked` are the flags that only a single list knows."""
    engine = spark_from(runs, "lists")
    if out is None:
        raise OptionError("--engine writes lists where executors can; pass --out with a folder or postgresql://….")
    if table is not None and "://" not in out:
        raise OptionError(f"--table names a table in a database, and --out {out} is a folder; leave it out.")
    for flag, value in asked.items():
        if value:
            raise OptionError(f"--{flag} has no effect on --engine; leave it out, or list without --engine.")
    check_bundle(bundle)
    from alsoliked.cluster.answering.lists import lists_by_spark
    from alsoliked.cluster.running.talk import Talk
    from alsoliked.cluster.running.train import started

    named: dict[str, Any] = {} if table is None else {"table": table}
    to = out if "://" in out else Path(out).absolute()
    with started(engine, Talk(say)) as spark, share_bar("listing for everybody") as share:
        listed = lists_by_spark(spark, bundle, to=to, **how, **named, on_progress=share)
    if json:
        print_json({"place": listed.place, "lines": listed.lines})
    else:
        say(f"{listed.lines:,} lines written to {listed.place}")
