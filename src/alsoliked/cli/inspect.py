"""alsoliked inspect: what a bundle is, and what it has learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from alsoliked.cli.console import print_json, say
from alsoliked.cli.looked import Look, in_json, look_at, save_look
from alsoliked.cli.place import check_writable
from alsoliked.cli.shown import print_look
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ends", "inspect"]


def inspect(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many at each end.")] = 5,
    components: Annotated[
        int | None, typer.Option(metavar="N", help="How many components.  [default: 3, or as many as there are]")
    ] = None,
    of: Annotated[Literal["items", "users"], typer.Option(help="Whose biases and components.")] = "items",
    method: Annotated[Literal["pca", "robust", "varimax"], typer.Option(help="How components are found.")] = "pca",
    min_count: Annotated[
        int | None,
        typer.Option(metavar="N", help="Leave out what has fewer ratings.  [default: 20, or what the data allow]"),
    ] = None,
    maps: Annotated[bool, typer.Option("--maps", help="Quadrants, what is near an axis, what is far out.")] = False,
    clusters: Annotated[bool, typer.Option("--clusters", help="The most rated items in groups of like.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write all tables there, whole.")] = None,
    file_format: Annotated[
        Literal["csv", "parquet"] | None, typer.Option("--format", help="Of the saved tables.  [default: csv]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show what a bundle is and what it learned.

    Biases and components, both ends of each, and what the components may mean, where the model has them.
    """
    from alsoliked.recommender import Recommender

    for flag, value in (("-n", n), ("--components", components), ("--min-count", min_count)):
        if value is not None and value < 1:
            raise OptionError(f"{flag} {value} came, expected at least 1.")
    if file_format is not None and save is None:
        raise OptionError("--format is about saved tables and has no effect without --save; name a folder.")
    if clusters and of == "users":
        raise OptionError("--clusters is about items and has no effect with --of users; leave it out.")
    if save is not None:
        check_writable(save)
    rec = Recommender.load(bundle)
    manifest = rec.manifest_
    look = look_at(rec, Look(n, components, of, method, min_count, maps=maps, clusters=clusters))
    if save is not None:
        written = save_look(look, save, file_format or "csv")
    if json:
        print_json(manifest | in_json(look))
    else:
        print(f"{bundle}: {rec!r}")
        print("\n".join(_header(manifest, held_out=rec.held_out_ is not None)))
        print_look(look)
    if save is not None:
        say(f"{len(written)} tables are in {save}: {', '.join(path.name for path in written)}")


def _header(manifest: dict[str, Any], *, held_out: bool) -> list[str]:
    data = manifest["data"]
    return [
        f"written by alsoliked {manifest['alsoliked']}, format {manifest['format']}",
        f"trained on {data['name']}: {data['ratings']:,} ratings, {data['users']:,} users, {data['items']:,} items",
        f"fingerprint of the ratings {data['fingerprint'][:16]}",
        _measured(manifest, held_out=held_out),
    ]


def _measured(manifest: dict[str, Any], *, held_out: bool) -> str:
    report = manifest["about"].get("metrics")
    if report is None:
        why = " when it was saved; `alsoliked evaluate` measures it" if held_out else ": nothing was held out"
        return f"not measured{why}"
    figures = {name: figure["value"] for name, figure in report["figures"][report["subject"]].items() if figure}
    shown = [f"{name} {figures[name]:.3f}" for name in ("rmse", f"ndcg@{report['k']}") if name in figures]
    return f"measured on {report['held_out']['ratings']:,} held-out ratings: {', '.join(shown)}"


def ends(table: pl.DataFrame, by: str, n: int, min_count: int) -> dict[str, pl.DataFrame]:
    """Return the n lowest and the n highest rows, among items with enough ratings."""
    import polars as pl

    ordered = table.filter(pl.col("count") >= min_count).sort(by, maintain_order=True)
    return {"lowest": ordered.head(n), "highest": ordered.tail(n).reverse()}
