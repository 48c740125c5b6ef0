"""Whatever ids, ratings and timestamps go out to a file or frame come back as they were."""

import csv
import re
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alsoliked.data.readers import read_ratings

CANONICAL = re.compile(r"^(0|-?[1-9][0-9]*)$")
integers = st.integers(-(2**63), 2**63 - 1)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), min_size=1, max_size=8).filter(
    lambda text: text.strip() and pl.Series([text]).str.strip_chars()[0]
)


@st.composite
def tables(draw, ids=(integers, words)):
    """Distinct pairs with ratings and timestamps; each column of ids all integers or all words."""
    user = draw(st.sampled_from(ids))
    item = draw(st.sampled_from(ids))
    pairs = draw(st.lists(st.tuples(user, item), min_size=1, max_size=12, unique=True))
    n = len(pairs)
    rating = draw(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=n, max_size=n))
    stamp = draw(st.lists(st.integers(-(10**10), 10**11), min_size=n, max_size=n))
    return [(*pair, r, t) for pair, r, t in zip(pairs, rating, stamp, strict=True)]


def columns(table):
    return dict(zip(("user", "item", "rating", "timestamp"), map(list, zip(*table, strict=True)), strict=True))


def as_text_reads(ids):
    """A text file has no types: words that are all canonical integers come back as integers."""
    small = all(CANONICAL.match(str(i)) and -(2**63) <= int(i) < 2**63 for i in ids)
    return [int(i) for i in ids] if small else [str(i) for i in ids]


def assert_same(ratings, table, *, text):
    expected = columns(table)
    got = ratings.to_frame().to_dict(as_series=False)
    for role in ("user", "item"):
        assert got[role] == (as_text_reads(expected[role]) if text else expected[role])
    assert np.array_equal(np.array(got["rating"], np.float32), np.array(expected["rating"], np.float32))
    assert got["timestamp"] == expected["timestamp"]


@settings(max_examples=40)
@given(tables(), st.sampled_from([",", "\t", ";", "|"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_text(table, separator, ending, quote_all):
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mine.txt")
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=separator, lineterminator=ending, quoting=quoting)
            writer.writerow(["user", "item", "rating", "timestamp"])
            writer.writerows(table)
        assert_same(read_ratings(path), table, text=True)


@settings(max_examples=30)
@given(tables())
def test_parquet(table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mine.parquet")
        pl.DataFrame(columns(table)).write_parquet(path)
        assert_same(read_ratings(path), table, text=False)


@settings(max_examples=40)
@given(tables(), st.sampled_from([pl.DataFrame, pl.LazyFrame, pd.DataFrame, pa.table]))
def test_frames(table, kind):
    assert_same(read_ratings(kind(columns(table))), table, text=False)


@settings(max_examples=40)
@given(tables(), st.randoms(use_true_random=False), st.sampled_from(["last", "mean"]))
def test_settled_repeats_leave_each_pair_once(table, random, how):
    doubled = table + [(user, item, 2.0, time) for user, item, _, time in random.sample(table, k=len(table) // 2)]
    random.shuffle(doubled)
    settled = read_ratings(pl.DataFrame(columns(doubled)), on_repeat=how)
    assert len(settled) == len(table)
    frame = pl.DataFrame(columns(doubled)).with_columns(pl.col("rating").cast(pl.Float32).cast(pl.Float64))
    for user, item, rating, _ in settled.to_frame().iter_rows():
        mine = frame.filter((pl.col("user") == user) & (pl.col("item") == item))
        wanted = mine.sort("timestamp", maintain_order=True)["rating"][-1] if how == "last" else mine["rating"].mean()
        assert rating == pytest.approx(wanted, rel=1e-6, abs=1e-30)
