"""USearch: the file is read back, searched, and finds what looking at everything finds."""

import json
import sys

import numpy as np
import polars as pl
import pytest
from usearch.index import Index

from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.export import to_usearch


def test_a_list_from_the_file_alone(fits, tmp_path):
    rec = fits("als implicit")
    written = to_usearch(rec, tmp_path / "index")
    index = Index.restore(tmp_path / "index" / "items.usearch")
    users, items = (pl.read_parquet(tmp_path / "index" / f"{side}.parquet") for side in ("users", "items"))
    assert written.recall == 1
    assert written.held > 0.99
    for user in (1000, 1057, 1119):
        vector = users.filter(pl.col("id") == user)["vector"].to_numpy()[0]
        found = items[index.search(vector, 10).keys.astype(np.int64)]
        assert found["id"].to_list() == list(rec.recommend(user, exclude_seen=False).items)


def test_what_was_measured_stands_in_the_manifest_and_is_printed(fits, tmp_path):
    written = to_usearch(fits("als"), tmp_path / "index", directions=8)
    manifest = json.loads((tmp_path / "index" / "manifest.json").read_text())
    assert manifest["index"]["metric"] == "ip"
    assert manifest["index"]["length"] == written.length == 8
    held = {"in_10": written.held, "in_50": written.held_in_50}
    assert manifest["measured"] == {"recall_at_10": written.recall, "held": held}
    assert 0.3 < written.held < written.held_in_50
    said = f"of the model's own list of ten, {np.floor(written.held * 1000) / 10:.1f} % stand in the first ten"
    assert said in str(written)
    assert written.to_dict()["size"] == sum(path.stat().st_size for path in (tmp_path / "index").iterdir())
    again = to_usearch(fits("als").reranked("popularity", 0.5), tmp_path / "index", directions=8)
    assert "those by the vectors are not" in str(again)


def test_every_option_changes_the_index(fits, tmp_path):
    made = {}
    for name, options in {
        "usual": {},
        "objective": {"objective": "rating"},
        "directions": {"directions": 5},
        "connectivity": {"connectivity": 4},
        "expansion": {"expansion": 2},
    }.items():
        to_usearch(fits("als"), tmp_path / name, **options)
        manifest = json.loads((tmp_path / name / "manifest.json").read_text())["index"]
        made[name] = (tmp_path / name / "items.usearch").read_bytes(), tuple(manifest.items())
    assert len({settings for _, settings in made.values()}) == 5
    assert len({data for data, _ in made.values()}) == 5
    to_usearch(fits("als"), tmp_path / "again")
    assert (tmp_path / "again" / "items.usearch").read_bytes() == made["usual"][0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"connectivity": 1}, "connectivity=1 came, expected a whole number of at least 2"),
        ({"expansion": 0}, "expansion=0 came"),
        ({"directions": -1}, "directions=-1 came"),
        ({"objective": "choices"}, "objective='choices' is unknown"),
    ],
)
def test_unfit_options_are_refused(fits, tmp_path, options, message):
    with pytest.raises(OptionError, match=message):
        to_usearch(fits("als"), tmp_path / "index", **options)
    assert not any(tmp_path.iterdir())


def test_without_usearch_the_extra_is_named(fits, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(MissingExtraError, match=r"needs usearch: pip install 'alsoliked\[export\]'"):
        to_usearch(fits("als"), tmp_path / "index")
