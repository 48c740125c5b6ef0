"""Bundles answer where PyTorch is not installed: the same to the last bit; what needs it says so in one line.

This file is also what the process without PyTorch runs: it asks every bundle of a folder and prints what came.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import AlsolikedError, Ratings, read_ratings
from alsoliked.data.synthetic import planted_ratings

# Any import of torch fails as if it were not there, and is noted.
PRELUDE = """
import runpy, sys
tried = []
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            tried.append(name)
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Missing())
import polars  # it looks whether torch is there, and imports nothing
tried.clear()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], init_globals={"TRIED": tried}, run_name="__main__")
"""
FEW = {"n_factors": 3}
BUNDLES: dict[str, tuple[str, dict[str, Any]]] = {
    "als": ("als", FEW),
    "clicks": ("als", {**FEW, "feedback": "implicit"}),
    "dot": ("dot", {**FEW, "epochs": 2}),
    "dot_bias": ("dot_bias", {**FEW, "epochs": 2}),
    "levels": ("dot_bias", {**FEW, "epochs": 2, "loss": "cross_entropy"}),
    "bayes": ("bayes", {**FEW, "samples": 4, "burn_in": 1}),
    "ordinal": ("bayes", {**FEW, "samples": 4, "burn_in": 1, "likelihood": "ordinal"}),
    "ease": ("ease", {}),
    "popular": ("popular", {}),
    "damped_bias": ("damped_bias", {}),
    "global_mean": ("global_mean", {}),
    "hybrid": ("hybrid", {**FEW, "epochs": 2}),
    "net": ("net", {"layers": [6, 4], "epochs": 2, "columns": "all"}),
    "net_levels": ("net", {"layers": [6], "epochs": 2, "loss": "cross_entropy", "batch_norm": False}),
    "blend": ("blend", {"of": ["als:n_factors=3", "net:layers=6,epochs=2"]}),
}
PYTORCH = "needs PyTorch; install it with: pip install 'alsoliked[train]'."


def planted() -> Ratings:
    """Ratings 1 to 5 of 40 users and 30 items, with a table of each."""
    ratings = planted_ratings(40, 30, n_factors=2, density=0.4, noise=0.5, seed=1, levels=range(1, 6)).ratings
    users = pl.DataFrame({"user": ratings.users.ids, "job": ["cook", "nurse"] * 20})
    kinds = [["a", "b"], ["b"], ["c"]] * 10
    items = pl.DataFrame({"item": ratings.items.ids, "title": [f"Item {n}" for n in range(30)], "genres": kinds})
    return replace(ratings, user_table=users, item_table=items)


def plain(value: object) -> Any:
    """Whatever an answer is, as JSON has it; a float32 comes through unchanged."""
    for way in ("to_dict", "to_dicts", "tolist"):
        if hasattr(value, way) and not (way == "to_dict" and isinstance(value, (pl.DataFrame, pl.Series))):
            return plain(getattr(value, way)())
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def interviewed(rec: Any) -> list[object]:
    """The first question, and the list after an answer to it."""
    begun = rec.interview()
    return [begun.question.items, begun.answered(begun.question.items[0], 4.0).recommend(3).to_dict()]


def questions(rec: Any) -> dict[str, Callable[[], object]]:
    """Everything that is asked of a bundle, by name."""
    given, users, items = {2: 5.0, 7: 1.0, 11: 4.0}, [1, 2, 3], [4, 5, 6]
    some, answers = np.array([1, 2, 3]), rec.fitted
    return {
        "predict": lambda: rec.predict(users, items),
        "with_std": lambda: rec.predict(users, items, with_std=True),
        "distribution": lambda: rec.predict_distribution(users, items),
        "recommend": lambda: rec.recommend(3, n=5),
        "stranger": lambda: rec.recommend(given=given, n=5),
        "explore": lambda: rec.recommend(3, n=5, explore=0.4),
        "reranked": lambda: rec.reranked("popularity", 0.5).recommend(3, n=5),
        "unknown": lambda: rec.recommend(999, n=5, on_unknown="typical"),
        "similar_items": lambda: rec.similar_items(4, n=5),
        "similar_users": lambda: rec.similar_users(4, n=5),
        "explain": lambda: rec.explain(given=given, item=4),
        "everybody": lambda: rec.recommend_many(n=3),
        "first_list": lambda: rec.first_list(5),
        "typical_users": lambda: str(rec.typical_users(2)),
        "interview": lambda: interviewed(rec),
        "item_bias": rec.item_bias,
        "user_bias": rec.user_bias,
        "components": lambda: rec.components(2, method="robust").table,
        "new_item": lambda: answers.fold_in_item(some, np.float32([4, 5, 1])).row,
        "top": lambda: answers.top(some, 3),
    }


def asked(folder: Path) -> dict[str, Any]:
    """Load a bundle and ask it everything; what it refuses is an answer too."""
    from alsoliked import Recommender

    found = {}
    for name, question in questions(Recommender.load(folder)).items():
        try:
            found[name] = plain(question())
        except (AlsolikedError, AttributeError) as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


def commanded(*line: str) -> list[object]:
    """Run one command line: exit code, stdout, stderr."""
    from alsoliked.cli.app import run

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(line)
    return [code, out.getvalue(), err.getvalue()]


def read_by_command(folder: Path) -> dict[str, list[object]]:
    """The commands that only read, and one that fits what needs no torch."""
    bundle, data = str(folder / "als"), str(folder / "new.csv")
    lines = {
        "recommend": ("recommend", bundle, "3", "--why"),
        "similar": ("similar", bundle, "4"),
        "first": ("first", bundle),
        "interview": ("interview", bundle, "--json"),
        "inspect": ("inspect", bundle, "--min-count", "5"),
        "typical": ("typical", bundle, "--tastes", "2"),
        "evaluate": ("evaluate", bundle, data),
        "train": ("train", data, "-o", str(folder / "popular_anew"), "--model", "popular"),
    }
    return {name: commanded(*line) for name, line in lines.items()}


def refused(folder: Path) -> dict[str, Any]:
    """What needs PyTorch, and what it says without it."""
    from alsoliked import Recommender

    rec, new = Recommender.load(folder / "als"), read_ratings(folder / "new.csv")
    tasks: dict[str, Callable[[], object]] = {
        "fit": lambda: Recommender("als").fit(rec.train_ratings),
        "update": lambda: rec.update(new),
        "forget": lambda: rec.forget_user(3),
        "attributes": lambda: rec.fit_attributes(users="all"),
        "chapter": lambda: import_module("alsoliked.chapter"),
    }
    said = {}
    for name, task in tasks.items():
        with pytest.raises(ImportError) as caught:
            task()
        said[name] = f"{caught.type.__name__}: {caught.value}"
    bundle, data, out = str(folder / "als"), str(folder / "missing.csv"), str(folder / "out")
    lines = {"train": ("train", data, "-o", out), "updated": ("update", bundle, data, "-o", out)}
    lines |= {"compare": ("compare", data), "audit": ("audit", bundle)}
    return said | {name: commanded(*line) for name, line in lines.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of each kind, and a table of ratings."""
    from alsoliked import Recommender

    place, ratings = tmp_path_factory.mktemp("bundles"), planted()
    for name, (model, options) in BUNDLES.items():
        rec = Recommender(model, seed=3, **options)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)  # so short a training comes to little
            rec.fit(ratings)
        rec.save(place / name)
    new = pl.DataFrame({"user": [1, 2, 3] * 4, "item": [*range(12)], "rating": [1, 2, 3, 4, 5, 4] * 2})
    new.write_csv(place / "new.csv")
    return place


