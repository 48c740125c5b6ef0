"""Each step of the chain draws from the law it claims to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
import torch
from scipy.special import digamma

from alsoliked.processor import settled
from alsoliked.solvers.bayes.features import Entries, Features, normalised_sets
from alsoliked.solvers.bayes.fields import Field, Told, draw_rows, scores
from alsoliked.solvers.bayes.hyper import SCALES, Dice, Hyper, draw_hyper
from alsoliked.solvers.bayes.likelihood import Measured
from alsoliked.solvers.bayes.link import Link
from alsoliked.solvers.bayes.noise import SHAPES, RowNoise
from alsoliked.solvers.bayes.sampler import chain

WIDTH = 2  # a bias and one factor


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny tables: threads would cost a hundred times what they save."""
    with settled(1):
        yield


def test_rows_and_hyper_parameters_in_turn_stay_at_the_prior() -> None:
    """Geweke's joint-distribution test (2004): both drawn given the other, the scale keeps its prior."""
    dice, other, rows = Dice.of(0), Dice.of(1), torch.zeros(4, WIDTH)
    table = torch.tensor([[1.0, 0.5], [1.0, 1.0], [0.5, 2.0], [0.5, -1.0]])
    cells = Entries(torch.arange(4).repeat_interleave(2), torch.arange(2).repeat(4), table.flatten(), 2)
    link = Link.of(Features([cells], 4), 9, dice.table)
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


def test_the_whole_chain_keeps_to_its_prior() -> None:
    """Geweke's joint-distribution test: parameters given ratings, ratings given parameters, and so on."""
    users, items = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 2, 0, 1, 1, 2, 0, 2])
    dice, pairs = Dice.of(3), (torch.from_numpy(users), torch.from_numpy(items))
    sets = normalised_sets(*pairs, 4, 3), normalised_sets(*pairs[::-1], 3, 4)
    links = [Link.of(Features([part], n), 9, dice.table) for part, n in zip(sets, (4, 3), strict=True)]
    fields = Field.all_of([users, items], [4, 3], links, WIDTH)
    says = Measured(torch.zeros(len(users)), RowNoise(pairs[0], 4))
    seen = []
    for state in islice(chain(fields, says, [torch.zeros(4, WIDTH), torch.zeros(3, WIDTH)], dice), 3000):
        assert state.own is not None
        score, sure = scores(fields, state.tables), state.sure * state.own[pairs[0]]
        says.told = Told(score + dice.normal(len(score)) / sure.sqrt(), state.sure, state.own[pairs[0]])
        logs = [np.log([hyper.scale, float(hyper.precision.det())]) for hyper in state.hypers]
        seen.append([*np.concatenate(logs), np.log(state.sure), np.log(says.by_user.shape)])
    # log determinant of a Wishart with width + 1 degrees of freedom, of log-uniform scales, of an exponential
    determinant = float(np.log(4) + digamma(1.5) + digamma(1) - 2 * np.log(WIDTH * 0.1**2))
    scale = np.log(SCALES).mean()
    expected = [scale, determinant, scale, determinant, digamma(1), np.log(SHAPES).mean()]
    batches = np.reshape(seen, (30, -1, len(expected))).mean(axis=1)
    away = (batches.mean(axis=0) - expected) / (batches.std(axis=0) / np.sqrt(30))
    assert np.abs(away).max() < 4, away.round(1)


def test_rows_have_the_mean_and_covariance_of_their_normal() -> None:
    """Against the posterior written out, with three fields."""
    dice = Dice.of(2)
    indices, sizes = [np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1, 0, 1])], [2, 2, 2]
    fields = Field.all_of(indices, sizes, [None, None, None], WIDTH)
    tables = [dice.normal(2, WIDTH) for _ in sizes]
    targets, sure, precision = torch.tensor([1.0, -1.0, 0.5]), 2.0, torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    weights = torch.tensor([1.5, 0.5, 1.0])
    told = Told(targets, sure, weights)
    hyper = Hyper(precision, torch.tensor([[0.3, -0.2]]).expand(2, WIDTH), torch.zeros(WIDTH), 1.0)
    drawn = torch.stack([draw_rows(fields, tables, 0, told=told, hyper=hyper, dice=dice)[0] for _ in range(1500)])
    item, day = tables[1][[0, 1]], tables[2][[1, 0]]  # of the first user's two ratings
    x = torch.stack([torch.ones(2), item[:, 1] + day[:, 1]], dim=1)
    left = targets[:2] - item[:, 0] - day[:, 0] - item[:, 1] * day[:, 1]
    each = torch.diag(sure * weights[:2])
    covariance = torch.linalg.inv(precision + x.T @ each @ x)
    mean = covariance @ (precision @ hyper.expected[0] + x.T @ each @ left)
    assert torch.allclose(drawn.mean(dim=0), mean, atol=0.1)
    assert torch.allclose(drawn.T.cov(), covariance, atol=0.08)
