"""Text files: how they are written, which column is which, and whether there is a header."""

import gzip
import zipfile

import pytest

from alsoliked.data.readers import read_ratings
from alsoliked.data.reading.columns import Wanted, recognise
from alsoliked.errors import BadRowsError, DataError, MissingColumnError, OptionError


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "::", " "])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_separator_line_ending_and_byte_order_mark(write, separator, ending, mark, triples):
    rows = [("user", "item", "rating", "timestamp"), ("1", "10", "4.5", "100"), ("2", "10", "3", "200")]
    path = write(mark + ending.join(separator.join(row) for row in rows).encode())
    ratings = read_ratings(path)
    assert triples(ratings) == [(1, 10, 4.5), (2, 10, 3.0)]
    assert ratings.timestamp.tolist() == [100, 200]
    assert ratings.notes == ()


def test_quoted_fields_may_hold_the_separator_and_doubled_quotes(write, triples):
    path = write('user,item,rating\n"Doe, Jane",11\'09""01,4\nann,"11\'09""01 - September 11, 2002",2\n')
    assert triples(read_ratings(path)) == [
        ("Doe, Jane", '11\'09""01', 4.0),
        ("ann", "11'09\"01 - September 11, 2002", 2.0),
    ]
    path = write('user,item,rating\n"Doe, Jane","a ""b""",4\nann,plain,2\n')
    assert triples(read_ratings(path)) == [("Doe, Jane", 'a "b"', 4.0), ("ann", "plain", 2.0)]


def test_a_quoted_field_left_open_is_told(write):
    with pytest.raises(BadRowsError, match="1 quoted field that its line does not close"):
        read_ratings(write('user,item,rating\n"ann,x,4\nbob,y,2\n'))


def test_gzip_and_single_file_zip(write, tmp_path, triples):
    content = b"user,item,rating\n1,2,3\n"
    packed = write(gzip.compress(content), "mine.csv.gz")
    assert triples(read_ratings(packed)) == [(1, 2, 3.0)]
    assert read_ratings(packed).name == "mine"
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr("inner/mine.csv", content)
    assert triples(read_ratings(tmp_path / "one.zip")) == [(1, 2, 3.0)]


def test_cut_short_gzip_is_told(write):
    whole = gzip.compress(b"user,item,rating\n" + b"".join(b"%d,%d,3\n" % (u, u * 7) for u in range(5000)))
    with pytest.raises(DataError, match="damaged or cut short"):
        read_ratings(write(whole[: len(whole) // 2], "mine.csv.gz"))


@pytest.mark.parametrize(
    ("header", "notes"),
    [
        ("userId,movieId,rating,timestamp", ("userId", "movieId")),
        ("User_ID,ISBN,Book-Rating", ("User_ID", "ISBN", "Book-Rating")),
        ("reader,book,stars,ts", ("reader", "book", "stars", "ts")),
        ("user_id:token,item_id:token,rating:float", ("user_id:token", "item_id:token", "rating:float")),
        ("customer id,asin,overall,unixReviewTime", ("customer id", "asin", "overall", "unixReviewTime")),
        ("user,item,score", ("score",)),
    ],
)
def test_usual_spellings_are_recognised_and_said_aloud(write, header, notes, triples):
    fields = len(header.split(","))
    ratings = read_ratings(write(header + "\n" + ",".join("1234"[:fields]) + "\n"))
    assert triples(ratings) == [(1, 2, 3.0)]
    assert [note.split("'")[1] for note in ratings.notes] == list(notes)


def test_columns_by_name_in_any_order(write, triples):
    path = write("when,stars given,who,what\n5,3.5,ann,x\n")
    ratings = read_ratings(path, user="who", item="what", rating="stars given", timestamp="when")
    assert triples(ratings) == [("ann", "x", 3.5)]
    assert ratings.timestamp.tolist() == [5]
    assert ratings.notes == ()


def test_two_candidates_for_a_role_are_both_named(write):
    path = write("user,movieId,item,rating\n1,2,3,4\n")
    with pytest.raises(DataError, match=r"'movieId' and 'item' could each be the item; say which: item="):
        read_ratings(path)
    assert read_ratings(path, item="movieId").items.ids.to_list() == [2]


def test_a_missing_column_lists_what_is_there(write):
    path = write("user,item,opinion\n1,2,4\n")
    with pytest.raises(MissingColumnError, match=r"no column looks like the rating; it has 'user', 'item', 'opinion'"):
        read_ratings(path)
    with pytest.raises(MissingColumnError, match=r"no column 'opinon' for rating; .* Did you mean 'opinion'"):
        read_ratings(path, rating="opinon")
    with pytest.raises(MissingColumnError, match="there are 3 columns"):
        read_ratings(path, rating=7)


@pytest.mark.parametrize("wrong", [1.5, True, ["user"]])
def test_a_column_that_is_neither_name_nor_position_is_refused(write, wrong):
    with pytest.raises(OptionError, match="neither a column name nor a position"):
        read_ratings(write("user,item,rating\n1,2,3\n"), user=wrong)


def test_one_column_for_two_roles_and_two_columns_of_one_name():
    with pytest.raises(DataError, match="one column was named for two roles"):
        recognise(["a", "b"], Wanted("a", "a", "b"), "x")
    with pytest.raises(DataError, match="2 columns are called 'a'; give the position"):
        recognise(["a", "a", "b"], Wanted("a", "b", 1), "x")


def test_timestamp_false_reads_none(write):
    path = write("user,item,rating,date,ts\n1,2,3,junk,5\n")
    with pytest.raises(DataError, match=r"timestamp='…', or timestamp=False"):
        read_ratings(path)
    assert read_ratings(path, timestamp=False).timestamp is None


def test_a_headerless_csv_says_how_to_name_columns(write, triples):
    path = write("1,2,3.5\n4,5,1\n")
    with pytest.raises(DataError, match=r"no header line \(line 1 is '1,2,3.5'\).*user=0, item=1, rating=2"):
        read_ratings(path)
    assert triples(read_ratings(path, user=0, item=1, rating=2)) == [(1, 2, 3.5), (4, 5, 1.0)]


def test_headerless_movielens_by_shape_and_by_name(write, triples):
    assert triples(read_ratings(write("196\t242\t3\t881250949\n", "any.txt"))) == [(196, 242, 3.0)]
    assert read_ratings(write("1::1193::5::978300760\n", "ratings.dat")).timestamp.tolist() == [978300760]
    with pytest.raises(DataError, match="no header line"):
        read_ratings(write("196\t242\t3\n", "any.txt"))


def test_positions_with_a_header_say_what_was_taken_for_it(write, triples):
    ratings = read_ratings(write("who,what,how\nann,x,3\n"), user=0, item=1, rating=2)
    assert triples(ratings) == [("ann", "x", 3.0)]
    assert "took the first line for a header: 'who,what,how'" in ratings.notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("user,item,rating\n", "holds no ratings"),
        ("just one field\n", "no column looks like the user"),
        ("word\n", "has one field"),
        ("\ufeff".encode("utf-16") + "user,item".encode("utf-16-le"), "UTF-16"),
    ],
)
def test_empty_header_only_and_foreign_files(write, content, message):
    with pytest.raises(DataError, match=message):
        read_ratings(write(content))


def test_what_is_not_there_or_no_source(tmp_path):
    with pytest.raises(DataError, match="no file or folder"):
        read_ratings(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"use movielens\(name\)"):
        read_ratings("ml-100k")
    with pytest.raises(OptionError, match="a list came"):
        read_ratings([1, 2])
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(DataError, match="no MovieLens layout"):
        read_ratings(tmp_path)
