"""The section on the model: what it is, its settings, how training went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from alsoliked import plots
from alsoliked.report.page import Block, Picture, Section, Table, Words, cell

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender
    from alsoliked.training import History

__all__ = ["training_section"]

WHAT = {
    "dot": "A rating is the dot product of a user's and an item's vector, squeezed into the range.",
    "dot_bias": (
        "A rating is a user's bias plus an item's bias plus the dot product of their vectors, squeezed into the range."
    ),
    "net": "A user's and an item's vector, side by side, go through a small neural network.",
    "als": "A rating is the mean, a user's and an item's bias, and the dot product of their vectors, solved in turn.",
    "bayes": "A rating is the mean, biases and the dot product of vectors, averaged over what the ratings leave open.",
    "blend": "A rating is the weighted sum of what several models predict; the weights were found on hidden ratings.",
    "auto": "Of the models below the one that predicted hidden training ratings best, fitted to all of them.",
    "damped_bias": "The mean, plus how far a user and an item usually lie from it, damped where ratings are few.",
    "global_mean": "Everybody is predicted the mean rating.",
    "popular": "Everybody is shown what most people rated.",
}
LEVELS = "What comes out shares the chance out among the ratings that may be given; predicted is the expected one."
MEANING = {
    "n_factors": "length of a user's and an item's vector",
    "layers": "widths of the hidden layers",
    "user_size": "length of a user's vector",
    "item_size": "length of an item's vector",
    "dropout": "share of a layer's outputs dropped in training",
    "batch_norm": "normalisation between layers",
    "loss": "what training makes small",
    "y_range": "predictions are squeezed into it",
    "epochs": "passes over the ratings",
    "lr": "highest learning rate of the cycle",
    "wd": "weight decay",
    "bs": "ratings a batch",
    "patience": "epochs without improvement before stopping",
    "keep_best": "weights of the best epoch are kept",
    "device": "where it was trained",
    "feedback": "what was learned from: ratings, or that there is one",
    "reg": "penalty of the vectors",
    "reg_scaling": "how the penalty grows with the ratings of a user or item",
    "unobserved_weight": "weight of a pair without a rating",
    "likelihood": "what a rating is: a score and noise, or a level between cut-points",
    "samples": "sweeps that are averaged",
    "burn_in": "sweeps before these",
    "of": "the models that are blended",
    "budget": "seconds in which models were tried and the best was fitted",
    "item_damping": "damping of item offsets",
    "user_damping": "damping of user offsets",
    "seed": "decides everything random",
}


def training_section(rec: Recommender) -> Section:
    """Describe the model, its settings, and the run."""
    settings = _settings(rec)
    blocks: list[Block | tuple[Block, ...]] = [Words([_what(rec)])]
    if rec.tried_ is not None:
        blocks.append(_tried(rec.tried_))
    if rec.history_ is None:
        return Section("model", "The model", "What it is.", [*blocks, settings])
    curve = plots.learning_curve(rec.history_.to_frame(), rec.history_.guess_loss, loss=rec.history_.loss)
    blocks += [(settings, Picture.of(curve)), (_epochs(rec.history_), Words(_in_words(rec.history_)))]
    return Section("model", "The model", "What it is, with which settings, and how training went.", blocks)


def _what(rec: Recommender) -> str:
    what = WHAT.get(rec.model, f"Model {rec.model!r}.")
    if rec.history_ is None or rec.history_.loss != "cross_entropy":
        return what
    return f"{what.removesuffix(', squeezed into the range.').removesuffix('.')}. {LEVELS}"


def _settings(rec: Recommender) -> Table:
    given = rec.get_params()
    options = {**rec.options_, "seed": rec.seed}
    options = {name: value for name, value in options.items() if value is not None}
    rows = [
        [name, _value(value), "given" if name in given else "default", MEANING.get(name, "")]
        for name, value in options.items()
    ]
    return Table(f"Settings of {rec.model}", ["option", "value", "", "what it is"], rows, [False, True, False, False])


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else cell(value)


def _tried(tried: pl.DataFrame) -> Table:
    told = tried.with_columns(settings=pl.col("settings").replace("", "defaults"))
    if "chosen" in tried.columns:
        mark = pl.when("chosen").then(pl.lit("chosen")).otherwise("note").alias("note")
        told = told.with_columns(mark).drop("chosen").sort("rmse", nulls_last=True, maintain_order=True)
    names = {"rmse": "RMSE", "note": ""}
    heads = {column: names.get(column, column) for column in told.columns}
    return Table.of(told, "What was tried, on a tenth of the training ratings", heads, digits=3)


def _epochs(history: History) -> Table:
    heads = {"epoch": "epoch", "train_loss": "training loss", "valid_loss": "validation loss", "time": "seconds"}
    return Table.of(history.to_frame(), "Epoch by epoch", heads, digits=3)


def _in_words(history: History) -> list[str]:
    best = history.best
    guess = "how often each rating is given" if history.loss == "cross_entropy" else "the mean rating"
    said = [f"Always guessing {guess} has a loss of {history.guess_loss:.3f}; this is what training must beat."]
    if best is not None and best.valid_loss is not None:
        less = 1 - best.valid_loss / history.guess_loss
        said.append(f"The lowest validation loss, {best.valid_loss:.3f} after epoch {best.epoch}, is {less:.0%} less.")
    return [*said, *history.in_words()]
