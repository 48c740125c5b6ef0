"""The chain: sweeps over all fields, the noise or the cut-points drawn in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from alsoliked.solvers.bayes.fields import Field, draw_rows, scores
from alsoliked.solvers.bayes.hyper import Dice, Hyper, draw_hyper
from alsoliked.solvers.bayes.likelihood import Likelihood

__all__ = ["State", "chain"]

START_SCALE = 10.0  # of a link beside its rows


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where the chain is after a sweep.

    Attributes
    ----------
    tables
        Each field's rows, bias first, shape (n_rows, 1 + n_factors).
    hypers
        Each field's hyper-parameters.
    sure
        Precision of a rating around its score.
    cuts
        The cut-points between levels, shape (n_levels - 1,), where ratings are levels.
    own
        A factor on the precision of each user's ratings, shape (n_users,), where they differ.
    """

    tables: tuple[Tensor, ...]
    hypers: tuple[Hyper, ...]
    sure: float
    cuts: Tensor | None = None
    own: Tensor | None = None


def chain(fields: Sequence[Field], says: Likelihood, start: Sequence[Tensor], dice: Dice) -> Iterator[State]:
    """Sweep for ever: for each field hyper-parameters and rows, then the noise or the cut-points.

    Parameters
    ----------
    fields
        Users, items and perhaps more.
    says
        What ratings say about scores; ratings of mean 0 and spread 1 suit the priors.
    start
        Each field's rows to begin with.
    dice
        All randomness; the same dice give the same chain.
    """
    tables, scales = list(start), [START_SCALE] * len(fields)
    while True:
        hypers = []
        for place, field in enumerate(fields):
            hyper = draw_hyper(tables[place], field.link, scales[place], dice)
            tables[place] = draw_rows(fields, tables, place, told=says.told, hyper=hyper, dice=dice)
            scales[place] = hyper.scale
            hypers.append(hyper)
        says.draw(scores(fields, tables), dice)
        yield State(tuple(tables), tuple(hypers), says.told.sure, says.cuts, says.own)
