"""What the command line does for those of whom little is known, or nothing, and for those who leave."""

import json
import shutil

import pytest


def test_first_from_a_bundle_from_ratings_and_from_a_table(ask, work, books):
    assert ask("first", "runs/first", "-n", 2, "--by", "popular", at=work).out.count("\n") == 4
    assert len(ask("first", "ratings.csv", "--by", "popular", "-n", 2, "--json", at=books).json["items"]) == 2
    (books / "mine.csv").write_text("user,item,rating\n1,a,5\n2,a,4\n2,b,5\n")
    assert ask("first", "mine.csv", "--by", "popular", "--json", at=books).json["items"][0]["item"] == "a"
    (books / "catalogue.csv").write_text(
        "movieId,Title,Year,genres\n1,A,2001,War|Drama\n2,B,2003,War\n3,C,1999,Comedy\n"
    )
    listed = ask("first", "catalogue.csv", "--by", "newest", "--json", at=books).json["items"]
    assert [one["title"] for one in listed] == ["B", "A", "C"]
    varied = ask("first", "catalogue.csv", "--by", "varied", "-n", 2, "--json", at=books).json["items"]
    assert [one["title"] for one in varied] == ["B", "C"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("first runs/first --by best", "expected one of"),
        ("first runs/first --by picks", "go together"),
        ("first nowhere.csv", "no file or folder"),
        ("forget runs/first 99999 -o else", "not among the 943"),
        ("forget runs/first 196 -o runs", "is no bundle"),
        ("typical runs/first --tastes 0", "at least 1"),
        ("recommend runs/first 196 --explore 2", "from 0 to 1"),
        ("recommend runs/first 196 --explore-by upper", "pass --explore"),
        ("recommend runs/first --all --explore .1", "no effect with --all"),
        ("recommend runs/first --column age=24", "has not learned"),
        ("recommend runs/first --column age", "expected NAME=VALUE"),
    ],
)
def test_refused_in_one_line(ask, work, line, says):
    done = ask(*line.split(), at=work)
    assert done.code == 1
    assert says in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_typical_says_who_and_how_well(ask, work):
    found = ask("typical", "runs/first", "--tastes", 2, "--json", at=work).json
    assert [one["kind"] for one in found["users"]] == ["mean", "medoid", "taste 1", "taste 2"]
    assert found["measured"][-1]["kind"] == "fold-in"


def test_forget_replaces_the_bundle_and_proves_it(ask, books):
    columns = ("--user", "reader", "--item", "book", "--rating", "stars")
    assert ask("train", "ratings.csv", "-o", "b", "--model", "als", *columns, at=books).code == 0
    shutil.copytree(books / "b", books / "old")
    done = ask("forget", "b", "r3", "--json", at=books)
    assert done.code == 0
    assert done.json["complete"]
    assert "nothing of user r3 is left" in done.err
    manifest = json.loads((books / "b/manifest.json").read_text())
    assert manifest["data"]["users"] == 19
    assert manifest["about"]["metrics"] != json.loads((books / "old/manifest.json").read_text())["about"]["metrics"]
    assert "r3" not in (books / "b/manifest.json").read_text()
    quick = ask("forget", "old", "r3", "--no-refit", "-o", "quick", at=books)
    assert "items learned from their ratings" in quick.err
    assert ask("recommend", "quick", "r4", "-n", 1, at=books).code == 0


def test_lists_explore_and_serve_the_typical(ask, work):
    found = ask("recommend", "runs/first", 196, "--explore", 0.5, "-n", 4, "--json", at=work).json
    assert [one["explores"] for one in found["items"]] == [False, False, True, True]
    assert all(one["width"] > 0 for one in found["items"])
    served = ask("recommend", "runs/first", 99999, "--on-unknown", "typical", "-n", 1, "--json", at=work).json
    assert served["served_by"].startswith("typical user")
