"""Training: what weight decay does, how the loss went, and which learning rate to take."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.plots.dress import HEIGHT, WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline

__all__ = ["learning_curve", "lr_find_curve", "weight_decay_parabolas"]

LOSSES = {  # what the axis adds, and what the guess says
    "mse": (" (mean squared error)", "the mean"),
    "cross_entropy": (" (cross-entropy)", "each level's share"),
}


def weight_decay_parabolas(coefficients: Sequence[float] = (1, 2, 5, 10, 50)) -> Chart:
    """Draw parabolas ``a * x**2``, the chapter's picture of why small weights make smooth functions.

    Parameters
    ----------
    coefficients
        One parabola each.

    Raises
    ------
    OptionError
        If there is none, or one comes twice.

    Examples
    --------
    >>> chart = weight_decay_parabolas((1, 2, 5, 10, 50))
    """
    alt = altair()
    if not coefficients or len(set(coefficients)) < len(coefficients):
        raise OptionError(f"coefficients={tuple(coefficients)} came; expected one or more, each once.")
    names = [f"{a:g}" for a in coefficients]
    curves = {f"a{place}": f"{a!r} * datum.x * datum.x" for place, a in enumerate(coefficients)}
    words = " : ".join(f"datum.curve == 'a{place}' ? '{name}'" for place, name in enumerate(names))
    chart = (
        alt.Chart(alt.sequence(-2, 2.005, 0.01, as_="x"), width=WIDTH, height=HEIGHT)
        .transform_calculate(**curves)
        .transform_fold(list(curves), as_=["curve", "y"])
        .transform_calculate(a=f"{words} : ''")
        .mark_line(clip=True, strokeWidth=2)
        .encode(
            x=alt.X("x:Q", title="x", axis=alt.Axis(tickCount=5, grid=False)),
            y=alt.Y("y:Q", title="a · x²", scale=alt.Scale(domain=[0, 5]), axis=alt.Axis(tickCount=5)),
            color=alt.Color("a:N", scale=alt.Scale(domain=names), legend=_on_top("a =")),
        )
    )
    return dressed(
        chart,
        "What weight decay does",
        "The larger the weight a, the narrower the valley of a · x²: a small step of x changes the result much. Weight"
        " decay charges for large weights, so they stay small, and what is learned stays smooth.",
    )


def learning_curve(history_frame: pl.DataFrame, guess_loss: float | None = None, *, loss: str = "mse") -> Chart:
    """Draw the training and validation loss of each epoch, the best epoch marked.

    Parameters
    ----------
    history_frame
        `History.to_frame()`: columns `epoch`, `train_loss`, `valid_loss` (null without validation ratings).
    guess_loss
        The loss of a guess that knows no user and no item (`History.guess_loss`), drawn as a line.
    loss
        What the losses are (`History.loss`), for the words beside them.

    Raises
    ------
    OptionError
        If there is no epoch, or a column is missing.

    Examples
    --------
    >>> from alsoliked.training import Epoch, History
    >>> history = History(1.26, [Epoch(0, 1.4, 1.3, 0.1), Epoch(1, 0.9, 0.9, 0.1)])
    >>> chart = learning_curve(history.to_frame(), history.guess_loss)
    """
    alt = altair()
    unit, guess = LOSSES.get(loss, ("", "blindly"))
    table = checked(history_frame, "epoch", "train_loss", "valid_loss")
    kinds = {"train_loss": "training", "valid_loss": "validation"}
    long = table.unpivot(on=list(kinds), index="epoch", variable_name="part", value_name="loss")
    long = long.with_columns(pl.col("part").replace(kinds)).filter(pl.col("loss").is_finite())
    shown = [kind for kind in kinds.values() if kind in long["part"]]
    base = alt.Chart(inline(checked(long)), width=WIDTH, height=HEIGHT).encode(
        x=alt.X(
            "epoch:Q", axis=alt.Axis(tickMinStep=1, format="d", grid=False), scale=alt.Scale(nice=False, padding=12)
        ),
        y=alt.Y("loss:Q", title=f"loss{unit}", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)),
        tooltip=["epoch:Q", alt.Tooltip("part:N", title="ratings"), alt.Tooltip("loss:Q", format=".4f")],
    )
    colour = alt.Color("part:N", scale=alt.Scale(domain=shown), legend=_on_top(None))
    lines = base.mark_line(strokeWidth=2).encode(color=colour)
    points = base.mark_point(filled=True, size=45, opacity=1).encode(color=colour)
    watched = long.filter(pl.col("part") == shown[-1])
    best = watched.filter(pl.col("loss") == pl.lit(min(watched["loss"].to_list())))["epoch"].to_list()[0]
    ring = base.transform_filter((alt.datum.part == shown[-1]) & (alt.datum.epoch == best))
    marks = [ring.mark_point(style="ring", filled=False, size=160), *_guess_line(guess_loss, guess)]
    note = f"The ring marks the best epoch, {best}: the lowest {shown[-1]} loss."
    return dressed(alt.layer(lines, points, *marks), "How the loss went", note)


def lr_find_curve(frame: pl.DataFrame, suggestion: float | None = None) -> Chart:
    """Draw the loss at ever larger learning rates.

    Parameters
    ----------
    frame
        `LrFind.to_frame()`: columns `lr`, `loss`.
    suggestion
        The learning rate to mark (`LrFind.suggestion`).

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> chart = lr_find_curve(pl.DataFrame({"lr": [1e-4, 1e-3, 1e-2], "loss": [2.0, 1.2, 1.5]}), suggestion=1e-3)
    """
    alt = altair()
    table = checked(frame, "lr", "loss").filter(pl.col("loss").is_finite() & (pl.col("lr") > 0))
    written = "format(datum.value, datum.value < 0.001 ? '~e' : '~g')"
    axis = alt.Axis(labelExpr=written, values=[10.0**power for power in range(-12, 5)], grid=False)
    x = alt.X("lr:Q", title="learning rate", scale=alt.Scale(type="log", nice=False), axis=axis)
    base = alt.Chart(inline(checked(table)), width=WIDTH, height=HEIGHT)
    line = base.mark_line(strokeWidth=2).encode(
        x=x,
        y=alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)),
        tooltip=[alt.Tooltip("lr:Q", title="learning rate", format=".2~e"), alt.Tooltip("loss:Q", format=".4f")],
    )
    title = "Which learning rate to take"
    if suggestion is None or not suggestion > 0:
        return dressed(line, title, "The loss while the learning rate grows; take one where it falls fastest.")
    mark = alt.Chart(inline(pl.DataFrame({"lr": [suggestion]}))).encode(x=x)
    rule = mark.mark_rule(style="ideal")
    text = mark.mark_text(style="name", align="left", dx=6, baseline="top").encode(
        y=alt.value(2), text=alt.Text("lr:Q", format=".2~g")
    )
    note = "The loss while the learning rate grows. The dashed line marks the suggestion, on the way down."
    return dressed(line + rule + text, title, note)


def _guess_line(guess_loss: float | None, guess: str) -> list[Chart]:
    if guess_loss is None:
        return []
    alt = altair()
    base = alt.Chart(inline(pl.DataFrame({"loss": [guess_loss]}))).encode(y="loss:Q")
    text = base.mark_text(style="value", align="right", baseline="bottom", dy=-4)
    words = alt.value(f"always guessing {guess}: {guess_loss:.3f}")
    return [base.mark_rule(style="ideal"), text.encode(x=alt.value("width"), text=words)]


def _on_top(title: str | None) -> Chart:
    return altair().Legend(orient="top", title=title, titleOrient="left", symbolType="stroke", columns=8)
