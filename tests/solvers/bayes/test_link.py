"""What is known about rows."""

from __future__ import annotations

import polars as pl
import torch

from alsoliked.solvers.bayes.columns import column_features
from alsoliked.solvers.bayes.features import Entries, Features
from alsoliked.solvers.bayes.hyper import Dice, draw_hyper
from alsoliked.solvers.bayes.link import Link


def whole(table: torch.Tensor) -> Features:
    """Every cell of a table as features."""
    rows, columns = table.nonzero(as_tuple=True)
    return Features([Entries(rows, columns, table[rows, columns], table.shape[1])], len(table))


def test_directions_are_those_of_the_features() -> None:
    features = torch.randn(60, 40, generator=torch.Generator().manual_seed(0))
    features[:, :5] *= 10
    for most in (100, 8):
        link = Link.of(whole(features), most, torch.Generator().manual_seed(1))
        values = torch.linalg.svdvals(features)[: len(link.strengths)]
        assert len(link.strengths) == min(most, 40)
        assert torch.allclose(link.strengths[:5], values[:5], rtol=1e-3)
        gram = link.directions.T @ link.directions
        assert torch.allclose(gram, torch.eye(len(gram)), atol=1e-3)


def test_a_planted_link_is_found() -> None:
    """Rows that follow from their features are expected where they lie; rows that do not are not."""
    dice = Dice.of(0)
    features = dice.normal(400, 3)
    follow = features @ dice.normal(3, 4) + 0.1 * dice.normal(400, 4)
    link = Link.of(whole(features), 9, dice.table)
    for rows, found in ((follow, True), (dice.normal(400, 4), False)):
        scale = 10.0
        for _ in range(30):
            hyper = draw_hyper(rows, link, scale, dice)
            scale = hyper.scale
        explained = 1 - float((rows - hyper.expected).var() / rows.var())
        assert explained > 0.95 if found else explained < 0.1
        noise = 100.0 if found else 1.0  # precision that was planted
        assert torch.allclose(hyper.precision.diagonal(), torch.full((4,), noise), rtol=0.4)


def test_columns() -> None:
    table = pl.DataFrame(
        {
            "user": [1, 2, 3],
            "age": [20, None, 60],
            "gender": ["M", "F", None],
            "same": ["x", "x", "x"],
        }
    )
    found = column_features(table, "user", pl.Series([3, 1, 9]))
    assert [Features([part], 3).dense().tolist() for part in found] == [[[0, 1], [1, 0], [0, 0]]]
    assert column_features(None, "user", pl.Series([1])) == []


def test_features_stand_beside_each_other() -> None:
    first, second = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[3.0], [0.0]])
    parts = [Entries(*(c.nonzero(as_tuple=True)), c[c != 0], c.shape[1]) for c in (first, second)]
    both, right = Features(parts, 2), torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(both.dense(), torch.cat([first, second], dim=1))
    assert torch.allclose(both.times(right), both.dense() @ right)
    assert torch.allclose(both.turned_times(right[:2]), both.dense().T @ right[:2])
