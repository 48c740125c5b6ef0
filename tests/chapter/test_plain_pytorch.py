"""The data loaders serve a loop of one's own as well: plain SGD, the range by hand, half-star rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest


def test_sgd_learns_and_rounding_beats_the_mean(play: Callable[..., dict[str, Any]], ratings_small: Any) -> None:
    ratings = ratings_small[["userId", "movieId", "rating"]]
    space = play("plain_pytorch.md", ratings=ratings, epochs=5)
    losses = space["losses"]
    assert losses[0] > 1.4
    assert losses[-1] == pytest.approx(0.775, abs=0.03)
    assert space["exact"] > 0.23 > 1.5 * space["always_mean"]
    assert space["within_half"] > 0.6
    assert set(space["rounded"].unique().tolist()) <= {n / 2 for n in range(12)}


def test_an_epoch_of_ones_own_sees_what_an_epoch_of_the_learner_sees(planted: pd.DataFrame) -> None:
    from alsoliked.chapter import CollabDataLoaders

    dls = CollabDataLoaders.from_df(planted, bs=50, seed=1)
    seen = [tuple(row) for x, _ in dls.train for row in x.tolist()]
    assert len(seen) == len(set(seen)) == 50 * (dls.train.n // 50) == 50 * len(dls.train)
    held_out = [tuple(row) for x, _ in dls.valid for row in x.tolist()]
    assert len(held_out) == dls.valid.n
    assert not set(seen) & set(held_out)
