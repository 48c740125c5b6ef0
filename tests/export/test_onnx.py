"""ONNX: the graphs say in onnxruntime what the models say here."""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import polars as pl
import pytest

from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.export import onnx_files, to_onnx

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")
KINDS = (
    *("global_mean", "damped_bias", "dot", "dot_bias", "als", "bayes", "bayes ordinal", "hybrid", "dot levels"),
    *("dot_bias levels", "net", "net levels", "net columns", "net plain", "blend", "blend of all"),
)


def ask(folder, name, **given):
    return onnxruntime.InferenceSession(folder / name).run(None, given)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_model_that_predicts_gives_the_same_ratings(fits, tmp_path, kind):
    rec = fits(kind)
    written = to_onnx(rec, tmp_path / "scorer")
    assert written.difference < 1e-5
    folder, rng = tmp_path / "scorer", np.random.default_rng(0)
    ids = {side: pl.read_parquet(folder / f"{side}.parquet") for side in ("users", "items")}
    users, items = rng.integers(120, size=300), rng.integers(70, size=300)
    assert ids["users"]["index"].to_list() == list(range(120))
    expected = rec.predict(ids["users"]["id"].gather(users), ids["items"]["id"].gather(items))
    found = ask(folder, "pairs.onnx", users=users, items=items)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-5)
    answers = rec.fitted
    stranger = answers.fold_in(np.array([3, 9, 30]), np.float32([5, 1, 4])).row
    rows = np.stack([stranger, *answers.rating.user_rows[:2]]).astype(np.float32)
    expected = np.concatenate([answers.rating.rows(rows[:1]), answers.rating.users(np.arange(2))])
    assert ask(folder, "rows.onnx", rows=rows) == pytest.approx(expected, abs=1e-5)


def test_one_pair_and_none(fits, tmp_path):
    to_onnx(fits("dot_bias"), tmp_path / "scorer")
    one = np.array([5])
    assert ask(tmp_path / "scorer", "pairs.onnx", users=one, items=one).shape == (1,)
    assert ask(tmp_path / "scorer", "pairs.onnx", users=one[:0], items=one[:0]).shape == (0,)


def test_choice_alone_gives_scores(fits, tmp_path):
    rec = fits("als implicit")
    to_onnx(rec, tmp_path / "scorer")
    session = onnxruntime.InferenceSession(tmp_path / "scorer" / "pairs.onnx")
    assert [output.name for output in session.get_outputs()] == ["scores"]
    users, items = np.array([3, 80]), np.array([69, 0])
    found = session.run(["scores"], {"users": users, "items": items})[0]
    assert found == pytest.approx(rec.fitted.choice.pairs(users, items), abs=1e-5)


@pytest.mark.parametrize("kind", ["ease", "popular"])
def test_what_predicts_nothing_is_refused(fits, tmp_path, kind):
    with pytest.raises(OptionError, match="predicts no ratings, so there is no scorer to write"):
        to_onnx(fits(kind), tmp_path / "scorer")
    assert not any(tmp_path.iterdir())


def test_graphs_are_valid_and_say_what_they_are(fits, tmp_path):
    to_onnx(fits("als"), tmp_path / "scorer")
    for name, inputs in (("pairs.onnx", ["users", "items"]), ("rows.onnx", ["rows"])):
        model = onnx.load(tmp_path / "scorer" / name)
        onnx.checker.check_model(model, full_check=True)
        assert [one.name for one in model.graph.input] == inputs
        assert {one.key: one.value for one in model.metadata_props} == {"n_users": "120", "n_items": "70"}
    manifest = json.loads((tmp_path / "scorer" / "manifest.json").read_text())
    assert (manifest["export"], manifest["output"], manifest["row_size"]) == ("onnx", "ratings", 7)
    assert manifest["model"]["model"] == "als"


def test_arrays_too_large_for_one_file_lie_beside_it(fits, tmp_path, monkeypatch):
    to_onnx(fits("net"), tmp_path / "one")
    monkeypatch.setattr(onnx_files, "LARGEST", 2000)
    to_onnx(fits("net"), tmp_path / "two")
    assert (tmp_path / "two" / "pairs.onnx.data").stat().st_size > 2000
    pairs = {"users": np.arange(70), "items": np.arange(70)}
    assert (ask(tmp_path / "two", "pairs.onnx", **pairs) == ask(tmp_path / "one", "pairs.onnx", **pairs)).all()
    rows = fits("net").fitted.rating.user_rows[:2]
    assert (ask(tmp_path / "two", "rows.onnx", rows=rows) == ask(tmp_path / "one", "rows.onnx", rows=rows)).all()


def test_the_same_model_makes_the_same_files(fits, tmp_path):
    for place in ("one", "two"):
        to_onnx(fits("net"), tmp_path / place)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_without_onnx_the_extra_is_named(fits, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"an ONNX graph needs onnx: pip install 'alsoliked\[export\]'"):
        to_onnx(fits("als"), tmp_path / "scorer")
