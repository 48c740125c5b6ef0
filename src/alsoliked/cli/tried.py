"""How `train` shows which models were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.cli.console import print_table

if TYPE_CHECKING:
    import polars as pl

__all__ = ["print_tried"]


def print_tried(tried: pl.DataFrame) -> None:
    """Print it, the best first and what came to nothing last; a mark stands at what was chosen, or a weight."""
    last = "chosen" if "chosen" in tried.columns else "weight"
    ordered = tried.sort("rmse", nulls_last=True, maintain_order=True) if last == "chosen" else tried
    rows = [
        [
            row["model"],
            row["settings"] or "defaults",
            "" if row["rmse"] is None else f"{row['rmse']:.4f}",
            f"{row['seconds']:.1f}",
            ("<" if row["chosen"] else row["note"]) if last == "chosen" else f"{row['weight']:.2f}",
        ]
        for row in ordered.iter_rows(named=True)
    ]
    title = "on a tenth of the training ratings, hidden for the purpose:"
    print_table(rows, ["model", "settings", "rmse", "seconds", last], title=title)
    print()
