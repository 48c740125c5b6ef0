"""write_bundle_from_rows: what an engine learned becomes a bundle like any other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import polars as pl

from alsoliked.bundle import check_place, write_bundle
from alsoliked.cluster.bundling.grouped import by_user
from alsoliked.cluster.bundling.head import head_of, seed_of
from alsoliked.cluster.bundling.model import model_of
from alsoliked.cluster.bundling.sampled import prior_and_widths
from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.manifest import Part, Shards
from alsoliked.contents import to_contents
from alsoliked.data.ratings import Ratings
from alsoliked.errors import ClusterError, OptionError
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.choosing import with_choice
from alsoliked.solvers.implicit_als import ImplicitALS

__all__ = ["CHOICE_UP_TO", "write_bundle_from_rows"]

ChoiceHalf: TypeAlias = bool | Literal["auto"]

CHOICE_UP_TO = 20_000_000, 1_000_000  # ratings and users with which choice is solved in one process: 2.3 GiB of memory
IMPLICIT = ("n_factors", "epochs", "reg", "reg_scaling", "unobserved_weight")


def write_bundle_from_rows(
    rows: Rows,
    shards: Shards,
    out: str | os.PathLike[str],
    *,
    choice: ChoiceHalf = "auto",
    about: Mapping[str, Any] | None = None,
    user_table: pl.DataFrame | None = None,
    item_table: pl.DataFrame | None = None,
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Write a bundle of learned rows and the ratings they were learned from; whole or not at all.

    Users, items and ratings come by ascending id, the ratings of a user side by side. All but the ids (and some 40
    bytes a user) is put together in files beside the bundle, in a folder `.NAME-scratch-…` that takes about as much
    room as the bundle and is gone at the end. What strangers are like, and how sure predictions are, is learned from
    up to 100,000 users with 5 million ratings, drawn at random.

    Parameters
    ----------
    rows
        Finished rows.
    shards
        The shards they belong to; their held-out ratings go into the bundle beside those trained on.
    out
        A new place, or an older bundle to replace.
    choice
        Whether to solve for what people choose as well, in memory, as a local fit does; ``"auto"``: up to 20 million
        ratings of a million users. Without it lists are ordered by predicted ratings alone, and `about` says so.
    about
        What else to keep in the manifest.
    user_table, item_table
        What is known of users and items: frames with the id in a column `user` / `item`, titles in `title`.
    progress
        Called now and then with the share that is done.

    Returns
    -------
    Path
        The bundle; `Recommender.load` opens it.

    Raises
    ------
    ClusterError
        If the rows are not those of the shards.
    OptionError
        If choice is asked for beside a model that learned from clicks, which is one itself.
    BundleError
        If something else is in that place, or it cannot be written.
    """
    place = Path(out)
    implicit = (rows.about.get("options") or {}).get("feedback") == "implicit"
    _check_choice(choice, implicit=implicit)
    check_place(place.absolute())
    tell = progress or (lambda _: None)
    with Scratch.beside(place) as scratch:
        sides = Sorted.of(shards, "user"), Sorted.of(shards, "item")
        tell(0.1)
        model = model_of(rows, sides, scratch, settled=not implicit)
        tell(0.3)
        train = replace(_ratings(shards, "train", sides, scratch), user_table=user_table, item_table=item_table)
        held_out = _ratings(shards, "valid", sides, scratch)
        tell(0.6)
        answers, left_out = _answers(model, train, rows, choice=choice, implicit=implicit)
        told = {**(about or {}), **({"choice": left_out} if left_out else {})}
        contents = to_contents(answers, held_out if len(held_out) else None, head_of(rows.about, told))
        tell(0.8)
        written = write_bundle(place, contents)
    tell(1.0)
    return written


def _check_choice(choice: ChoiceHalf, *, implicit: bool) -> None:
    if choice not in (True, False, "auto"):
        raise OptionError(f"choice={choice!r} came, expected True, False or 'auto'.")
    if implicit and choice is True:
        raise OptionError("choice=True came for a model of clicks, which says what people choose itself; leave it out.")


def _ratings(shards: Shards, part: Part, sides: tuple[Sorted, Sorted], scratch: Scratch) -> Ratings:
    columns = by_user(shards, part, sides, scratch)
    return Ratings(
        users=sides[0].ids,
        items=sides[1].ids,
        user_index=columns["user_index"],
        item_index=columns["item_index"],
        rating=columns["rating"],
        timestamp=columns.get("timestamp"),
        rating_scale=shards.rating_scale,
        levels=shards.levels,
        name=shards.name,
    )


def _answers(
    model: FactorModel | NetScores, train: Ratings, rows: Rows, *, choice: ChoiceHalf, implicit: bool
) -> tuple[Answers, str]:
    """Return what answers, and why it does so without choice, if it does."""
    if implicit:
        if not isinstance(model, FactorModel):
            raise ClusterError("rows of a net came that learned from clicks; no net does. Train again.")
        how = {name: rows.about["options"][name] for name in IMPLICIT}
        return Answers(train, None, model, choice_how=ImplicitALS(**how)), ""
    prior, widths = prior_and_widths(model, train)
    why = _left_out(train) if choice == "auto" else "left out, as asked for" * (not choice)
    if why:
        answers = Answers(train, model, None)
    else:
        liked = liked_from(train.rating_scale)
        answers = with_choice(train, model, liked_from=liked, seed=seed_of(rows.about))
    return replace(answers, known_prior=prior, known_widths=widths), why


def _left_out(train: Ratings) -> str:
    most, most_users = CHOICE_UP_TO
    if len(train) <= most and train.n_users <= most_users:
        return ""
    came = f"{len(train):,} ratings of {train.n_users:,} users, more than {most:,} of {most_users:,}"
    return f"left out: {came}; lists are ordered by predicted ratings alone"
