"""`train SHARDS` without an engine: what was held out stays so, and the losses are those of any run on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alsoliked import Recommender
from alsoliked.cli.app import run
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.synthetic import planted_ratings


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    ratings = planted_ratings(levels=range(1, 6), seed=3).ratings
    return write_shards(ratings, tmp_path_factory.mktemp("sharded") / "shards", n_shards=4, block=64)


def test_losses_are_those_of_the_loop_that_engines_are_held_against(
    shards: Shards, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"train {shards.folder} -o {tmp_path / 'here'} --epochs 2 --n-factors 4 --bs 64 --lr .01 --wd .1 --seed 7"
    assert run([*words.split(), "--json"]) == 0
    printed, talk = capsys.readouterr()
    assert "training dot_bias here, 64 ratings a batch" in talk
    rows = tmp_path / "rows"
    rows.mkdir()
    options = {"n_factors": 4, "y_range": (0.0, 5.5)}
    history = alone(
        Settings(
            model="dot_bias",
            options=options,
            shards=str(shards.folder),
            work=str(rows),
            epochs=2,
            lr=0.01,
            wd=0.1,
            bs=64,
            seed=7,
        )
    )
    for ours, theirs in zip(json.loads(printed)["history"], history, strict=True):
        assert (ours["train_loss"], ours["valid_loss"]) == (theirs.train_loss, theirs.valid_loss)
    rec = Recommender.load(tmp_path / "here")
    assert rec.held_out_ is not None
    assert len(rec.held_out_) == sum(shards.sizes["valid"])
    assert "engine" not in rec.manifest_["about"]
    assert {path.name for path in tmp_path.iterdir()} == {"here", "rows"}


def test_other_models_learn_from_the_same_part(
    shards: Shards, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", str(shards.folder), "-o", str(tmp_path / "als"), "--model", "als", "--epochs", "2", "--json"]
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["report"]["held_out"]["ratings"] == sum(shards.sizes["valid"])
    assert len(Recommender.load(tmp_path / "als").train_ratings) == sum(shards.sizes["train"])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--patience 2", "has no option 'patience' on shards or an engine; its options there are: n_factors"),
        ("--valid-pct 0.5", "was made with 0.2; leave it out"),
        ("--model als --valid-pct 0.5", "was made with 0.2; leave it out"),
        ("--user reader", "--user reader says how to read ratings, and"),
        ("--split time", "--split time came; shards say themselves what is held out"),
        ("--bs 63", "--bs 63 came, expected a multiple of the 4 shards; the nearest is 64."),
        ("--y-range 2,6", "cannot reach ratings from 1 to 5"),
        ("--resume", "--resume is about --engine"),
    ],
)
def test_what_was_settled_when_they_were_made_is_refused(
    shards: Shards, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: str, said: str
) -> None:
    assert run(["train", str(shards.folder), "-o", str(tmp_path / "x"), *flags.split()]) == 1
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_shards_that_are_not_whole_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "half" / "ratings" / "part=train").mkdir(parents=True)
    assert run(["train", str(tmp_path / "half"), "-o", str(tmp_path / "x")]) == 1
    assert "holds ratings that are not all written; ingest" in capsys.readouterr().err
