"""alsoliked train: from DATA to a bundle, measured on the way."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import engine as on_engine
from alsoliked.cli import sharded, source
from alsoliked.cli.asked import Asked
from alsoliked.cli.console import busy, print_json, say, share_bar
from alsoliked.cli.early import check_early, numbers, read_range
from alsoliked.cli.holdout import Seed, Split, ValidPct
from alsoliked.cli.tried import print_tried
from alsoliked.cli.wording import in_flags

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings
    from alsoliked.evaluation.report import Report
    from alsoliked.recommender import Recommender

__all__ = ["fit_aloud", "measure_aloud", "numbers", "train"]


def train(
    data: source.Data,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FOLDER", help="For the bundle; an older bundle is replaced.")
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="dot, dot_bias, net, hybrid, als, bayes, blend, auto, ease …")
    ] = "dot_bias",
    n_factors: Annotated[int | None, typer.Option(metavar="N", help="Length of the vectors (dot, dot_bias).")] = None,
    layers: Annotated[str | None, typer.Option(metavar="N,N…", help="Hidden widths (net), such as 100,50.")] = None,
    user_size: Annotated[int | None, typer.Option(metavar="N", help="Length of the users' vectors (net).")] = None,
    item_size: Annotated[int | None, typer.Option(metavar="N", help="Length of the items' vectors (net).")] = None,
    dropout: Annotated[float | None, typer.Option(metavar="SHARE", help="Dropout between layers (net).")] = None,
    batch_norm: Annotated[bool | None, typer.Option(help="Normalise between layers (net).")] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="NAME,NAME…", help="Columns such as age,genres; or all (net, hybrid).")
    ] = None,
    loss: Annotated[str | None, typer.Option(metavar="NAME", help="mse or cross_entropy (dot, dot_bias, net).")] = None,
    y_range: Annotated[
        str | None, typer.Option(metavar="LOW,HIGH", help="Interval of predictions, such as 0,5.5; auto or none.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the training ratings.")] = None,
    lr: Annotated[float | None, typer.Option(metavar="RATE", help="Highest learning rate of the cycle.")] = None,
    wd: Annotated[float | None, typer.Option(metavar="RATE", help="Weight decay; grows with bs by default.")] = None,
    bs: Annotated[int | None, typer.Option(metavar="N", help="Ratings a batch; grows with DATA by default.")] = None,
    patience: Annotated[int | None, typer.Option(metavar="N", help="Stop after N epochs without improvement.")] = None,
    keep_best: Annotated[bool | None, typer.Option(help="Keep the weights of the best epoch.")] = None,
    device: Annotated[str | None, typer.Option(metavar="NAME", help="cpu, cuda …")] = None,
    feedback: Annotated[str | None, typer.Option(metavar="KIND", help="explicit or implicit (als).")] = None,
    reg: Annotated[float | None, typer.Option(metavar="N", help="Penalty of vectors (als), weights (ease).")] = None,
    reg_scaling: Annotated[
        float | None, typer.Option(metavar="POWER", help="Growth of the penalty with the ratings (als).")
    ] = None,
    unobserved_weight: Annotated[
        float | None, typer.Option(metavar="N", help="Weight of a pair without a rating (als, implicit).")
    ] = None,
    liked_from: Annotated[
        float | None, typer.Option(metavar="RATING", help="Count only ratings of at least this (ease).")
    ] = None,
    times: Annotated[
        bool | None, typer.Option("--times/--no-times", help="Learn from when a rating was given, too (bayes).")
    ] = None,
    likelihood: Annotated[str | None, typer.Option(metavar="KIND", help="gaussian or ordinal (bayes).")] = None,
    samples: Annotated[int | None, typer.Option(metavar="N", help="Sweeps that are averaged (bayes).")] = None,
    burn_in: Annotated[int | None, typer.Option(metavar="N", help="Sweeps before these (bayes).")] = None,
    of: Annotated[
        str | None, typer.Option(metavar="NAME+NAME…", help="What is blended (blend), such as als+net:epochs=3.")
    ] = None,
    budget: Annotated[float | None, typer.Option(metavar="SECONDS", help="Time to choose and fit in (auto).")] = None,
    item_damping: Annotated[float | None, typer.Option(metavar="N", help="Of item offsets (damped_bias, als).")] = None,
    user_damping: Annotated[float | None, typer.Option(metavar="N", help="Of user offsets (damped_bias, als).")] = None,
    user_weights: Annotated[
        str | None,
        typer.Option(metavar="HOW", help="Count users alike, or groups: activity:0.5, group:gender (not bayes)."),
    ] = None,
    split: Split = "random",
    valid_pct: ValidPct = None,
    seed: Seed = 0,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    engine: on_engine.Name = None,
    master: on_engine.Master = None,
    workers: on_engine.Workers = None,
    conf: on_engine.Conf = None,
    work: on_engine.Work = None,
    shards: on_engine.Shards = None,
    optimizer: on_engine.Optimizer = None,
    checkpoint_every: on_engine.CheckpointEvery = None,
    attempts: on_engine.Attempts = None,
    resume: on_engine.Resume = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Train on DATA, measure, save a bundle.

    A fifth of the ratings is held out unless told otherwise (--valid-pct 0 holds out none), and the model measured on
    it beside its baselines. Options left out take the model's own defaults.
    """
    options: dict[str, Any] = {"n_factors": n_factors, "layers": numbers("layers", layers, int), "dropout": dropout}
    options |= {
        "user_size": user_size,
        "item_size": item_size,
        "batch_norm": batch_norm,
        "y_range": read_range(y_range),
    }
    options |= {
        "columns": None if columns is None else [name.strip() for name in columns.split(",")],
        "loss": loss,
        "epochs": epochs,
        "lr": lr,
        "wd": wd,
        "bs": bs,
        "patience": patience,
        "keep_best": keep_best,
    }
    options |= {"device": device, "item_damping": item_damping, "user_damping": user_damping}
    options |= {"feedback": feedback, "reg": reg, "reg_scaling": reg_scaling, "unobserved_weight": unobserved_weight}
    options |= {"liked_from": liked_from}
    options |= {"times": times, "likelihood": likelihood, "samples": samples, "burn_in": burn_in}
    options |= {"of": of, "budget": budget, "user_weights": user_weights}
    check_early(model, options, out)
    runs: dict[str, Any] = {"master": master, "workers": workers, "conf": conf, "attempts": attempts}
    runs |= {"work": work, "shards": shards, "optimizer": optimizer, "checkpoint_every": checkpoint_every}
    runs |= {"engine": engine, "resume": resume}
    on_engine.refuse_without(engine, runs)
    named = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    reading: dict[str, Any] = {**named, "on_bad_rows": on_bad_rows, "on_repeat": on_repeat, "query": query}
    held = {"split": split, "valid_pct": valid_pct, "seed": seed}
    asked = Asked(data=data, out=out, model=model, options=options, held=held, reading=reading, runs=runs, json=json)
    if engine is not None:
        from alsoliked.cli.clustered import train_by_engine

        train_by_engine(asked)
        return
    if sharded.is_shards(data) and sharded.train_on_shards(asked):
        return
    training, valid = sharded.divided(asked)
    from alsoliked.recommender import Recommender

    rec = fit_aloud(Recommender(model, **options, seed=seed), training, valid)
    report = None if valid is None else measure_aloud(rec, valid)
    about = {"source": source.without_password(data), "split": split if valid is not None else "none"}
    place = rec.save(out, about=about | ({} if report is None else {"metrics": report.to_dict()}))
    _tell(rec, report, place, json=json)


