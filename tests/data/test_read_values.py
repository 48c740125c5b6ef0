"""Text files: ids, timestamps and scales as they come, however many blocks they fill."""

import io

import numpy as np
import polars as pl
import pytest

from alsoliked.data.readers import read_ratings
from alsoliked.data.reading.lines import blocks
from alsoliked.data.reading.provisional import Provisional
from alsoliked.errors import DataError


def test_ids_stay_as_they_came(write):
    ratings = read_ratings(write("user,item,rating\n7,007,1\n08,7,2\n"))
    assert ratings.users.ids.to_list() == ["08", "7"]
    assert ratings.items.ids.to_list() == ["007", "7"]
    assert read_ratings(write("user,item,rating\n-7,0,1\n")).users.ids.to_list() == [-7]
    for odd in ("+7", "7.0", "-0", "9223372036854775808", " 7", "٣"):
        ids = read_ratings(write(f"user,item,rating\n{odd},1,1\n8,1,2\n")).users.ids.to_list()
        assert sorted(ids) == sorted([odd, "8"])


def test_ids_that_turn_out_to_be_text_in_a_later_block():
    ids = Provisional("user", "x", text_ids=True)
    first = ids.codes(pl.Series(["5", "4"]))
    second = ids.codes(pl.Series(["04", "4", "5"]))
    vocabulary, place = ids.vocabulary()
    assert vocabulary.ids.to_list() == ["04", "4", "5"]
    assert vocabulary.decode(place[np.r_[first, second]]).to_list() == ["5", "4", "04", "4", "5"]


@pytest.mark.parametrize(
    ("text", "seconds", "said"),
    [
        ("881250949", 881250949, None),
        ("881250949000", 881250949, "milliseconds"),
        ("881250949000000", 881250949, "microseconds"),
        ("881250949.75", 881250949, "fractions"),
        ("1997-12-04", 881193600, "UTC"),
        ("1997-12-04 15:55:49", 881250949, "UTC"),
        ("1997-12-04T15:55:49.5", 881250949, "UTC"),
        ("1997-12-04T15:55:49Z", 881250949, None),
        ("1997-12-04T16:55:49+01:00", 881250949, None),
        ("1997-12-04 16:55:49+01", 881250949, None),
        ("1960-01-01", -315619200, "UTC"),
    ],
)
def test_timestamps_become_seconds(write, text, seconds, said):
    ratings = read_ratings(write(f"user,item,rating,timestamp\n1,2,3,{text}\n"))
    assert ratings.timestamp.tolist() == [seconds]
    assert (said is None and ratings.notes == ()) or any(said in note for note in ratings.notes)


def test_mixed_units_of_time_are_refused(write):
    with pytest.raises(DataError, match="expected one unit"):
        read_ratings(write("user,item,rating,timestamp\n1,2,3,881250949\n1,3,3,881250949000\n"))


@pytest.mark.parametrize(
    ("values", "scale"), [([0.5, 3.5, 5], (0.5, 5)), ([0, 10, 7], (0, 10)), ([-10, 10, 0.25], (-10, 10))]
)
def test_other_scales(write, values, scale):
    ratings = read_ratings(write("user,item,rating\n" + "".join(f"{n},1,{v}\n" for n, v in enumerate(values))))
    assert ratings.rating.tolist() == values
    assert ratings.rating_scale == scale


def test_many_blocks_are_one_table(tmp_path):
    n = 1_300_000
    user = np.arange(n) // 50
    item = 900_000 + np.arange(n) % 50
    frame = pl.DataFrame({"user": user, "item": item, "rating": user % 9 / 2 + 0.5, "ts": 10**9 + np.arange(n)})
    frame.write_csv(tmp_path / "big.csv")
    seen = []
    ratings = read_ratings(tmp_path / "big.csv", progress=lambda done, total: seen.append((done, total)))
    size = (tmp_path / "big.csv").stat().st_size
    assert len(seen) > 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (size, size)
    assert ratings.to_frame().equals(frame.rename({"ts": "timestamp"}).with_columns(pl.col("rating").cast(pl.Float32)))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_blocks_hold_whole_lines(size):
    content = b"a,b\r\nlonger line\n\nlast"
    parts = list(blocks(io.BytesIO(b"\xef\xbb\xbf" + content), size=max(size, 3)))
    assert b"".join(parts) == content
    assert all(part.endswith(b"\n") for part in parts[:-1])


def test_the_same_file_gives_the_same_fingerprint(write):
    path = write("user,item,rating\nb,x,1\na,y,2\n")
    assert read_ratings(path).fingerprint() == read_ratings(path).fingerprint()
