"""The table of biases."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.interpretation.bias import bias_table

BIAS, COUNTS = np.array([0.5, -1.0, 9.0, 0.0], np.float32), np.array([3, 1, 0, 7])
WIDTH = np.array([0.25, 0.5, 1.0, 0.125], np.float32)


def test_lowest_first_and_only_what_was_rated() -> None:
    table = bias_table(pl.Series(["a", "b", "c", "d"]), ["A", "B", "C", "D"], BIAS, WIDTH, COUNTS)
    assert table.rows() == [("b", "B", -1.0, 0.5, 1), ("d", "D", 0.0, 0.125, 7), ("a", "A", 0.5, 0.25, 3)]
    assert table.columns == ["id", "title", "bias", "width", "count"]


def test_without_labels() -> None:
    table = bias_table(pl.Series([1, 2, 3, 4]), None, BIAS, WIDTH, COUNTS)
    assert table.columns == ["id", "bias", "width", "count"]
    assert table["id"].to_list() == [2, 4, 1]


def test_equal_biases_stay_in_order() -> None:
    table = bias_table(pl.Series([3, 1, 2]), None, np.zeros(3, np.float32), np.ones(3, np.float32), np.ones(3, int))
    assert table["id"].to_list() == [3, 1, 2]
