"""The small parts: given ratings, wording, pictures of characters."""

import polars as pl
import pytest

from alsoliked.cli.given import read_given
from alsoliked.cli.pictures import cross_table_lines, histogram_lines
from alsoliked.cli.source import without_password
from alsoliked.cli.wording import in_flags


@pytest.mark.parametrize(
    "text",
    [
        "title,rating\nAlien (1979),5\n\nFargo (1996),4\n",
        "Rating;Title\n5;Alien (1979)\n4;Fargo (1996)\n",
        "title\tscore\nAlien (1979)\t5\nFargo (1996)\t4\n",
        '\ufefftitle,rating\r\n"Alien (1979)",5\r\nFargo (1996),4\r\n',
        "item,title,stars\nAlien (1979),first,5\nFargo (1996),second,4\n",
    ],
)
def test_given_files_of_many_kinds(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    assert read_given([str(path)]) == {"Alien (1979)": 5, "Fargo (1996)": 4}


def test_a_title_may_hold_an_equals_sign():
    assert read_given(["E=mc2 (2005)=4.5"]) == {"E=mc2 (2005)": 4.5}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("y_range=(0.0, 0.5) cannot reach", "--y-range (0.0, 0.5) cannot reach"),
        ("k=0 came", "-k 0 came"),
        ('Pass given={item: rating} or on_unknown="popular".', "Pass --given ITEM=RATING or --on-unknown popular."),
        ("line 3 '1,11,x' of rating", "line 3 '1,11,x' of rating"),
    ],
)
def test_messages_speak_of_flags(said, shown):
    assert in_flags(said) == shown


def test_passwords():
    assert without_password("postgresql://me:pa@ss@host/db") == "postgresql://me:***@host/db"
    assert without_password("sqlite:///my.db") == "sqlite:///my.db"


def test_the_cross_table_keeps_its_columns_apart():
    table = pl.DataFrame({"user": ["ann", "bob"], "A" * 60: [-7.5, None], "B": [10.0, -10.0]})
    first, second, head, ann, bob = cross_table_lines(table)
    assert first.endswith("…")
    assert second.index("┌") == head.rindex("│") == ann.index("10") == bob.index("-10")


def test_the_histogram_is_as_long_as_the_shares():
    table = pl.DataFrame({"rating": [0.5, 1.0], "count": [30, 10], "share": [0.75, 0.25]})
    assert [line.count("█") for line in histogram_lines(table)] == [40, 13]
