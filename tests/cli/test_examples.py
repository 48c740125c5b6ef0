"""The examples of the documentation, as a user types them; three of them in a real process."""

import csv
import io
import sqlite3


def test_train_prints_the_measure_and_tells_the_epochs(trained):
    work, done = trained
    assert "rmse" in done.out
    assert "damped_bias" in done.out
    assert "is off by" in done.out
    assert "epoch  train_loss  valid_loss     time" in done.err
    assert "saved to runs/first" in done.err
    assert sorted(p.name for p in (work / "runs").iterdir()) == ["first"]


def test_evaluate_as_json(ask, work):
    report = ask("evaluate", "runs/first", "--json", at=work).json
    assert report["subject"] == "dot_bias"
    assert set(report["figures"]) >= {"dot_bias", "damped_bias", "popular"}


def test_recommend_to_a_user(ask, work):
    found = ask("recommend", "runs/first", 196, "-n", 10, "--json", at=work).json
    assert [row["rank"] for row in found["items"]] == list(range(1, 11))
    assert all(1 <= row["rating"] <= 5 for row in found["items"])


def test_recommend_to_a_stranger_from_a_file(call, work):
    (work / "mine.csv").write_text("title,rating\nAlien (1979),5\nFargo (1996),4\n")
    done = call("recommend", "runs/first", "--given", "mine.csv", at=work)
    assert done.code == 0
    assert "fold-in of 2 ratings" in done.out
    assert "Alien (1979)" not in done.out
    assert done.err == ""


def test_similar_by_title(call, work):
    done = call("similar", "runs/first", "Silence of the Lambs, The (1991)", at=work)
    assert done.code == 0
    assert len(done.out.splitlines()) == 12


def test_train_on_a_csv_with_names_of_ones_own(ask, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars", "--epochs", "1"]
    done = ask("train", "ratings.csv", "-o", "runs/mine", *columns, at=books)
    assert done.code == 0
    assert (books / "runs/mine/manifest.json").is_file()


def test_everybody_as_csv(ask, work):
    done = ask("recommend", "runs/first", "--all", "-n", 2, at=work)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert list(rows[0]) == ["user", "rank", "item", "title", "score"]
    assert len(rows) > 1800


def test_ratings_from_a_database(ask, tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE votes (reader TEXT, book TEXT, stars REAL)")
        shop.executemany("INSERT INTO votes VALUES (?, ?, ?)", [("ann", "Dune", 4), ("bob", "Dune", 2.5)])
    shop.close()
    done = ask("data", "check", "sqlite:///shop.db", "--query", "SELECT * FROM votes", at=tmp_path)
    assert done.code == 0
    assert "2.5 to 4" in done.out
    assert "read column 'reader' as user" in done.err


def test_evaluate_on_other_ratings(ask, work):
    (work / "newer.csv").write_text("user,item,rating\n196,50,5\n196,100,4\n22,1,3\n196,no such film,3\n")
    done = ask("evaluate", "runs/first", "newer.csv", "-k", 5, "--json", at=work)
    assert done.code == 1
    assert "none of the 4 ratings" in done.err
    (work / "newer.csv").write_text("user,item,rating\n196,50,5\n196,100,4\n22,1,3\n196,99999,3\n")
    done = ask("evaluate", "runs/first", "newer.csv", "-k", 5, "--json", at=work)
    assert done.json["held_out"]["ratings"] == 3
    assert done.json["k"] == 5
    assert "1 ratings by users" in done.err


def test_a_row_for_each_user(ask, work):
    rows = ask("evaluate", "runs/first", "--per-user", "--json", at=work).json
    assert len(rows) > 900
    assert {"user", "n", "rmse"} <= set(rows[0])


def test_choosing_what_may_be_listed(ask, work):
    def items(*options):
        return [row["item"] for row in ask("recommend", "runs/first", 196, "--json", *options, at=work).json["items"]]

    usual = items()
    assert usual[0] not in items("--exclude", usual[0])
    assert sorted(items("--among", usual[3], "--among", usual[5])) == sorted([usual[3], usual[5]])
    assert items("--objective", "rating") != usual
    assert set(items("-n", 1682, "--include-seen")) > set(items("-n", 1682))


def test_why(ask, work):
    done = ask("recommend", "runs/first", 196, "-n", 2, "--why", at=work)
    assert done.out.count("your ") == 6
    found = ask("recommend", "runs/first", 196, "-n", 2, "--why", "--json", at=work).json
    assert [len(reason["moved"]) for reason in found["why"]] == [3, 3]
    assert [reason["item"] for reason in found["why"]] == [row["item"] for row in found["items"]]


def test_similar_users(ask, work):
    rows = ask("similar", "runs/first", 196, "--user", "-n", 3, "--json", at=work).json
    assert [set(row) for row in rows] == [{"user", "cosine", "count"}] * 3
