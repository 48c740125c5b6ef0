"""Rows that cannot be read, and pairs that come twice: counted, shown, refused or settled."""

import json

import pytest

from alsoliked.data.readers import read_ratings
from alsoliked.errors import BadRowsError, OptionError, RepeatedPairError

BAD = """user,item,rating,timestamp
1,1,4,100
1,2,good,100
1,3,NaN,100
1,4,inf,100
,5,4,100
1, ,4,100
1,7,,100
1,8,4
1,9,4,100,9

1,10,4,
1,11,4,yesterday
1,12,1e60,100
2,1,3,100
"""
REASONS = {
    "rating that is NaN or infinite": 3,
    "empty item id": 1,
    "empty rating": 1,
    "empty timestamp": 1,
    "empty user id": 1,
    "long line": 1,
    "rating that is not a number": 1,
    "short line": 1,
    "unreadable timestamp": 1,
}


def test_bad_rows_are_counted_by_reason_and_shown_with_their_lines(write):
    with pytest.raises(BadRowsError) as caught:
        read_ratings(write(BAD))
    report = caught.value.report
    assert dict(report.counts) == REASONS
    assert (len(report), report.n_rows, report.unit) == (11, 13, "line")
    lines = BAD.splitlines()
    assert all(row.text == lines[row.place - 1] for row in report.first)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("mine.csv: 11 of 13 rows cannot be read: 3 rating that is NaN or infinite")
    assert "line 3 (rating that is not a number) '1,2,good,100'" in message
    assert message.endswith("on_bad_rows='drop' to leave them out.")
    assert json.loads(json.dumps(report.to_dict()))["counts"] == REASONS


def test_dropping_bad_rows_keeps_the_rest_and_says_so(write, triples):
    ratings = read_ratings(write(BAD), on_bad_rows="drop")
    assert triples(ratings) == [(1, 1, 4.0), (2, 1, 3.0)]
    assert any(note.startswith("left out 11 rows: 11 of 13 rows cannot be read") for note in ratings.notes)


def test_dropping_everything_is_still_an_error(write):
    with pytest.raises(BadRowsError, match="1 of 1 rows"):
        read_ratings(write("user,item,rating\n1,2,x\n"), on_bad_rows="drop")


def test_bytes_that_are_not_utf8_are_told(write, triples):
    path = write(b"user,item,rating\nann,x,3\nJos\xe9,x,4\nbob,x,2\n")
    with pytest.raises(BadRowsError, match=r"1 wrong encoding \(not UTF-8\)\. First: line 3 .*Jos.*xe9,x,4"):
        read_ratings(path)
    assert triples(read_ratings(path, on_bad_rows="drop")) == [("ann", "x", 3.0), ("bob", "x", 2.0)]


def test_only_the_first_five_of_a_reason_are_kept(write):
    path = write("user,item,rating\n" + "".join(f"1,{n},x\n" for n in range(100)) + "2,1,3\n")
    with pytest.raises(BadRowsError) as caught:
        read_ratings(path)
    assert [row.place for row in caught.value.report.first] == [2, 3, 4, 5, 6]
    assert caught.value.report.counts == {"rating that is not a number": 100}


AGAIN = "user,item,rating,timestamp\n1,1,2,300\n2,1,5,100\n1,1,4,200\n1,2,1,50\n1,1,3,200\n"


def test_repeats_are_refused_with_both_lines(write):
    with pytest.raises(RepeatedPairError, match=r"2 ratings repeat .* user 1, item 1 on lines 2 and 4"):
        read_ratings(write(AGAIN))


def test_repeats_settled(write, triples):
    path = write(AGAIN)
    last = read_ratings(path, on_repeat="last")
    assert triples(last) == [(1, 1, 2.0), (2, 1, 5.0), (1, 2, 1.0)]
    assert last.timestamp.tolist() == [300, 100, 50]
    assert "2 ratings repeated a user-item pair: kept the last by time" in last.notes
    assert triples(read_ratings(path, on_repeat="mean"))[0] == (1, 1, 3.0)
    by_order = read_ratings(path, on_repeat="last", timestamp=False)
    assert triples(by_order) == [(2, 1, 5.0), (1, 2, 1.0), (1, 1, 3.0)]


def test_lines_are_right_after_dropped_rows(write):
    path = write("user,item,rating\n1,1,x\n\n1,1,3\n1,2,y\n2,2,3\n1,1,4\n")
    with pytest.raises(RepeatedPairError, match="on lines 4 and 7"):
        read_ratings(path, on_bad_rows="drop")


@pytest.mark.parametrize("wrong", [{"on_bad_rows": "skip"}, {"on_repeat": "first"}])
def test_unknown_rules_are_refused(write, wrong):
    with pytest.raises(OptionError, match="expected one of"):
        read_ratings(write(BAD), **wrong)
