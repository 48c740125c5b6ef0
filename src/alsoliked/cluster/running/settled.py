"""A job's options filled in: what every process of a gradient training must know."""

from __future__ import annotations

from typing import cast

from alsoliked.cluster.running.job import Job
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.settings import ModelName, OptimizerName, Settings, rowwise_lr_wd
from alsoliked.errors import OptionError
from alsoliked.fitting.settings import default_bs, settle_options
from alsoliked.models.ranges import check_reach, y_range_around
from alsoliked.models.registry import model_spec

__all__ = ["check_dealt", "fitted_bs", "settings_of"]

_SHAPE = {
    "dot": ("n_factors",),
    "dot_bias": ("n_factors",),
    "net": ("layers", "user_size", "item_size", "dropout", "batch_norm"),
}


def settings_of(job: Job, shards: Shards) -> Settings:
    """Fill in what was not chosen, by the rules of the local model; batches grow with the training ratings.

    A batch size that was not chosen is the local model's, made to fit: each shard gives as many ratings.

    Raises
    ------
    OptionError
        If a value is unfit, a batch cannot be dealt out evenly, or `y_range` does not reach the ratings.
    """
    chosen, model = dict(job.options), cast(ModelName, job.model)
    if chosen.get("bs") is None:
        chosen["bs"] = fitted_bs(shards)
    if job.optimizer == "rowwise_adagrad":
        lr, wd = rowwise_lr_wd(model)
        chosen = {"lr": lr, "wd": wd} | chosen
    options = settle_options(model_spec(job.model), chosen, sum(shards.sizes["train"]))
    if isinstance(options["y_range"], str):
        options["y_range"] = y_range_around(*shards.rating_scale) if options["y_range"] == "auto" else None
    check_reach(options["y_range"], shards.rating_scale)
    check_dealt(options["bs"], shards.n_shards)
    _check_enough(options["bs"], shards)
    return Settings(
        model=model,
        options={name: options[name] for name in (*_SHAPE[job.model], "y_range")},
        shards=str(shards.folder.absolute()),
        work=str(job.work.absolute()),
        epochs=options["epochs"],
        lr=options["lr"],
        wd=options["wd"],
        bs=options["bs"],
        seed=job.seed,
        optimizer=cast(OptimizerName, job.optimizer),
        checkpoint_every=job.checkpoint_every,
    )


def fitted_bs(shards: Shards) -> int:
    """Return the local model's batch size, rounded so that each shard gives as many, and no more than it has."""
    each = round(default_bs(sum(shards.sizes["train"])) / shards.n_shards)
    return max(1, min(each, *shards.sizes["train"])) * shards.n_shards


def check_dealt(bs: int, n_shards: int) -> None:
    """Refuse a batch that is not the same part of each shard.

    Raises
    ------
    OptionError
        If it is none, naming the nearest that is.
    """
    if bs % n_shards:
        near = max(1, round(bs / n_shards)) * n_shards
        raise OptionError(f"bs={bs} came, expected a multiple of the {n_shards} shards; the nearest is {near}.")


def _check_enough(bs: int, shards: Shards) -> None:
    each, smallest = bs // shards.n_shards, min(shards.sizes["train"])
    if smallest < each:
        raise OptionError(
            f"bs={bs} takes {each:,} ratings of each of the {shards.n_shards} shards, and the smallest has"
            f" {smallest:,}; take a smaller bs, or deal the ratings to fewer shards."
        )
