"""alsoliked report: one page about a bundle that a colleague can open offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alsoliked.cli.console import busy, print_json, say
from alsoliked.cli.place import check_writable, writing
from alsoliked.errors import OptionError

__all__ = ["report"]


def report(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write; ends in .html.")] = Path(
        "report.html"
    ),
    user: Annotated[
        list[str] | None,
        typer.Option(metavar="USER", help="Whose list to show (repeat for more); three by default."),
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Length of the lists.")] = 10,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Heading of the page.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a line.")] = False,
) -> None:
    """Write one page about a bundle, to open offline.

    Its data, settings, figures beside baselines, what it learned, lists for a few users, and warnings.
    """
    from alsoliked.recommender import Recommender

    if n < 1:
        raise OptionError(f"-n {n} came, expected at least 1.")
    check_writable(out.absolute().parent)
    rec = Recommender.load(bundle)
    users = None if user is None else [rec.train_ratings.users.parse(name) for name in user]
    from alsoliked.report import write_report

    with busy("writing the report"), writing(out.parent):
        path = write_report(rec, out, users=users, n=n, title=title)
    if json:
        print_json({"report": str(path), "bytes": path.stat().st_size})
    else:
        say(f"report: {path} ({path.stat().st_size / 1e6:.1f} MB, opens offline in any browser)")
