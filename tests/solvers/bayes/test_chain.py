"""Each step of the chain draws from the law it claims to."""

from __future__ import annotations

import numpy as np
import torch

from alsoliked.solvers.bayes.fields import Field, draw_rows
from alsoliked.solvers.bayes.hyper import SCALES, Dice, Hyper, draw_hyper
from alsoliked.solvers.bayes.link import Link

WIDTH = 2  # a bias and one factor


def test_rows_and_hyper_parameters_in_turn_stay_at_the_prior() -> None:
    """Geweke's joint-distribution test (2004): both drawn given the other, the scale keeps its prior."""
    dice, other, rows = Dice.of(0), Dice.of(1), torch.zeros(4, WIDTH)
    link = Link.of(torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0], [0.5, -1.0]]), 9, dice.table)
    scale, seen = 10.0, []
    for _ in range(1600):
        hyper = draw_hyper(rows, link, scale, dice)
        scale = hyper.scale
        root = torch.linalg.cholesky(hyper.precision)
        rows = hyper.expected + torch.linalg.solve_triangular(root.T, other.normal(WIDTH, 4), upper=True).T
        seen.append(np.log(scale))
    expected = np.log(SCALES)
    for drawn, prior in ((seen, expected), ((seen - expected.mean()) ** 2, (expected - expected.mean()) ** 2)):
        batches = np.reshape(drawn, (40, -1)).mean(axis=1)
        assert abs(batches.mean() - prior.mean()) < 4 * batches.std() / np.sqrt(40)


def test_rows_have_the_mean_and_covariance_of_their_normal() -> None:
    """Against the posterior written out, with three fields."""
    dice = Dice.of(2)
    indices, sizes = [np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1, 0, 1])], [2, 2, 2]
    fields = Field.all_of(indices, sizes, [None, None, None], WIDTH)
    tables = [dice.normal(2, WIDTH) for _ in sizes]
    targets, sure, precision = torch.tensor([1.0, -1.0, 0.5]), 2.0, torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    hyper = Hyper(precision, torch.tensor([[0.3, -0.2]]).expand(2, WIDTH), torch.zeros(WIDTH), 1.0)
    drawn = torch.stack(
        [draw_rows(fields, tables, 0, targets, sure=sure, hyper=hyper, dice=dice)[0] for _ in range(1500)]
    )
    item, day = tables[1][[0, 1]], tables[2][[1, 0]]  # of the first user's two ratings
    x = torch.stack([torch.ones(2), item[:, 1] + day[:, 1]], dim=1)
    left = targets[:2] - item[:, 0] - day[:, 0] - item[:, 1] * day[:, 1]
    covariance = torch.linalg.inv(precision + sure * x.T @ x)
    mean = covariance @ (precision @ hyper.expected[0] + sure * x.T @ left)
    assert torch.allclose(drawn.mean(dim=0), mean, atol=0.1)
    assert torch.allclose(drawn.T.cov(), covariance, atol=0.08)