@pytest.fixture(scope="module")
def without(folder: Path) -> dict[str, Any]:
    """What a process says in which torch cannot be imported."""
    line = [sys.executable, "-W", "ignore", "-c", PRELUDE, __file__, str(folder)]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_answers_the_same(name: str, folder: Path, without: dict[str, Any]) -> None:
    here = json.loads(json.dumps(asked(folder / name)))  # in this process models were fitted with PyTorch
    assert without["answers"][name] == here
    assert [said for said in here.values() if "PyTorch" in str(said)] == []


@pytest.mark.parametrize(
    "verb", ["recommend", "similar", "first", "interview", "inspect", "typical", "evaluate", "train"]
)
def test_a_command_that_reads_works(verb: str, without: dict[str, Any]) -> None:
    code, out, err = without["read"][verb]
    assert code == 0, err
    assert out


def test_reading_never_tries_to_import_torch(without: dict[str, Any]) -> None:
    assert without["tried"] == []


@pytest.mark.parametrize("task", ["fit", "update", "forget", "attributes", "chapter"])
def test_what_needs_torch_says_so(task: str, without: dict[str, Any]) -> None:
    said = without["refused"][task]
    assert said.startswith("MissingExtraError: ")
    assert said.endswith(PYTORCH)


@pytest.mark.parametrize("verb", ["train", "updated", "compare", "audit"])
def test_a_command_that_needs_torch_says_so_before_it_reads(verb: str, without: dict[str, Any]) -> None:
    code, out, err = without["refused"][verb]
    assert (code, out) == (1, "")
    assert err.count("\n") == 1  # its data are not there, and it does not come to that
    assert err.rstrip().endswith(PYTORCH)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    whole: dict[str, Any] = {"answers": {name: asked(place / name) for name in BUNDLES}, "read": read_by_command(place)}
    whole["tried"] = list(TRIED)  # type: ignore[name-defined]  # noqa: F821  the prelude's
    json.dump(whole | {"refused": refused(place)}, sys.stdout)
