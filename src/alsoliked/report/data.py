"""The section on the data: counts, how ratings are spread, what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked import plots
from alsoliked.data.checkup import checkup
from alsoliked.report.page import Picture, Section, Table, Words

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["data_section"]


def data_section(train: Ratings) -> Section:
    """Describe the training ratings."""
    described = Table.of(train.describe(), "Training ratings", {"what": "", "value": ""})
    histogram = Picture.of(plots.rating_histogram(train.histogram()))
    crossed = Picture.of(plots.cross_table(train.cross_table(12, 12)))
    return Section(
        "data",
        "The data",
        "What the model learned from, and what is worth knowing about it.",
        (
            (described, histogram),
            Words(checkup(train).in_words(), listed=True),
            crossed,
        ),
    )