def fit_aloud(rec: Recommender, training: Ratings, valid: Ratings | None) -> Recommender:
    """Fit, with a bar while it runs and the table of epochs, and what the table means in words."""
    from alsoliked.training.history import print_epoch

    how = " by cross-entropy" if rec.get_params().get("loss") == "cross_entropy" else ""
    say(f"training {rec.model}{how} on {len(training):,} ratings, {0 if valid is None else len(valid):,} held out")
    with warnings.catch_warnings(record=True) as caught, share_bar("training") as update:
        warnings.simplefilter("always")
        rec.fit(training, valid, on_epoch=print_epoch, on_progress=update)
    words = [] if rec.history_ is None else rec.history_.in_words()
    for sentence in dict.fromkeys([*(str(warning.message) for warning in caught), *words]):  # each once
        say(in_flags(sentence))
    return rec


def measure_aloud(rec: Recommender, valid: Ratings, *, k: int = 10, relevant_from: float | None = None) -> Report:
    """Measure on held-out ratings, with a spinner."""
    from alsoliked.evaluation.report import evaluate

    with busy(f"measuring {rec.model} and its baselines"):
        return evaluate(rec, valid, k=k, relevant_from=relevant_from)


def _tell(rec: Recommender, report: Report | None, place: Path, *, json: bool) -> None:
    if json:
        history = [] if rec.history_ is None else rec.history_.to_frame().to_dicts()
        measured = None if report is None else report.to_dict()
        tried = {} if rec.tried_ is None else {"tried": rec.tried_.to_dicts()}
        head = {"bundle": str(place), "recommender": rec.get_params(), **tried}
        print_json({**head, "history": history, "report": measured})
        return
    if rec.tried_ is not None:
        print_tried(rec.tried_)
    if report is not None:
        print(report)
        print()
        for sentence in report.in_words():
            print(sentence)
    say(f"saved to {place}")
