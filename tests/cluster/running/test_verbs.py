"""The verbs with --engine, from a file of ratings to lists: what a user types, and what comes back."""

import json

import numpy as np
import polars as pl
import pytest

from alsoliked import Recommender
from alsoliked.cli.app import run
from alsoliked.data.synthetic import planted_ratings

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with planted ratings under names of one's own."""
    folder = tmp_path_factory.mktemp("verbs")
    ratings = planted_ratings(levels=range(1, 6), seed=3).ratings
    columns = {"reader": ratings.users.decode(ratings.user_index), "book": ratings.items.decode(ratings.item_index)}
    pl.DataFrame({**columns, "stars": ratings.rating}).write_parquet(folder / "ratings.parquet")
    return folder


@pytest.fixture
def ask(place, monkeypatch, capsys):
    def ask(line):
        monkeypatch.chdir(place)
        code = run(line.split())
        return code, *capsys.readouterr()

    return ask


NAMED = "--user reader --item book --rating stars"


@pytest.fixture
def solved(ask, place, spark):  # noqa: ARG001  the session that the command finds open
    """A bundle that Spark solved; the session is the one that is there."""
    if not (place / "als").exists():
        code, _, talk = ask(f"train ratings.parquet -o als --engine spark --model als --epochs 2 --n-factors 4 {NAMED}")
        assert code == 0, talk
        assert "solving als by Spark in 2 passes" in talk
        assert talk.endswith("saved to als\n")
    return place / "als"


def test_what_spark_trained_is_an_ordinary_bundle(solved, place):
    rec = Recommender.load(solved)
    assert rec.get_params()["model"] == "als"
    assert rec.manifest_["about"]["shards"] == "als.work/shards"
    assert len(rec.recommend(rec.train_ratings.users.decode([0])[0], n=3).items) == 3
    assert sorted(path.name for path in (place / "als.work").iterdir()) == ["job.json", "shards"]


def test_lists_for_everybody_are_those_made_here(solved, ask, place):
    code, printed, _ = ask("recommend als --all -n 4 --engine spark --out lists --json")
    assert code == 0
    wanted = Recommender.load(solved).recommend_many(n=4)
    assert json.loads(printed)["lines"] == len(wanted)
    written = pl.read_parquet(place / "lists" / "*.parquet").sort("user", "rank")
    wanted = wanted.sort("user", "rank")
    assert written["item"].to_list() == wanted["item"].to_list()
    np.testing.assert_allclose(written["score"], wanted["score"], rtol=1e-5)


@pytest.mark.usefixtures("solved")
def test_it_is_measured_by_the_executors_as_it_is_here(ask):
    (code, there, _), (_, here, _) = ask("evaluate als --engine spark --json"), ask("evaluate als --json")
    assert code == 0
    both = [json.loads(text)["figures"]["als"] for text in (there, here)]
    for metric in ("rmse", "mae", "ndcg@10", "coverage"):
        assert both[0][metric]["value"] == pytest.approx(both[1][metric]["value"], rel=1e-6)


@pytest.mark.usefixtures("solved")
def test_shards_are_used_again_and_gradients_need_no_spark(ask, place):
    code, printed, talk = ask(
        "train als.work/shards -o bias --engine torchrun --workers 1 --epochs 2 --n-factors 4 --json"
    )
    assert code == 0, talk
    assert "using the shards in als.work/shards" in talk
    assert (place / "als.work" / "shards" / "manifest.json").is_file()
    told = json.loads(printed)
    assert [epoch["epoch"] for epoch in told["history"]] == [0, 1]
    assert told["history"][1]["train_loss"] < told["history"][0]["train_loss"]
    assert told["report"]["figures"]["dot_bias"]["rmse"]["value"] > 0


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train als.work/shards -o x --engine torchrun --shards 4", "was made with 16; leave it out"),
        ("train als.work/shards -o x --engine torchrun --valid-pct 0.5", "was made with 0.2; leave it out"),
        ("train als.work/shards -o x --engine torchrun --user reader", "holds them read; leave it out"),
        ("train als.work/shards -o x --engine torchrun --workers 17", "expected at most 16: one shard each"),
        ("train als.work/shards -o x --engine torchrun --bs 100", "--bs 100"),
        ("train als -o x --engine torchrun", "is not a manifest of shards"),
        ("recommend als --all --engine spark", "pass --out with a folder or postgresql://"),
        ("recommend als --all --engine spark --out x --table t", "--table names a table in a database"),
        ("recommend als --all --engine spark --out x --exclude 1", "--exclude has no effect on --engine"),
        ("recommend als --all --engine torchrun --out x", "--engine torchrun trains; lists are made by spark"),
        ("recommend als --all --out x", "--out is about --engine"),
        ("recommend als 1 --engine spark --out x", "pass --all, or leave --engine out"),
        ("evaluate als --engine spark --per-user", "--per-user has no effect on --engine"),
        ("evaluate als more.csv --engine spark", "DATA has no effect on --engine"),
        ("evaluate als --engine torchrun", "--engine torchrun trains; measurements are made by spark"),
    ],
)
def test_one_line_says_what_is_wrong(ask, line, said):
    code, printed, talk = ask(line)
    last = talk.splitlines()[-1]
    assert (code, printed) == (1, "")
    assert last.startswith("alsoliked: ")
    assert said in last
