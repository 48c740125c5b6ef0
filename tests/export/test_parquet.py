"""Parquet: anybody can compute the predictions from the tables and the formula beside them."""

import json

import numpy as np
import polars as pl
import pytest

from alsoliked.errors import OptionError
from alsoliked.export import to_parquet

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")
KINDS = ("global_mean", "damped_bias", "dot", "dot_bias", "als", "bayes", "hybrid", "blend")


def predicted(folder, pairs):
    """Follow the manifest, knowing nothing of this package."""
    about = json.loads((folder / "manifest.json").read_text())
    users, items = (pl.read_parquet(folder / f"{side}.parquet") for side in ("users", "items"))
    joined = pairs.join(users, left_on="user", right_on="id").join(items, left_on="item", right_on="id")
    score = about["global_bias"] + joined["bias"].to_numpy() + joined["bias_right"].to_numpy()
    if about["n_factors"]:
        score = score + (joined["factors"].to_numpy() * joined["factors_right"].to_numpy()).sum(axis=1)
    if about["y_range"] is None:
        return score
    low, high = about["y_range"]
    return low + (high - low) / (1 + np.exp(-score))


@pytest.mark.parametrize("kind", KINDS)
def test_the_formula_gives_the_predictions(fits, world, tmp_path, kind):
    rec = fits(kind)
    written = to_parquet(rec, tmp_path / "tables")
    pairs = world.to_frame().select("user", "item").head(400)
    found = predicted(tmp_path / "tables", pairs)
    assert found == pytest.approx(rec.predict(pairs["user"], pairs["item"]), abs=1e-5)
    assert dict(written.rows) == {"users": 120, "items": 70}
    assert str(written).startswith(f"wrote {tmp_path}/tables: 120 users, 70 items; vectors of {written.length}; 0.0 MB")


def test_the_tables_say_who_is_who(fits, world, tmp_path):
    to_parquet(fits("als"), tmp_path / "tables")
    users, items = (pl.read_parquet(tmp_path / "tables" / f"{side}.parquet") for side in ("users", "items"))
    assert users.schema == {
        "index": pl.Int64,
        "id": pl.Int64,
        "count": pl.Int64,
        "bias": pl.Float32,
        "factors": pl.Array(pl.Float32, 6),
    }
    assert items["id"].to_list() == world.items.ids.to_list()
    assert items["title"].to_list() == world.item_table.sort("item")["title"].to_list()
    assert items["count"].to_list() == world.counts_by_item().tolist()


def test_choice_alone_is_told_from_ratings(fits, tmp_path):
    written = to_parquet(fits("als implicit"), tmp_path / "tables")
    about = json.loads((tmp_path / "tables" / "manifest.json").read_text())
    assert about["score"] == "choice"
    assert about["formula"] == "choice = global_bias + user.bias + item.bias + user.factors · item.factors"
    assert written.query == about["sql"]
    assert "list_dot_product(u.factors, i.factors) AS choice" in about["sql"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("net", "are no product of two vectors, so a table cannot hold them; export --to onnx"),
        ("dot_bias levels", "are no product of two vectors"),
        ("blend of all", "a member of this blend is a net, or squeezes its ratings"),
        ("ease", "predicts no ratings and has no factors"),
        ("popular", "predicts no ratings and has no factors"),
    ],
)
def test_what_no_table_can_hold_is_refused(fits, tmp_path, kind, message):
    with pytest.raises(OptionError, match=message):
        to_parquet(fits(kind), tmp_path / "tables")
    assert not any(tmp_path.iterdir())
