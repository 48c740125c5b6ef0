"""The verb export: what it writes and says, what it refuses, what an interruption leaves."""

import json

import polars as pl
import pytest

from alsoliked import Recommender
from alsoliked.data.synthetic import planted_ratings


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with a bundle in it."""
    at = tmp_path_factory.mktemp("shop")
    Recommender("als", n_factors=4).fit(planted_ratings(60, 40, density=0.4, seed=1).ratings).save(at / "model")
    return at


@pytest.mark.parametrize(
    ("to", "files"),
    [
        ("parquet", {"users.parquet", "items.parquet"}),
        ("onnx", {"users.parquet", "items.parquet", "pairs.onnx", "rows.onnx"}),
        ("usearch", {"users.parquet", "items.parquet", "items.usearch"}),
    ],
)
def test_each_writes_a_folder_and_says_what(ask, shop, to, files):
    done = ask("export", "model", "--to", to, "-o", f"new/{to}", at=shop)
    assert done.code == 0
    assert done.err == ""
    assert done.out.startswith(f"wrote new/{to}: 60 users, 40 items; vectors of ")
    assert {path.name for path in (shop / "new" / to).iterdir()} == files | {"manifest.json"}
    told = ask("export", "model", "--to", to, "-o", f"new/{to}", "--json", at=shop).json
    assert told["to"] == to
    assert told["rows"] == {"users": 60, "items": 40}


def test_options_reach_the_index(ask, shop):
    flags = ["--objective", "rating", "--directions", 3, "--connectivity", 5, "--expansion", 20, "--seed", 2]
    assert ask("export", "model", "--to", "usearch", "-o", "index", *flags, at=shop).code == 0
    about = json.loads((shop / "index" / "manifest.json").read_text())["index"]
    assert (about["objective"], about["length"], about["connectivity"]) == ("rating", 3, 5)
    assert (about["expansion_search"], about["expansion_add"]) == (20, 40)
    assert pl.read_parquet(shop / "index" / "users.parquet")["vector"].dtype == pl.Array(pl.Float32, 3)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("--to parquet", "--to parquet came without -o; expected a folder to write."),
        ("--to pgvector", "--to pgvector came without --url; expected postgresql://user@host/database."),
        ("--to onnx -o x --directions 3", "--directions came and means nothing to --to onnx; leave it out."),
        ("--to pgvector --url postgresql://a/b -o x", "-o came and means nothing to --to pgvector; leave it out."),
        ("--to usearch -o x --no-seen", "--no-seen came and means nothing to --to usearch; leave it out."),
        ("--to usearch -o x --expansion 0", "--expansion 0 came, expected a whole number of at least 2."),
        (
            "--to pgvector --url postgresql://a/b --directions 2001",
            "--directions 2001 came; pgvector takes 2000 at most.",
        ),
        ("--to onnx -o model", "model is there already and is no export; expected a new folder or an older export."),
        ("--to onnx -o model/manifest.json/x", "manifest.json is a file; choose another folder."),
        ("--to pgvector --url mysql://a/b", "the URL of the database cannot be read; expected postgresql://user@host"),
    ],
)
def test_refusals(ask, shop, arguments, line):
    before = sorted(shop.rglob("*"))
    done = ask("export", "model", *arguments.split(), at=shop)
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("alsoliked: ")
    assert line in done.err
    assert done.err.count("\n") == 1
    assert sorted(shop.rglob("*")) == before


def test_the_target_is_asked_for(ask, shop):
    assert ask("export", "model", at=shop).code == 2
    assert ask("export", "model", "--to", "csv", "-o", "x", at=shop).code == 2
    done = ask("export", "nothing", "--to", "onnx", "-o", "x", at=shop)
    assert done.code == 1
    assert "nothing is not there" in done.err
