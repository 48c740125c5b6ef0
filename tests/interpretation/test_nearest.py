"""Neighbours by angle and by dot product."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from alsoliked.errors import OptionError
from alsoliked.interpretation.nearest import nearest

HEAD = pl.DataFrame({"item": [10, 11, 12, 13, 14], "title": list("ABCDE"), "count": [50, 40, 30, 2, 20]})
ROWS = np.array([[1, 0], [0.5, 0.1], [8, 8], [3, 0], [-1, 0]], np.float32)


def test_the_angle_and_the_length() -> None:
    close = nearest(HEAD, ROWS, 0, 10, by="cosine", min_count=20)
    assert close.columns == ["rank", "item", "title", "cosine", "dot", "count"]
    assert close["title"].to_list() == ["B", "C", "E"]
    assert close["rank"].to_list() == [1, 2, 3]
    assert close["cosine"].to_list() == pytest.approx([0.5 / np.hypot(0.5, 0.1), np.sqrt(0.5), -1])
    assert close["dot"].to_list() == pytest.approx([0.5, 8, -1])
    assert nearest(HEAD, ROWS, 0, 10, by="dot", min_count=20)["title"].to_list() == ["C", "B", "E"]


def test_who_is_left_out() -> None:
    assert nearest(HEAD, ROWS, 0, 1, by="cosine", min_count=1)["title"].to_list() == ["D"]
    assert 10 not in nearest(HEAD, ROWS, 0, 10, by="dot", min_count=0)["item"].to_list()


def test_no_such_way() -> None:
    with pytest.raises(OptionError, match="by='euclid' came, expected 'cosine' or 'dot'"):
        nearest(HEAD, ROWS, 0, 3, by="euclid", min_count=1)
    with pytest.raises(OptionError, match="n=0"):
        nearest(HEAD, ROWS, 0, 0, by="dot", min_count=1)
