"""Bringing a bundle up to date, as a user types it."""

import json
import shutil

COLUMNS = ("--user", "reader", "--item", "book", "--rating", "stars")


def test_update_replaces_the_bundle_and_says_what_is_new(ask, books):
    assert ask("train", "ratings.csv", "-o", "b", "--model", "als", *COLUMNS, at=books).code == 0
    shutil.copytree(books / "b", books / "old")
    first = (books / "ratings.csv").read_text().splitlines()
    book = first[1].split(",")[first[0].split(",").index("book")]
    (books / "newer.csv").write_text(f"reader,book,stars\nnobody,{book},5\nnobody,brand-new,4\n")
    done = ask("update", "b", "newer.csv", *COLUMNS, "--json", at=books)
    assert done.code == 0
    said = done.json
    assert (said["new_users"], said["new_items"], said["new_ratings"], said["changed_ratings"]) == (1, 1, 2, 0)
    assert ask("recommend", "b", "nobody", "-n", 1, at=books).code == 0
    about = json.loads((books / "b/manifest.json").read_text())["about"]
    assert about["updates"] == ["newer.csv"]
    assert about["metrics"]["subject"] == "als"
    other = ask("update", "old", "newer.csv", *COLUMNS, "-o", "new", at=books)
    assert "new users                1" in other.out
    assert "saved to new" in other.err
    assert ask("recommend", "old", "nobody", at=books).code == 1  # it stays as it was


def test_update_refuses_in_one_line(ask, work):
    (work / "off.csv").write_text("user,item,rating,timestamp\n1,1,77,0\n")
    done = ask("update", "runs/first", "off.csv", "-o", "else", at=work)
    assert done.code == 1
    assert done.err.splitlines()[-1].endswith(
        "rating 77 is off the scale; expected ratings from 1 to 5, which the model knows."
    )
    assert not (work / "else").exists()
