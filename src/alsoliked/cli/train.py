"""alsoliked train: from DATA to a bundle, measured on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import source
from alsoliked.cli.console import busy, print_json, say, share_bar
from alsoliked.cli.holdout import Seed, Split, ValidPct, hold_out
from alsoliked.errors import BundleError, OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings
    from alsoliked.evaluation.report import Report
    from alsoliked.recommender import Recommender

__all__ = ["fit_aloud", "measure_aloud", "train"]


def train(
    data: source.Data,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the bundle; an older bundle is replaced.")],
    model: Annotated[str, typer.Option(help="dot, dot_bias, net, damped_bias, popular or global_mean.")] = "dot_bias",
    n_factors: Annotated[int | None, typer.Option(help="Length of the vectors (dot models).")] = None,
    layers: Annotated[str | None, typer.Option(help="Hidden widths of the net, such as 100,50.")] = None,
    dropout: Annotated[float | None, typer.Option(help="Dropout of the net.")] = None,
    y_range: Annotated[str | None, typer.Option(help="Such as 0,5.5; or auto, or none.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training ratings.")] = None,
    lr: Annotated[float | None, typer.Option(help="Highest learning rate of the cycle.")] = None,
    wd: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    bs: Annotated[int | None, typer.Option(help="Ratings a batch.")] = None,
    patience: Annotated[int | None, typer.Option(help="Stop after so many epochs without improvement.")] = None,
    keep_best: Annotated[bool | None, typer.Option(help="Keep the weights of the best epoch.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda …")] = None,
    item_damping: Annotated[float | None, typer.Option(help="Of damped_bias.")] = None,
    user_damping: Annotated[float | None, typer.Option(help="Of damped_bias.")] = None,
    split: Split = "random",
    valid_pct: ValidPct = 0.2,
    seed: Seed = 0,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Train on DATA, measure, save a bundle.

    A fifth of the ratings is held out unless told otherwise, and the model measured on it beside its baselines.
    """
    options: dict[str, Any] = {"n_factors": n_factors, "layers": _numbers("layers", layers, int), "dropout": dropout}
    options |= {"y_range": _y_range(y_range), "epochs": epochs, "lr": lr, "wd": wd, "bs": bs, "patience": patience}
    options |= {"keep_best": keep_best, "device": device, "item_damping": item_damping, "user_damping": user_damping}
    _refuse_other_folder(out)
    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    training, valid = hold_out(ratings, data, split, valid_pct, seed)
    from alsoliked.recommender import Recommender

    rec = fit_aloud(Recommender(model, **options, seed=seed), training, valid)
    report = None if valid is None else measure_aloud(rec, valid)
    about: dict[str, Any] = {"source": data, "split": split, "valid_pct": valid_pct}
    if report is not None:
        about["metrics"] = report.to_dict()
    place = rec.save(out, about=about)
    _tell(rec, report, place, json=json)


def fit_aloud(rec: Recommender, training: Ratings, valid: Ratings | None) -> Recommender:
    """Fit, with a bar while it runs and the table of epochs, and what the table means in words."""
    from alsoliked.training.history import print_epoch

    say(f"training {rec.model} on {len(training):,} ratings, {0 if valid is None else len(valid):,} held out")
    with share_bar("training") as update:
        rec.fit(training, valid, on_epoch=print_epoch, on_progress=update)
    for sentence in rec.history_.in_words() if rec.history_ is not None else ():
        say(sentence)
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
        print_json({"bundle": str(place), "recommender": rec.get_params(), "history": history, "report": measured})
        return
    if report is not None:
        print(report)
        print()
        for sentence in report.in_words():
            print(sentence)
    say(f"saved to {place}")


def _refuse_other_folder(out: Path) -> None:
    if out.exists() and not (out / "manifest.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise BundleError(f"{out} is there already and is no bundle; expected a new place or an older bundle.")
    if (out / "manifest.json").is_file():
        say(f"{out} holds an older bundle; it is replaced when the new one is complete")


def _numbers(name: str, text: str | None, kind: type[int] | type[float]) -> list[Any] | None:
    try:
        return None if text is None else [kind(part) for part in text.split(",")]
    except ValueError as error:
        raise OptionError(f"--{name} {text!r} came, expected numbers with commas between, such as 100,50.") from error


def _y_range(text: str | None) -> Any:  # noqa: ANN401  a word or two numbers
    if text is None or text in ("auto", "none"):
        return text
    numbers = _numbers("y-range", text, float) or []
    if len(numbers) != 2:
        raise OptionError(f"--y-range {text!r} came, expected two numbers such as 0,5.5, or auto, or none.")
    return (numbers[0], numbers[1])
