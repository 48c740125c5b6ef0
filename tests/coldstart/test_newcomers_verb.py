"""alsoliked newcomers, as somebody types it."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alsoliked import Recommender
from alsoliked.cli.app import run
from alsoliked.data.synthetic import planted_ratings


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    planted = planted_ratings(80, 50, n_factors=2, density=0.6, noise=0.5, seed=3)
    ids = planted.ratings.items.ids
    kind = np.where(planted.item_bias > 0, "good", "bad")[ids.to_numpy()]
    told = planted.ratings.with_tables(item_table=pl.DataFrame({"item": ids, "kind": kind}))
    return Recommender("als", n_factors=2).fit(told).save(tmp_path_factory.mktemp("newcomers") / "bundle")


def test_it_measures_learns_and_saves(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "with columns"
    asked = ["newcomers", str(bundle), "--of", "items", "--folds", "2", "--how", "linear", "--json", "-o", str(out)]
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["given"] for row in told["newcomers"]["medians"]] == [0, 1, 5, 20]
    assert {row["column"] for row in told["columns"]["columns"]} == {"kind"}
    learned = Recommender.load(out).fitted.item_columns
    assert learned is not None
    assert learned.columns.names == ("kind",)


def test_without_a_table_there_is_the_protocol_alone(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["newcomers", str(bundle), "--folds", "2"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("80 new users")
    assert "no table of users" in shown.err
    assert run(["newcomers", str(bundle), "--folds", "0"]) == 1
    assert "no table of users" in capsys.readouterr().err
    assert run(["newcomers", str(bundle), "--folds", "1"]) == 1
    assert "--folds 1 came" in capsys.readouterr().err
