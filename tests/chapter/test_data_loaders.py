"""From a table to rows and batches, and what is said about the table on the way."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from alsoliked.chapter import CollabDataLoaders, get_emb_sz, set_seed
from alsoliked.errors import DataError, MissingColumnError, OptionError

TABLE = pd.DataFrame(
    {
        "who": [9, 7, 7, 9, 8, 8, 7, 9],
        "film": ["B", "A", "B", "C", "A", "C", "D", "D"],
        "stars": [4, 5, 3, 2, 1, 4, 5, 3],
        "when": range(8),
    },
    index=range(100, 108),
)


def test_the_first_three_columns_unless_told() -> None:
    dls = CollabDataLoaders.from_df(TABLE, seed=1, bs=2)
    assert dls.names == ("who", "film", "stars")
    assert dls.x_names == dls.cat_names == ["who", "film"]
    assert dls.y_names == ["stars"]
    assert dls.cont_names == []
    assert dls.n_inp == 1
    named = CollabDataLoaders.from_df(TABLE, 0.25, "film", "who", rating_name="when", seed=1, bs=2)
    assert named.names == ("film", "who", "when")
    assert list(named.classes) == ["film", "who"]


def test_classes_are_those_of_the_whole_table_in_order() -> None:
    dls = CollabDataLoaders.from_df(TABLE, seed=1, bs=2)
    assert dls.classes["who"] == ["#na#", 7, 8, 9]
    assert dls.classes["film"] == ["#na#", "A", "B", "C", "D"]
    assert type(dls.classes["who"][1]) is int
    assert get_emb_sz(dls) == [(4, 3), (5, 4)]
    assert get_emb_sz(dls, {"film": 10}) == [(4, 3), (5, 10)]
    with pytest.raises(OptionError, match="expected columns among"):
        get_emb_sz(dls, {"movie": 10})


def test_rows_decode_to_what_was_read_and_the_table_stays(planted: pd.DataFrame) -> None:
    before = planted.copy()
    dls = CollabDataLoaders.from_df(planted, seed=1)
    for part in dls.loaders:
        decoded = part.decoded(torch.from_numpy(part.x), torch.from_numpy(part.y))
        read = planted.loc[part.items.index]
        assert decoded["user"].tolist() == read["user"].tolist()
        assert decoded["title"].tolist() == read["title"].tolist()
        assert decoded["rating"].tolist() == read["rating"].tolist()
    pd.testing.assert_frame_equal(planted, before)


def test_a_seed_gives_the_split_that_the_chapters_library_gives() -> None:
    """It seeds PyTorch, draws one permutation, and holds out its beginning."""
    dls = CollabDataLoaders.from_df(TABLE, valid_pct=0.25, seed=42, bs=2)
    torch.manual_seed(42)
    order = torch.randperm(8).numpy()
    assert dls.valid.items.index.tolist() == TABLE.index[order[:2]].tolist()
    assert dls.items.index.tolist() == TABLE.index[order[2:]].tolist()


def test_without_a_seed_it_is_the_one_that_was_set_last() -> None:
    set_seed(11)
    torch.rand(5)
    state = torch.get_rng_state()
    drawn = CollabDataLoaders.from_df(TABLE, bs=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert drawn.seed == 11
    named = CollabDataLoaders.from_df(TABLE, seed=11, bs=2)
    assert drawn.valid.items.index.tolist() == named.valid.items.index.tolist()
    other = CollabDataLoaders.from_df(TABLE, seed=12, bs=2)
    assert drawn.items.index.tolist() != other.items.index.tolist()


def test_batches_of_two_columns(dls: CollabDataLoaders) -> None:
    x, y = dls.one_batch()
    assert (x.shape, x.dtype) == (torch.Size([32, 2]), torch.int64)
    assert (y.shape, y.dtype) == (torch.Size([32, 1]), torch.float32)
    assert dls.bs == 32
    assert dls.device == torch.device("cpu")
    assert len(dls.train) == dls.train.n // 32
    assert [len(x) for x, _ in dls.train] == [32] * len(dls.train)
    sizes = [len(x) for x, _ in dls.valid]
    assert sum(sizes) == dls.valid.n
    assert len(sizes) == len(dls.valid)
    assert dls[0] is dls.train
    assert dls[1] is dls.valid
    assert not torch.equal(dls.one_batch()[0], x)


def test_a_batch_larger_than_the_data_is_all_of_it(planted: pd.DataFrame) -> None:
    dls = CollabDataLoaders.from_df(planted, bs=10**6, seed=1)
    assert [len(x) for x, _ in dls.train] == [dls.train.n]


def test_show_batch_prints_ids_and_stars(dls: CollabDataLoaders, capsys: pytest.CaptureFixture[str]) -> None:
    dls.show_batch(max_n=4)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["user", "title", "rating"]
    assert len(lines) == 5
    assert lines[1].split()[-1] in "12345"
    assert repr(dls).startswith("CollabDataLoaders(")


def test_half_stars_stay_halves(capsys: pytest.CaptureFixture[str]) -> None:
    dls = CollabDataLoaders.from_df(TABLE.assign(stars=TABLE["stars"] - 0.5), seed=1, bs=2)
    dls.show_batch()
    assert capsys.readouterr().out.splitlines()[1].endswith(".5")


def test_a_csv_file(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "ratings.csv", index=False)
    dls = CollabDataLoaders.from_csv(tmp_path / "ratings.csv", seed=1, bs=2, path=tmp_path)
    assert dls.classes["film"] == ["#na#", "A", "B", "C", "D"]
    assert dls.path == tmp_path


def test_other_rows_with_and_without_ratings(dls: CollabDataLoaders) -> None:
    pairs = pd.DataFrame({"user": [1, 2], "title": ["film 03", "film 01"]})
    rows = dls.test_dl(pairs)
    assert rows.y is None
    assert rows.x.tolist() == [[dls.classes["user"].o2i[1], dls.classes["title"].o2i["film 03"]], [2, 2]]
    assert dls.test_dl(pairs.assign(rating=[4.0, 2.0])).y.tolist() == [4.0, 2.0]
    with pytest.raises(OptionError, match="no rows came"):
        dls.test_dl(pairs[:0])
    with pytest.raises(MissingColumnError, match=r"no column 'title'.*Name another"):
        dls.test_dl(pairs[["user"]])


def test_ids_nobody_knows_are_na_and_counted(dls: CollabDataLoaders) -> None:
    pairs = pd.DataFrame({"user": [1, 999], "title": ["film 03", "no such film"]})
    with pytest.warns(UserWarning, match="are missing or unknown") as said:
        rows = dls.test_dl(pairs)
    assert rows.x[1].tolist() == [0, 0]
    assert [str(w.message)[:47] for w in said] == [
        "1 of 2 ids in column 'user' are missing or unkn",
        "1 of 2 ids in column 'title' are missing or unk",
    ]


def test_a_missing_id_is_na() -> None:
    gap = TABLE.assign(who=[9, 7, None, 9, 8, 8, 7, 9])
    with pytest.warns(UserWarning, match=r"1 of 8 ids in column 'who' are missing or unknown; .*#na#, row 0"):
        dls = CollabDataLoaders.from_df(gap, seed=1, bs=2)
    assert dls.classes["who"] == ["#na#", 7, 8, 9]  # whole again, though pandas made them floats
    assert type(dls.classes["who"][1]) is int
    assert sum(int((part.x[:, 0] == 0).sum()) for part in dls.loaders) == 1


def test_films_that_share_a_title_are_said_once(ratings_100k: pd.DataFrame) -> None:
    with pytest.warns(
        UserWarning, match=r"^18 names in 'title' stand for several of 'movie' .*item_name='movie'"
    ) as said:
        dls = CollabDataLoaders.from_df(ratings_100k, item_name="title", seed=1)
    assert len(said) == 1
    assert len(dls.classes["title"]) == 1665
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(CollabDataLoaders.from_df(ratings_100k, item_name="movie", seed=1).classes["movie"]) == 1683


def test_an_id_type_that_changes_is_refused(dls: CollabDataLoaders) -> None:
    mixed = TABLE.astype({"film": object}).assign(film=[1, "1", 2, 3, 1, 3, 4, 4])
    with pytest.raises(DataError, match=r"numbers and text \(such as '1'\).*astype\(str\)"):
        CollabDataLoaders.from_df(mixed, seed=1, bs=2)
    with pytest.raises(DataError, match=r"'user' came as text and are known as number.*astype\(int\)"):
        dls.test_dl(pd.DataFrame({"user": ["1", "2"], "title": ["film 01", "film 02"]}))
    with pytest.raises(DataError, match="ids in column 'who' are Timestamp; expected numbers or text"):
        CollabDataLoaders.from_df(TABLE.assign(who=pd.Timestamp("2024-01-01")), seed=1, bs=2)


def test_categories_and_wide_strings_are_ids_too() -> None:
    plain = CollabDataLoaders.from_df(TABLE, seed=1, bs=2)
    for kind in ("category", "string", object):
        dls = CollabDataLoaders.from_df(TABLE.astype({"film": kind}), seed=1, bs=2)
        assert dls.classes["film"] == plain.classes["film"]
        assert np.array_equal(dls.train.x, plain.train.x)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_pct": 0.0}, "leaves both parts rows"),
        ({"valid_pct": 1.0}, "leaves both parts rows"),
        ({"valid_pct": 0.01}, "leaves both parts rows"),
        ({"bs": 0}, "bs=0"),
        ({"item_name": "movie"}, "no column 'movie' in the table; it has who, film, stars, when"),
        ({"user_name": "film"}, "expected three different ones"),
        ({"rating_name": "film", "item_name": "when"}, "does not hold ratings"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises((OptionError, MissingColumnError, DataError), match=said):
        CollabDataLoaders.from_df(TABLE, seed=1, **change)


def test_ratings_that_are_missing_are_refused() -> None:
    with pytest.raises(DataError, match="1 ratings in column 'stars' are missing"):
        CollabDataLoaders.from_df(TABLE.assign(stars=[None, 5, 3, 2, 1, 4, 5, 3]), seed=1, bs=2)
    with pytest.raises(OptionError, match="expected a pandas DataFrame"):
        CollabDataLoaders.from_df([1, 2], user_name="a", item_name="b", rating_name="c")
    with pytest.raises(OptionError, match=r"came as polars\.DataFrame, expected a pandas DataFrame; to_pandas"):
        CollabDataLoaders.from_df(pl.DataFrame({"a": [1], "b": [1], "c": [1]}))
    with pytest.raises(OptionError, match="three columns"):
        CollabDataLoaders.from_df(TABLE[["who", "film"]])
