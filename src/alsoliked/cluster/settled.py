"""A job's options filled in: what every process of a gradient training must know."""

from __future__ import annotations

from typing import cast

from alsoliked.cluster.job import Job
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.settings import ModelName, OptimizerName, Settings, rowwise_lr_wd
from alsoliked.errors import OptionError
from alsoliked.fitting.settings import settle_options
from alsoliked.models.ranges import y_range_around
from alsoliked.models.registry import model_spec

__all__ = ["settings_of"]

_SHAPE = {
    "dot": ("n_factors",),
    "dot_bias": ("n_factors",),
    "net": ("layers", "user_size", "item_size", "dropout", "batch_norm"),
}


def settings_of(job: Job, shards: Shards) -> Settings:
    """Fill in what was not chosen, by the rules of the local model; batches grow with the training ratings.

    Raises
    ------
    OptionError
        If a value is unfit, or a batch cannot be dealt out evenly.
    """
    chosen, model = dict(job.options), cast(ModelName, job.model)
    if job.optimizer == "rowwise_adagrad":
        lr, wd = rowwise_lr_wd(model)
        chosen = {"lr": lr, "wd": wd} | chosen
    options = settle_options(model_spec(job.model), chosen, sum(shards.sizes["train"]))
    if isinstance(options["y_range"], str):
        options["y_range"] = y_range_around(*shards.rating_scale) if options["y_range"] == "auto" else None
    if options["bs"] % shards.n_shards:
        raise OptionError(f"bs={options['bs']} came, expected a multiple of the {shards.n_shards} shards.")
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
