"""Training: everything said so far, a part held out, a model fitted to the rest and measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alsoliked.evaluation.report import evaluate
from alsoliked.recommender import Recommender
from alsoliked.serving.retraining.gathered import Stored, gathered
from alsoliked.serving.retraining.latest import hold_out_latest
from alsoliked.serving.service import Service
from alsoliked.serving.storage.collected import all_columns, all_forgotten, all_ratings

__all__ = ["Wish", "trained"]

N_BOOT = 200  # resamples for the intervals in a manifest: a job that nobody waits for need not be slow either


@dataclass(frozen=True, slots=True)
class Wish:
    """What to train.

    Attributes
    ----------
    model
        Its name and options; None: as the live one.
    valid_pct
        Share of each person's latest ratings to hold out.
    seed
        None: the live model's.
    """

    model: tuple[str, Mapping[str, Any]] | None = None
    valid_pct: float = 0.1
    seed: int | None = None


def trained(
    service: Service, live: str, wish: Wish, tell: Callable[[float], None]
) -> tuple[Recommender, dict[str, Any]]:
    """Gather, hold out, fit and measure; return the model and what to say about it.

    Raises
    ------
    DataError
        If no rating is left to train on.
    MissingExtraError
        If the model is trained by torch and there is none.
    """
    before = service.shelf.take(live).rec
    found = gathered(before.train_ratings, before.held_out_, _stored(service))
    seed = before.seed if wish.seed is None else wish.seed
    training, valid = hold_out_latest(found.ratings, wish.valid_pct, seed)
    params = before.get_params() if wish.model is None else {"model": wish.model[0], **wish.model[1]}
    rec = Recommender(**{**params, "seed": seed}).fit(training, valid, on_progress=tell)
    if wish.model is None and before.fitted.reranking is not None:  # lists ordered as the live ones are
        rec.answers_ = replace(rec.answers_, reranking=before.fitted.reranking)
    told: dict[str, Any] = {**found.counts, "ratings": len(training), "held_out": 0 if valid is None else len(valid)}
    if valid is not None:
        told["metrics"] = evaluate(rec, valid, n_boot=N_BOOT).to_dict()
    return rec, told


def _stored(service: Service) -> Stored:
    with service.database.read() as connection:
        forgotten = all_forgotten(connection)
        return Stored(
            all_ratings(connection),
            all_columns(connection, "user"),
            all_columns(connection, "item"),
            (lambda user: service.digest(user) in forgotten) if forgotten else (lambda _: False),
        )
