"""What `inspect` looks at: gathered once, then saved or put into JSON; `shown` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from alsoliked.cli.place import writing
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    import polars as pl

    from alsoliked.interpretation.clusters import ClusterMap
    from alsoliked.interpretation.components import Components
    from alsoliked.interpretation.meaning import Meaning
    from alsoliked.recommender import Recommender

__all__ = ["OFTEN", "Look", "Looked", "both_ends", "in_json", "look_at", "save_look", "tables"]

OFTEN = (20, 10, 5, 3, 2, 1)  # ratings that make a place worth showing, and what is taken where hardly any has so many
AXES = 3


@dataclass(frozen=True)
class Look:
    """What was asked for; None is left to what the data allow."""

    n: int
    components: int | None
    of: Literal["items", "users"]
    method: Literal["pca", "robust", "varimax"]
    min_count: int | None
    maps: bool
    clusters: bool


@dataclass(frozen=True)
class Looked:
    """What there is to show."""

    asked: Look
    min_count: int
    enough: int
    left_out: int
    bias: pl.DataFrame | None
    components: Components | None
    meaning: Meaning | None
    clusters: ClusterMap | None


def look_at(rec: Recommender, asked: Look) -> Looked:
    """Ask a model for all of it; what it does not have is None."""
    ratings = rec.train_ratings
    counts = ratings.counts_by_item() if asked.of == "items" else ratings.counts_by_user()
    least = asked.min_count or next((k for k in OFTEN if (counts >= k).sum() >= 2 * asked.n), 1)
    enough, rated = int((counts >= least).sum()), int((counts > 0).sum())
    components = _components(rec, asked)
    meaning = None if components is None else components.meaning(least)
    clusters = rec.cluster_map(min_count=least) if asked.clusters else None
    return Looked(asked, least, enough, rated - enough, _bias(rec, asked.of), components, meaning, clusters)


def _bias(rec: Recommender, of: str) -> pl.DataFrame | None:
    try:
        return rec.item_bias() if of == "items" else rec.user_bias()
    except OptionError:
        return None


def _components(rec: Recommender, asked: Look) -> Components | None:
    rating = rec.fitted.rating
    size = 0 if rating is None else (rating.item_factors if asked.of == "items" else rating.user_factors).shape[1]
    if not size:
        if asked.components is not None or asked.maps:
            raise OptionError(
                f"model {rec.model!r} has no factors, so no components; leave --components and --maps out."
            )
        return None
    rated = len(rec.train_ratings.item_index if asked.of == "items" else rec.train_ratings.user_index)
    wanted = asked.components or min(AXES, size, rated)
    return rec.components(wanted, of=asked.of, method=asked.method)


def tables(look: Looked) -> dict[str, pl.DataFrame]:
    """Return everything as tables, by name; whole where they are not lists of the first few."""
    one = look.asked.of.removesuffix("s")
    found: dict[str, pl.DataFrame] = {} if look.bias is None else {f"{one}_bias": look.bias}
    if look.components is not None and look.meaning is not None:
        how = (look.asked.n, look.min_count)
        found |= {"components": look.components.table, "ends": look.components.ends(*how)}
        found |= {"meaning": look.meaning.table, "names": look.meaning.names}
        if len(look.components.share) > 1:
            found["quadrants"] = look.components.quadrants(look.asked.n, min_count=look.min_count)
        found["near_axes"] = look.components.near_axes(*how)
        found["distances"] = look.components.distances()
    if look.clusters is not None:
        found |= {"cluster_items": look.clusters.items, "clusters": look.clusters.clusters}
        found["similarity"] = look.clusters.similarity
    return found


def save_look(look: Looked, folder: Path, file_format: str) -> list[Path]:
    """Write all tables to a folder, one file each."""
    written = []
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables(look).items():
            path = folder / f"{name}.{file_format}"
            if file_format == "csv":
                table.write_csv(path)
            else:
                table.write_parquet(path)
            written.append(path)
    return written


def in_json(look: Looked) -> dict[str, Any]:
    """Return what is shown as plain values."""
    one, n = look.asked.of.removesuffix("s"), look.asked.n
    found: dict[str, Any] = {"min_count": look.min_count, "left_out": look.left_out}
    if look.bias is not None:
        low, high = both_ends(look, look.bias, "bias")
        found[f"{one} bias"] = {"lowest": low.to_dicts(), "highest": high.to_dicts()}
    if look.components is not None and look.meaning is not None:
        part = look.components
        found["components"] = {"of": part.of, "method": part.method, "share": part.share, "notes": part.notes}
        shown = ["ends", "meaning", "names", *(["quadrants", "near_axes"] if look.asked.maps else [])]
        found["components"] |= {name: table.to_dicts() for name, table in tables(look).items() if name in shown}
        if look.asked.maps:
            found["components"]["distances"] = part.distances(look.min_count).head(2 * n).to_dicts()
    if look.clusters is not None:
        found["clusters"] = look.clusters.clusters.to_dicts()
        found["cluster items"] = look.clusters.items.to_dicts()
    return found


def both_ends(look: Looked, table: pl.DataFrame, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the first few at the low end and at the high end, among what has enough ratings."""
    import polars as pl

    ordered = table.filter(pl.col("count") >= look.min_count).sort(by, maintain_order=True)
    return ordered.head(look.asked.n), ordered.tail(look.asked.n).reverse()
