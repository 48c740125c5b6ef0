"""alsoliked inspect, and similar --by: what is shown, saved and refused."""

import polars as pl
import pytest

WIDE = 100  # characters of a page


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("inspected")


def test_the_page(ask, work):
    done = ask("inspect", "runs/first", at=work)
    assert done.code == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert max(len(line) for line in lines[1:]) <= WIDE
    assert lines[0].startswith("runs/first: Recommender(model='dot_bias'")
    assert any(line.startswith("Both ends among ") and "with fewer left out." in line for line in lines)
    assert [line[:2] for line in lines if "of the variance: " in line] == ["c1", "c2", "c3"]
    assert "L.A. Confidential (1997)" in done.out or "Shawshank" in done.out


def test_rare_items_are_left_out_and_said_to_be(ask, work):
    shown = ask("inspect", "runs/first", "--json", at=work).json
    assert shown["min_count"] == 20
    rows = [*shown["item bias"]["lowest"], *shown["item bias"]["highest"], *shown["components"]["ends"]]
    assert min(row["count"] for row in rows) >= 20
    every = ask("inspect", "runs/first", "--min-count", 1, "--json", at=work).json
    assert every["left_out"] == 0
    assert shown["left_out"] > 500
    assert every["item bias"]["lowest"] != shown["item bias"]["lowest"]
    assert set(every["item bias"]["lowest"][0]) == {"item", "title", "bias", "width", "count"}


def test_few_ratings_ask_for_less(ask, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars", "--epochs", "2"]
    assert ask("train", "ratings.csv", "-o", "b", *columns, at=books).code == 0
    done = ask("inspect", "b", "-n", 3, at=books)
    assert "with at least 10 ratings (few have 20)" in done.out
    assert "c1, " in done.out
    assert ": not looked for: " in done.out
    assert "Both ends among 0 items" in ask("inspect", "b", "--min-count", 20, at=books).out


def test_every_flag_changes_the_page(ask, work):
    plain = ask("inspect", "runs/first", at=work).out
    for flags in (
        "-n 3",
        "--components 2",
        "--of users",
        "--method robust",
        "--method varimax",
        "--maps",
        "--clusters",
    ):
        done = ask("inspect", "runs/first", *flags.split(), at=work)
        assert done.code == 0, flags
        assert done.out != plain, flags
    users = ask("inspect", "runs/first", "--of", "users", "--json", at=work).json
    assert "user" in users["user bias"]["lowest"][0]
    assert users["components"]["of"] == "users"
    robust = ask("inspect", "runs/first", "--method", "robust", at=work).out
    assert "Principal component pursuit converged after" in robust


def test_maps_and_clusters(ask, work):
    done = ask("inspect", "runs/first", "--maps", "--clusters", at=work)
    for title in (
        "the farthest of each quadrant",
        "close to an axis",
        "farthest from the origin",
        "Clusters of the 40",
    ):
        assert title in done.out
    assert max(len(line) for line in done.out.splitlines()[1:]) <= WIDE
    told = ask("inspect", "runs/first", "--maps", "--clusters", "--json", at=work).json
    assert {row["quadrant"] for row in told["components"]["quadrants"]} >= {"high c1, high c2", "low c1, low c2"}
    assert len(told["cluster items"]) == 40
    assert len(told["components"]["distances"]) == 10


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_are_saved_whole(ask, work, folder, kind):
    place = folder / kind
    done = ask("inspect", "runs/first", "--save", place, "--format", kind, "--clusters", at=work)
    assert done.code == 0
    assert f"11 tables are in {place}" in done.err
    assert {path.suffix for path in place.iterdir()} == {f".{kind}"}
    read = pl.read_csv if kind == "csv" else pl.read_parquet
    places = read(place / f"components.{kind}")
    assert places.columns == ["item", "title", "c1", "c2", "c3", "count"]
    assert places.height > 1500
    assert read(place / f"item_bias.{kind}").height == places.height
    assert read(place / f"meaning.{kind}").columns == ["component", "kind", "against", "r", "low", "high", "n", "p"]


def test_models_that_lack_something(ask, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars"]
    for model, shows, hides in (("popular", "no biases and no factors", "c1"), ("damped_bias", "±", "c1")):
        ask("train", "ratings.csv", "-o", model, "--model", model, *columns, at=books)
        out = ask("inspect", model, at=books).out
        assert shows in out
        assert f"\n{hides}" not in out
    refused = ask("inspect", "damped_bias", "--components", 2, at=books)
    assert (refused.code, refused.out) == (1, "")
    assert "has no factors, so no components" in refused.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("inspect runs/first --components 0", "--components 0 came, expected at least 1"),
        ("inspect runs/first --min-count 0", "--min-count 0 came"),
        ("inspect runs/first --format parquet", "has no effect without --save"),
        ("inspect runs/first --of users --clusters", "has no effect with --of users"),
        ("inspect runs/first --save runs/first/manifest.json", "is a file; choose another folder"),
        ("similar runs/first 196 --user --by dot", "has no effect with --user"),
    ],
)
def test_refused_in_one_line(ask, work, line, says):
    done = ask(*line.split(), at=work)
    assert (done.code, done.out) == (1, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_near_by_angle_and_by_dot_product(ask, work):
    star_wars = ["similar", "runs/first", "50", "-n", 5, "--min-count", 50, "--json"]
    angle, dot = (ask(*star_wars, "--by", by, at=work).json for by in ("cosine", "dot"))
    assert [row["cosine"] for row in angle] == sorted((row["cosine"] for row in angle), reverse=True)
    assert [row["dot"] for row in dot] == sorted((row["dot"] for row in dot), reverse=True)
    assert angle != dot
    assert "Empire Strikes Back, The (1980)" in [row["title"] for row in angle]
    plain = ask(*star_wars, at=work).json
    assert [row["item"] for row in plain["items"]] == [row["item"] for row in angle]
