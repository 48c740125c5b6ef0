"""Ordered levels: latent scores and cut-points."""

from __future__ import annotations

import numpy as np
import torch

from alsoliked.solvers.bayes.hyper import Dice
from alsoliked.solvers.bayes.ordinal import Cuts, expected_level, start_cuts, truncated_normal

CUTS = torch.tensor([-1.5, -0.4, 0.3, 1.4])


def planted(n: int, dice: Dice) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores, and the levels that fall out."""
    scores = 0.8 * dice.normal(n)
    return scores, torch.bucketize(scores + dice.normal(n), CUTS)


def test_planted_cut_points_come_back() -> None:
    dice = Dice.of(0)
    scores, levels = planted(8000, dice)
    cuts = Cuts(start_cuts(levels, 5, 0.0))
    for _ in range(120):
        cuts.draw(scores, levels, dice)
    cuts.adapting, drawn = False, []
    for _ in range(200):
        cuts.draw(scores, levels, dice)
        drawn.append(cuts.values)
    found = torch.stack(drawn)
    assert (found.mean(dim=0) - CUTS).abs().max() < 0.08
    assert (found.std(dim=0) > 1e-3).all()


def test_latent_scores_lie_in_their_level_and_keep_their_law() -> None:
    dice = Dice.of(1)
    scores, levels = planted(50_000, dice)
    latent = truncated_normal(scores, levels, CUTS, dice)
    assert torch.equal(torch.bucketize(latent, CUTS), levels)
    left = (latent - scores).numpy()  # with levels drawn from the model, noise again
    assert abs(left.mean()) < 0.02
    assert abs(left.std() - 1) < 0.02


def test_far_tails_stay_finite() -> None:
    scores, levels = torch.tensor([-30.0, 30.0, 0.0]), torch.tensor([4, 0, 2])
    latent = truncated_normal(scores, levels, CUTS, Dice.of(2))
    assert torch.isfinite(latent).all()
    assert latent[0] >= CUTS[-1] - 1e-5
    assert latent[1] <= CUTS[0] + 1e-5


def test_expected_level_is_the_mean_of_what_falls_out() -> None:
    drawn = 1 + torch.bucketize(0.7 + Dice.of(3).normal(200_000), CUTS).double().mean()
    expected = expected_level(torch.tensor([0.7]), CUTS, torch.arange(1.0, 6.0))
    assert abs(float(drawn) - float(expected)) < 0.01
    assert np.isclose(float(expected_level(torch.tensor([99.0]), CUTS, torch.arange(1.0, 6.0))), 5.0)
