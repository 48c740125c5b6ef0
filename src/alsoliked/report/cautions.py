"""What a reader must not have to notice alone: warnings from training, figures and data, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.data.checkup import checkup

if TYPE_CHECKING:
    from alsoliked.evaluation.report import Report
    from alsoliked.recommender import Recommender

__all__ = ["cautions"]

NARROW = 0.1  # share of the catalogue below which lists are called narrow
CROWDED = 0.2  # share of the ratings by the top 1 % of users from which they are called heavy
RARE = 5  # training ratings below which next to nothing is known of an item


def cautions(rec: Recommender, report: Report | None) -> list[str]:
    """Collect the warnings, the gravest first."""
    said = [] if rec.history_ is None else rec.history_.in_words()
    if report is None:
        said.append("Nothing was held out, so nobody knows how good this is; train with held-out ratings.")
    else:
        said += [sentence.removeprefix("Warning: ") for sentence in report.in_words() if sentence.startswith("Warning")]
        said += _shown(report)
    return [*said, *_data(rec)]


def _shown(report: Report) -> list[str]:
    coverage = report.figures[report.subject].get("coverage")
    if coverage is None or coverage.value >= NARROW:
        return []
    return [f"All lists together show {coverage.value:.1%} of the catalogue: most items are shown to nobody."]


def _data(rec: Recommender) -> list[str]:
    train = rec.train_ratings
    count = train.counts_by_item()
    few, none = int(((count > 0) & (count < RARE)).sum()), int((count == 0).sum())
    found, said = checkup(train), []
    if found.top_users_share >= CROWDED:
        said.append(
            f"The most active 1 % of users wrote {found.top_users_share:.0%} of the ratings; their taste weighs heavily"
            " in everything below."
        )
    if few:
        said.append(
            f"{few:,} of {train.n_items:,} items have fewer than {RARE} training ratings: what is predicted for them is"
            " mostly the average."
        )
    if none:
        said.append(f"{none:,} items have no training rating at all and are not recommended by taste.")
    said.append(
        "Held-out ratings are of items people chose to rate; what they would say of the others was not measured."
    )
    return said
