"""Ratings to train on, small and planted."""

from __future__ import annotations

import pytest

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import random_split
from alsoliked.data.synthetic import planted_ratings


@pytest.fixture(scope="session")
def stars() -> tuple[Ratings, Ratings]:
    """Training and held-out ratings from 1 to 5: 60 users, 40 items."""
    return random_split(planted_ratings(60, 40, density=0.5, levels=range(1, 6), seed=1).ratings, seed=2)
