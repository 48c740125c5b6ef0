"""data get, check and split."""

import csv

import pytest


def test_get_prints_where(ask, environment, tmp_path):
    done = ask("data", "get", "ml-100k", "--offline", at=tmp_path)
    assert (done.code, done.out) == (0, f"{environment['ALSOLIKED_DATA']}/ml-100k.zip\n")
    copy = f"{environment['ALSOLIKED_DATA']}/ml-100k.zip"
    assert ask("data", "get", "ml-100k", "--path", copy, "--json", at=tmp_path).json == {
        "name": "ml-100k",
        "path": copy,
    }


def test_get_offline_lists_each_source(ask, tmp_path):
    done = ask("data", "get", "ml-20m", "--offline", at=tmp_path)
    assert done.code == 1
    assert done.out == ""
    assert all(source in done.err for source in ("ALSOLIKED_DATA", "cache", "publisher", "--path"))


def test_check_says_what_is_odd(ask, tmp_path):
    done = ask("data", "check", "ml-100k", at=tmp_path)
    assert "1,664 titles for 1,682 items" in done.out
    assert "The most active 1 % (9 users) wrote 5.1 %" in done.out
    assert "34.2%  ████████████████████████████████████████" in done.out
    lines = done.out.splitlines()
    titles = [line for line in lines if "┌ " in line]
    assert len(titles) == 8
    assert titles[0].strip() == "┌ Star Wars (1977)"
    first = lines[lines.index(titles[-1]) + 2]
    assert first.index("5")
    assert first[titles[0].index("┌")] in "12345·"
    assert first[titles[-1].index("┌")] in "12345·"


@pytest.mark.parametrize(("how", "held_out"), [("random", 20_000), ("time", 20_000), ("leave_last", 943)])
def test_split_writes_both_parts(ask, tmp_path, how, held_out):
    told = ask("data", "split", "ml-100k", "-o", "parts", "--split", how, "--json", at=tmp_path).json
    rows = {name: list(csv.DictReader((tmp_path / "parts" / f"{name}.csv").open())) for name in ("train", "valid")}
    assert told["valid"]["ratings"] == len(rows["valid"])
    assert abs(len(rows["valid"]) - held_out) <= 5
    assert len(rows["train"]) + len(rows["valid"]) == 100_000
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["train.csv", "valid.csv"]


def test_split_as_published(ask, ml_100k_zip, tmp_path):
    if ml_100k_zip is None:
        pytest.skip("the mirror of ml-100k has no published folds")
    done = ask("data", "split", "ml-100k", "-o", "u1", "--split", "u1", at=tmp_path)
    assert "u1/valid.csv  20,000 ratings" in done.out


def test_split_files_read_back(ask, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars"]
    assert ask("data", "split", "ratings.csv", "-o", "parts", *columns, at=books).code == 0
    assert ask("data", "check", "parts/train.csv", at=books).code == 0
