"""A fitted model and its ratings, taken apart and put together."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from alsoliked.bundle import Contents
from alsoliked.contents.column_parts import parts_apart, parts_together
from alsoliked.contents.columns import columns_apart, columns_together
from alsoliked.contents.parts import put_together, take_apart
from alsoliked.contents.ratings import Arrays, both_ratings, described, tables_of, triples
from alsoliked.contents.widths import widths_apart, widths_together
from alsoliked.data.ratings import Ratings
from alsoliked.errors import BundleError
from alsoliked.models.blend import Blend, RatingModel
from alsoliked.models.column_parts import BothParts
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.fold_in import Prior
from alsoliked.recommendation.reranking import Reranking
from alsoliked.solvers.choice import Choice, FoldsIn
from alsoliked.solvers.implicit_als import ImplicitALS

__all__ = ["from_contents", "to_contents"]


def to_contents(answers: Answers, held_out: Ratings | None, about: dict[str, Any]) -> Contents:
    """Take a fitted model apart; `about` is what the façade adds to the manifest."""
    train = answers.train
    arrays = triples("train", train)
    if held_out is not None:
        arrays |= triples("held_out", held_out)
    model: dict[str, Any] = {"ordered": answers.ordered}
    for name, part in (("rating", answers.rating), ("choice", answers.choice)):
        model[name] = take_apart(name, part, arrays)
    model["choice_how"] = _how_to_json(answers.choice_how)
    if answers.rating is not None and answers.choice is not None:
        model["rating_weight"] = answers.rating_weight
    if answers.reranking is not None:
        model["reranking"] = asdict(answers.reranking)
    if answers.prior is not None:
        arrays |= {"prior.mean": answers.prior.mean, "prior.precision": answers.prior.precision}
        model["noise"] = answers.prior.noise
    if answers.widths is not None:
        model["widths"] = widths_apart(answers.widths, arrays)
    told = {name: parts for name, parts in answers.parts._asdict().items() if parts is not None}
    model |= {f"{name}_parts": parts_apart(f"{name}_parts", parts, arrays) for name, parts in told.items()}
    for name in ("user_columns", "item_columns"):
        if (columns := columns_apart(name, getattr(answers, name), arrays)) is not None:
            model[name] = columns
    return Contents({**about, "data": described(train), "model": model}, arrays, tables_of(train))


def from_contents(contents: Contents) -> tuple[Answers, Ratings | None]:
    """Put a fitted model, and the ratings held out beside it, together again.

    Raises
    ------
    BundleError
        If parts are missing or do not fit each other.
    """
    try:
        train, held_out = both_ratings(contents)
        model = contents.manifest["model"]
        rating, choice = (put_together(name, model[name], contents.arrays, train) for name in ("rating", "choice"))
        if isinstance(choice, (NetScores, Blend)) or isinstance(rating, ItemWeights):
            raise BundleError("the bundle's rating and choice parts are not of their kinds; train again.")
        prior = _prior(contents.arrays, model, rating)
        how = _how_from_json(model["choice_how"])
        weight = float(model["rating_weight"]) if "rating_weight" in model else None
        answers = Answers(train, rating, choice, bool(model["ordered"]), known_prior=prior, choice_how=how)
        widths = widths_together(model["widths"], contents.arrays) if "widths" in model else None
        parts = (parts_together(name, model.get(name), contents.arrays) for name in ("users_parts", "items_parts"))
        answers = replace(answers, parts=BothParts(*parts))
        user_columns = columns_together("user_columns", model.get("user_columns"), contents.arrays, train.n_items)
        item_columns = columns_together("item_columns", model.get("item_columns"), contents.arrays, train.n_users)
        answers = replace(answers, user_columns=user_columns, item_columns=item_columns)
        reranking = Reranking(**model["reranking"]) if "reranking" in model else None
        if reranking is not None:
            reranking.check()
        return replace(answers, known_weight=weight, known_widths=widths, reranking=reranking), held_out
    except (KeyError, TypeError, IndexError, ValueError, RuntimeError) as error:
        raise BundleError(f"the bundle's parts do not fit each other ({error!r}); train again.") from error


def _prior(arrays: Arrays, model: dict[str, Any], rating: RatingModel | None) -> Prior | None:
    if "prior.mean" not in arrays:
        return None
    prior = Prior(arrays["prior.mean"], arrays["prior.precision"], float(model["noise"]))
    row_size = 0 if rating is None else len(rating.user_row(0))
    if prior.mean.shape != (row_size,) or prior.precision.shape != (row_size, row_size):
        raise BundleError("the bundle's prior does not fit its model; train again.")
    return prior


def _how_to_json(how: FoldsIn) -> dict[str, Any]:
    if isinstance(how, ImplicitALS):
        return {"kind": "implicit_als", **asdict(how)}
    assert isinstance(how, Choice)  # noqa: S101  choice is solved in no third way
    return asdict(how)


def _how_from_json(settings: dict[str, Any]) -> FoldsIn:
    kinds = {"choice": Choice, "implicit_als": ImplicitALS}
    how: FoldsIn = kinds[settings.get("kind", "choice")](**{k: v for k, v in settings.items() if k != "kind"})
    return how
