"""Planted ratings, and answers of cells made by hand."""

import numpy as np
import pytest

from alsoliked.comparison.result import Comparison
from alsoliked.data.synthetic import planted_ratings


@pytest.fixture(scope="session")
def ratings():
    return planted_ratings(60, 40, 2, density=0.4, noise=0.3, seed=3, levels=range(1, 6)).ratings


@pytest.fixture
def answer():
    """Make the answer of a cell: values, and draws around them with a common part."""

    def answer(*, cpu=1.0, memory=300.0, seed=0, **values):
        common = np.random.default_rng(99).normal(0, 0.05, 500)
        own = np.random.default_rng(seed).normal(0, 0.001, 500)
        named = {name.replace("_at_", "@"): value for name, value in values.items()}
        draws = {name: (value + common + own).tolist() for name, value in named.items()}
        return {
            "costs": {"cpu": cpu, "wall": 2 * cpu, "memory": memory},
            "values": named,
            "draws": draws,
            "warnings": [],
        }

    return answer


@pytest.fixture
def gathered():
    def gathered(cells, folds=("u1", "u2"), n_users=100):
        about = {"data": "films", "n_ratings": 500, "n_users": n_users, "n_boot": 500, "seed": 0}
        return Comparison.of(cells, k=10, folds=folds, **about)

    return gathered
