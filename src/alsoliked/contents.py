"""Contents: what of a recommender goes into a bundle, and the way back."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy.typing as npt
import torch

from alsoliked.bundle import Contents
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import BundleError
from alsoliked.models.blend import Blend, RatingModel
from alsoliked.models.factors import FactorModel
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.moments import Moments
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.posterior import Posterior
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.fold_in import Prior
from alsoliked.solvers.choice import Choice, FoldsIn
from alsoliked.solvers.implicit_als import ImplicitALS

__all__ = ["from_contents", "to_contents"]

Arrays = dict[str, npt.NDArray[Any]]
FACTORS = ("user_factors", "item_factors", "user_bias", "item_bias")
LEVELS = ("user_habits", "item_habits", "usual", "values")
SAMPLES = ("user_samples", "item_samples", "noise", "cuts", "values", "noise_by_user")


def to_contents(answers: Answers, held_out: Ratings | None, about: dict[str, Any]) -> Contents:
    """Take a fitted model apart; `about` is what the façade adds to the manifest."""
    train = answers.train
    arrays = _triples("train", train)
    if held_out is not None:
        arrays |= _triples("held_out", held_out)
    model: dict[str, Any] = {"ordered": answers.ordered}
    for name, part in (("rating", answers.rating), ("choice", answers.choice)):
        model[name] = _take_apart(name, part, arrays)
    model["choice_how"] = _how_to_json(answers.choice_how)
    if answers.rating is not None and answers.choice is not None:
        model["rating_weight"] = answers.rating_weight
    if answers.prior is not None:
        arrays |= {"prior.mean": answers.prior.mean, "prior.precision": answers.prior.precision}
        model["noise"] = answers.prior.noise
    tables = {"users": train.users.ids.to_frame("user"), "items": train.items.ids.to_frame("item")}
    tables |= {
        name: table
        for name, table in (("user_table", train.user_table), ("item_table", train.item_table), ("tags", train.tags))
        if table is not None
    }
    data = {
        "name": train.name,
        "rating_scale": list(train.rating_scale),
        "levels": None if train.levels is None else list(train.levels),
        "fingerprint": train.fingerprint(),
        "users": train.n_users,
        "items": train.n_items,
        "ratings": len(train),
    }
    return Contents({**about, "data": data, "model": model}, arrays, tables)


def _triples(part: str, ratings: Ratings) -> Arrays:
    names = ("user_index", "item_index", "rating", "timestamp")
    columns = {f"{part}.{name}": getattr(ratings, name) for name in names}
    return {name: column for name, column in columns.items() if column is not None}


def _take_apart(name: str, part: RatingModel | ItemWeights | None, arrays: Arrays) -> dict[str, Any] | None:
    if part is None:
        return None
    if isinstance(part, Blend):
        members = [_take_apart(f"{name}.{place}", member, arrays) for place, member in enumerate(part.members)]
        added = {"weights": list(part.weights), "intercept": part.intercept, "names": list(part.names)}
        return {"kind": "blend", **added, "members": members}
    if isinstance(part, ItemWeights):
        arrays[f"{name}.weights"] = part.weights
        return {"kind": "item_weights", "liked_from": part.liked_from}
    if isinstance(part, NetScores):
        arrays.update({f"{name}.net.{key}": value.numpy() for key, value in part.net.state_dict().items()})
        arrays[f"{name}.values"] = part.values
        return {"kind": "net", "y_range": _listed(part.net.y_range), "shape": part.net.shape}
    more = SAMPLES if isinstance(part, Posterior) else LEVELS if isinstance(part, LevelFactors) else ()
    kept = (*FACTORS, *more)
    arrays.update({f"{name}.{key}": getattr(part, key) for key in kept})
    if isinstance(part, Posterior) and part.moments is not None:
        arrays.update({f"{name}.moments.{key}": getattr(part.moments, key) for key in Moments.names()})
    return {"kind": "factors", "y_range": _listed(part.y_range), "global_bias": part.global_bias}


def _how_to_json(how: FoldsIn) -> dict[str, Any]:
    if isinstance(how, ImplicitALS):
        return {"kind": "implicit_als", **asdict(how)}
    assert isinstance(how, Choice)  # noqa: S101  choice is solved in no third way
    return asdict(how)


def _how_from_json(settings: dict[str, Any]) -> FoldsIn:
    kinds = {"choice": Choice, "implicit_als": ImplicitALS}
    how: FoldsIn = kinds[settings.get("kind", "choice")](**{k: v for k, v in settings.items() if k != "kind"})
    return how


def _listed(y_range: tuple[float, float] | None) -> list[float] | None:
    return None if y_range is None else [float(v) for v in y_range]


def from_contents(contents: Contents) -> tuple[Answers, Ratings | None]:
    """Put a fitted model, and the ratings held out beside it, together again.

    Raises
    ------
    BundleError
        If parts are missing or do not fit each other.
    """
    try:
        train, held_out = _ratings(contents)
        model = contents.manifest["model"]
        rating, choice = (_put_together(name, model[name], contents.arrays, train) for name in ("rating", "choice"))
        if isinstance(choice, (NetScores, Blend)) or isinstance(rating, ItemWeights):
            raise BundleError("the bundle's rating and choice parts are not of their kinds; train again.")
        prior = None
        if "prior.mean" in contents.arrays:
            mean, precision = (contents.arrays[f"prior.{key}"] for key in ("mean", "precision"))
            prior = Prior(mean, precision, float(model["noise"]))
            row_size = 0 if rating is None else rating.user_rows.shape[1]
            if mean.shape != (row_size,) or precision.shape != (row_size, row_size):
                raise BundleError("the bundle's prior does not fit its model; train again.")
        how = _how_from_json(model["choice_how"])
        weight = float(model["rating_weight"]) if "rating_weight" in model else None
        answers = Answers(train, rating, choice, bool(model["ordered"]), known_prior=prior, choice_how=how)
        return replace(answers, known_weight=weight), held_out
    except (KeyError, TypeError, IndexError, ValueError, RuntimeError) as error:
        raise BundleError(f"the bundle's parts do not fit each other ({error!r}); train again.") from error


def _ratings(contents: Contents) -> tuple[Ratings, Ratings | None]:
    data, tables = contents.manifest["data"], contents.tables
    train = Ratings(
        users=Vocabulary(tables["users"]["user"]),
        items=Vocabulary(tables["items"]["item"]),
        **_columns("train", contents.arrays),
        rating_scale=(float(data["rating_scale"][0]), float(data["rating_scale"][1])),
        levels=None if data["levels"] is None else tuple(data["levels"]),
        user_table=tables.get("user_table"),
        item_table=tables.get("item_table"),
        tags=tables.get("tags"),
        name=str(data["name"]),
    )
    if train.fingerprint() != data["fingerprint"]:
        raise BundleError("the bundle's ratings are not those it was trained on; train again.")
    held_out = replace(train, **_columns("held_out", contents.arrays)) if "held_out.rating" in contents.arrays else None
    for part in (train, held_out):
        if part is not None and not _fits(part):
            raise BundleError("the bundle's ratings do not fit its vocabularies; train again.")
    return train, held_out


def _fits(ratings: Ratings) -> bool:
    columns = (ratings.user_index, ratings.item_index, ratings.rating, ratings.timestamp)
    sides = ((ratings.user_index, ratings.n_users), (ratings.item_index, ratings.n_items))
    aligned = {column.shape for column in columns if column is not None} == {(len(ratings),)}
    return aligned and all(
        index.dtype.kind == "i" and 0 <= index.min(initial=0) <= index.max(initial=0) < size for index, size in sides
    )


def _columns(part: str, arrays: Arrays) -> dict[str, Any]:
    names = ("user_index", "item_index", "rating")
    return {name: arrays[f"{part}.{name}"] for name in names} | {"timestamp": arrays.get(f"{part}.timestamp")}


def _put_together(
    name: str, about: dict[str, Any] | None, arrays: Arrays, train: Ratings
) -> RatingModel | ItemWeights | None:
    if about is None:
        return None
    if about["kind"] == "blend":
        return _blend(name, about, arrays, train)
    if about["kind"] == "item_weights":
        return _item_weights(arrays[f"{name}.weights"], about["liked_from"], train)
    y_range = None if about["y_range"] is None else (float(about["y_range"][0]), float(about["y_range"][1]))
    if about["kind"] == "net":
        prefix = f"{name}.net."
        net = CollabNN(train.n_users, train.n_items, y_range=y_range, **about["shape"])
        state = {key[len(prefix) :]: torch.from_numpy(v) for key, v in arrays.items() if key.startswith(prefix)}
        net.load_state_dict(state)
        return NetScores.of(net, arrays.get(f"{name}.values"))
    parts: dict[str, Any] = {key: arrays[f"{name}.{key}"] for key in FACTORS}
    scale: dict[str, Any] = {"global_bias": float(about["global_bias"]), "y_range": y_range}
    if f"{name}.noise" in arrays:
        parts |= {key: arrays[f"{name}.{key}"] for key in SAMPLES}
        if f"{name}.moments.bias" in arrays:
            parts["moments"] = Moments(**{key: arrays[f"{name}.moments.{key}"] for key in Moments.names()})
        model: FactorModel = Posterior(**parts, **scale)
    elif f"{name}.usual" in arrays:
        parts |= {key: arrays[f"{name}.{key}"] for key in LEVELS}
        model = LevelFactors(**parts, **scale)
        _check_levels(model)
    else:
        model = FactorModel(**parts, **scale)
    sizes = (len(model.user_factors), len(model.item_factors), model.n_users, model.n_items)
    if sizes != (train.n_users, train.n_items) * 2 or model.user_factors.shape[1:] != model.item_factors.shape[1:]:
        raise BundleError(f"the bundle's {name} arrays do not fit its vocabularies; train again.")
    return model


def _check_levels(model: LevelFactors) -> None:
    n_levels = len(model.values)
    shapes = (model.user_habits.shape, model.item_habits.shape, model.usual.shape)
    if shapes != ((model.n_users, n_levels), (model.n_items, n_levels), (n_levels,)):
        raise BundleError("the bundle's rating levels do not fit each other; train again.")


def _blend(name: str, about: dict[str, Any], arrays: Arrays, train: Ratings) -> Blend:
    found = [_put_together(f"{name}.{place}", one, arrays, train) for place, one in enumerate(about["members"])]
    members = tuple(member for member in found if isinstance(member, (FactorModel, NetScores)))
    if not len(members) == len(found) == len(about["weights"]) == len(about["names"]) > 0:
        raise BundleError("the bundle's members and their weights do not fit each other; train again.")
    return Blend(members, tuple(map(float, about["weights"])), float(about["intercept"]), tuple(about["names"]))


def _item_weights(weights: npt.NDArray[Any], liked_from: float | None, train: Ratings) -> ItemWeights:
    if weights.shape != (train.n_items, train.n_items):
        raise BundleError("the bundle's item weights do not fit its vocabulary; train again.")
    return ItemWeights.of(weights, train, liked_from)
