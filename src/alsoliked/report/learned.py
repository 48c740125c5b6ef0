"""The section on what it learned: biases, the map, what the axes mean, what is near what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked import plots
from alsoliked.errors import OptionError
from alsoliked.report.page import Block, Picture, Section, Table, Words

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["learned_section"]

ENOUGH = 20  # training ratings below which an item's place may be chance
AXES, ENDS = 3, 5  # components, and items at each end of one
NEIGHBOURS = 3  # items whose neighbours are shown
MOST = 30  # best known items to choose them from


def learned_section(rec: Recommender) -> Section | None:
    """Show what is inside; None for a model that has nothing inside."""
    blocks = [*_biases(rec), *_map(rec), *_neighbours(rec)]
    lead = (
        f"What the numbers inside say. Items with fewer than {ENOUGH} ratings are left out: their place may be chance."
    )
    return Section("learned", "What it learned", lead, blocks) if blocks else None


def _biases(rec: Recommender) -> list[Block]:
    try:
        chart = plots.bias_ends(rec.item_bias(), min_count=ENOUGH)
    except OptionError:
        return []
    return [Picture.of(chart)]


def _map(rec: Recommender) -> list[Block]:
    model = rec.fitted.rating
    size = 0 if model is None else model.item_factors.shape[1]
    if not size:
        return []
    found = rec.components(min(AXES, size))
    meaning = found.meaning(min_count=ENOUGH)
    blocks: list[Block] = [Picture.of(plots.item_map(found))] if len(found.share) > 1 else []
    ends = found.ends(ENDS, min_count=ENOUGH)
    blocks += [Picture.of(plots.axes(ends))] if len(ends) else []
    blocks.append(Words(meaning.in_words(), listed=True))
    return [*blocks, Picture.of(plots.meaning(meaning.table))] if len(meaning.table) else blocks


def _neighbours(rec: Recommender) -> list[tuple[Block, ...]]:
    """Show what is near well-known items, none of which is near another of them."""
    try:
        ordered = rec.components(1).table.sort("count", descending=True, maintain_order=True)
    except OptionError:
        return []
    heads = {"title": "nearest", "cosine": "cosine", "count": "ratings"}
    shown: list[Block] = []
    taken: set[object] = set()
    for item, title in ordered.head(MOST).select("item", "title").iter_rows():
        if item in taken or len(shown) == NEIGHBOURS:
            continue
        near = rec.neighbours(item, MOST, min_count=ENOUGH)
        shown.append(Table.of(near.head(6), f"Near {title}", heads))
        taken |= {item, *near["item"]}
    return [tuple(shown)] if shown else []
