"""How `inspect` shows what it looked at: both ends side by side, a sentence on each axis."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from alsoliked.cli.console import print_frame
from alsoliked.cli.looked import OFTEN, Looked, both_ends, tables
from alsoliked.cli.sides import page_width, print_sides, shortened

if TYPE_CHECKING:
    import polars as pl

    from alsoliked.interpretation.components import Components
    from alsoliked.interpretation.meaning import Meaning

__all__ = ["print_look"]

TITLE = 42  # characters of a title on a map


def print_look(look: Looked) -> None:
    """Print it: both ends side by side, a sentence on each axis."""
    among = f"{look.enough:,} {look.asked.of} with at least {look.min_count} rating{'s' * (look.min_count > 1)}"
    if look.asked.min_count is None and look.min_count < OFTEN[0]:
        among += f" (few have {OFTEN[0]})"
    if look.left_out:
        among += f"; {look.left_out:,} with fewer left out"
    if look.bias is None and look.components is None:
        print("\nThis model has no biases and no factors to show.")
        return
    print(f"\nBoth ends among {among}.")
    if look.bias is not None:
        about = "held good or bad whatever one's taste" if look.asked.of == "items" else "rates all high or all low"
        print(f"\nBias ({about}), and how sure it is (±)")
        print_sides(*both_ends(look, look.bias, "bias"), "bias")
    if look.components is not None and look.meaning is not None:
        _print_components(look, look.components, look.meaning)
    if look.clusters is not None:
        print(f"\nClusters of the {look.clusters.items.height} most rated items")
        for line in str(look.clusters).splitlines()[1:]:
            _wrapped(line.strip(), indent=4 if line.startswith(" ") else 0)


def _print_components(look: Looked, components: Components, meaning: Meaning) -> None:
    whole = " of the low-rank part" if components.method == "robust" else ""
    for place, (share, said) in enumerate(zip(components.share, meaning.names["why"], strict=True)):
        axis = f"c{place + 1}"
        print()
        _wrapped(f"{axis}, {share:.1%} of the variance{whole}: {said.removeprefix(f'{axis}: ')}")
        low, high = both_ends(look, components.table, axis)
        print_sides(low, high, axis)
    print()
    for note in (*meaning.notes, *components.notes):
        _wrapped(note.replace("method='varimax'", "--method varimax"))
    if look.asked.maps:
        _print_maps(look, components)


def _print_maps(look: Looked, components: Components) -> None:
    found = tables(look)
    shown = [("quadrants", "the farthest of each quadrant"), ("near_axes", "close to an axis and far out along it")]
    for name, title in shown:
        if name in found:
            print()
            print_frame(_narrow(found[name]), title=f"Map: {title}")
    far = components.distances(look.min_count).head(2 * look.asked.n)
    print()
    print_frame(_narrow(far), title="Map: farthest from the origin of all components")


def _narrow(table: pl.DataFrame) -> pl.DataFrame:
    """Leave out the id where there is a title, and cut long titles."""
    import polars as pl

    if "title" not in table.columns:
        return table
    titles = [shortened(title, TITLE) for title in table["title"]]
    return table.drop("item").with_columns(title=pl.Series(titles, dtype=pl.String))


def _wrapped(text: str, indent: int = 0) -> None:
    how = textwrap.TextWrapper(page_width(), break_long_words=False, break_on_hyphens=False)
    how.initial_indent = how.subsequent_indent = " " * indent
    print(how.fill(text))
