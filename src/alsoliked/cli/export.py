"""alsoliked export: what a model learned, for a warehouse, a database, a search index or another runtime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from alsoliked.cli.console import busy, print_json, share_bar
from alsoliked.cli.place import check_writable
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.export import Exported
    from alsoliked.recommender import Recommender

__all__ = ["export"]

To: TypeAlias = Literal["parquet", "pgvector", "usearch", "onnx"]
Given: TypeAlias = dict[str, Any]

LISTS = {"objective", "directions", "connectivity", "expansion", "seed"}
TAKES = {  # which options mean something
    "parquet": {"out"},
    "onnx": {"out"},
    "usearch": {"out"} | LISTS,
    "pgvector": {"url", "schema", "table", "seen"} | LISTS,
}


def export(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    to: Annotated[To, typer.Option(help="What to write.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FOLDER", help="Where to; all but pgvector.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Of pgvector: postgresql://user@host/database.")
    ] = None,
    schema: Annotated[str | None, typer.Option(metavar="NAME", help="Of pgvector.  [default: public]")] = None,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of pgvector: how tables begin.  [default: alsoliked]")
    ] = None,
    seen: Annotated[
        bool | None, typer.Option(help="Of pgvector: write who rated what as well.  [default: seen]")
    ] = None,
    objective: Annotated[
        Literal["both", "choice", "rating"] | None,
        typer.Option(help="Of pgvector and usearch: which lists.  [default: both]"),
    ] = None,
    directions: Annotated[
        int | None, typer.Option(metavar="N", help="Of both: length of the vectors.  [default: 128]")
    ] = None,
    connectivity: Annotated[
        int | None, typer.Option(metavar="N", help="Of both: links of an item in the index.  [default: 16]")
    ] = None,
    expansion: Annotated[
        int | None, typer.Option(metavar="N", help="Of both: candidates of a search.  [default: 64]")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Of both: decides samples.  [default: 0]")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Take a model elsewhere: tables, an index, a graph.

    Writes Parquet tables, rows in PostgreSQL, an index for USearch, or ONNX graphs, whole or not at all, and says how
    near they come to the model's own answers.
    """
    from alsoliked.recommender import Recommender

    given: Given = {"out": out, "url": url, "schema": schema, "table": table, "seen": seen, "objective": objective}
    given |= {"directions": directions, "connectivity": connectivity, "expansion": expansion, "seed": seed}
    given = _checked(to, {name: value for name, value in given.items() if value is not None})
    exported = _written(Recommender.load(bundle), to, given)
    if json:
        print_json(exported.to_dict())
        return
    print(exported)
    if exported.query:
        print(f"\n{exported.query}")


def _checked(to: To, given: Given) -> Given:
    """Return the options, refused where one of them means nothing or the place is missing."""
    for name in given:
        if name not in TAKES[to]:
            flag = {"out": "-o", "seen": "--seen" if given[name] else "--no-seen"}.get(name, f"--{name}")
            raise OptionError(f"{flag} came and means nothing to --to {to}; leave it out.")
    if to == "pgvector" and "url" not in given:
        raise OptionError("--to pgvector came without --url; expected postgresql://user@host/database.")
    if to != "pgvector" and "out" not in given:
        raise OptionError(f"--to {to} came without -o; expected a folder to write.")
    if "out" in given:
        check_writable(given["out"].absolute().parent)
    return given


def _written(rec: Recommender, to: To, given: Given) -> Exported:
    from alsoliked import export

    place = given.pop("out", None) or given.pop("url")
    if to in ("parquet", "onnx"):
        with busy("writing"):
            return (export.to_parquet if to == "parquet" else export.to_onnx)(rec, place)
    write: Callable[..., Exported] = export.to_pgvector if to == "pgvector" else export.to_usearch
    with share_bar("finding vectors") as update:
        return write(rec, place, **given, progress=update)
