"""Contenders whose answers are known, on planted ratings."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from alsoliked.data.split import random_split
from alsoliked.data.synthetic import planted_ratings


@dataclass
class Fake:
    """A contender made of a score matrix; `scores=None` predicts nothing, `ranks=False` lists nothing."""

    name: str
    train_ratings: object
    scores: np.ndarray | None
    order: np.ndarray | None = None
    ranks: bool = True
    others: list = field(default_factory=list)

    def predict_indices(self, users, items):
        return None if self.scores is None else self.scores[users, items].astype(np.float32)

    def top_items(self, users, n):
        if not self.ranks:
            return None
        scores = (self.scores if self.order is None else self.order)[users].astype(float)
        position, seen = self.train_ratings.by_user().pairs(users)
        scores[position, seen] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :n]
        short = np.take_along_axis(scores, best, axis=1) == -np.inf
        return np.pad(np.where(short, -1, best), ((0, 0), (0, n - best.shape[1])), constant_values=-1).astype(np.int32)

    def baselines(self):
        return self.others


@pytest.fixture(scope="session")
def planted():
    return planted_ratings(120, 60, 2, density=0.4, noise=0.2, seed=7, levels=range(1, 6))


@pytest.fixture(scope="session")
def parts(planted):
    return random_split(planted.ratings, seed=1)


@pytest.fixture(scope="session")
def contenders(planted, parts):
    """The planted truth, the mean that cannot rank, popularity that cannot predict, and noise."""
    train, _ = parts
    shape = (train.n_users, train.n_items)
    truth = planted.user_factors @ planted.item_factors.T
    truth = planted.global_bias + planted.user_bias[:, None] + planted.item_bias + truth
    popularity = np.broadcast_to(train.counts_by_item(), shape)
    return {
        "truth": Fake("truth", train, truth),
        "mean": Fake("global mean", train, np.full(shape, train.mean), ranks=False),
        "popular": Fake("popular", train, None, order=popularity),
        "noise": Fake("noise", train, np.random.default_rng(0).uniform(1, 5, shape)),
    }
