"""The examples run as they are, each in its own process, and print what they promise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

PROMISED = {
    "01_first_model.py": ("100000 ratings", "ndcg@10", "trained row", "fold-in of 3 ratings", "same list: True"),
    "02_own_ratings.py": ("60 users, 12 items, 480 ratings", "fold-in of 2 ratings"),
    "03_chapter_models.py": ("+ weight decay", "neural net", "guess the mean"),
    "04_look_inside.py": ("Good whatever one's taste", "The other end", "cosine", "what moved it most"),
}


@pytest.fixture(scope="module")
def data_home(
    ml_100k_zip: Path | None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("data-home")
    shutil.copyfile(ml_100k_zip or request.getfixturevalue("ml_100k_mirror"), folder / "ml-100k.zip")
    return folder


def _run(name: str, data_home: Path, here: Path) -> str:
    environment = {**os.environ, "ALSOLIKED_DATA": str(data_home), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(EXAMPLES / name)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONUTF8": "1"},
        cwd=here,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(here.iterdir()), "an example leaves nothing behind"
    return done.stdout


def test_every_example_is_tested() -> None:
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(PROMISED)


@pytest.mark.parametrize("name", PROMISED)
def test_an_example_prints_what_it_promises(name: str, data_home: Path, tmp_path: Path) -> None:
    said = _run(name, data_home, tmp_path)
    for words in PROMISED[name]:
        assert words in said, f"{name} does not print {words!r}:\n{said}"
    if name == "02_own_ratings.py":
        _strangers_get_their_own_shelf(said)
    if name == "03_chapter_models.py":
        _each_step_brings_something(said)


def _strangers_get_their_own_shelf(said: str) -> None:
    first, second = said.split("Somebody who rated")[1:]
    assert any(book in first for book in ("Foundation", "Solaris", "Neuromancer"))
    assert "Middlemarch" not in first
    assert "Solaris" not in second


def _each_step_brings_something(said: str) -> None:
    loss = {line[:16].strip(): float(line[26:38]) for line in said.splitlines()[1:8]}
    assert loss["+ biases"] < loss["+ range"] < loss["dot product"] < loss["guess the mean"]
    assert loss["by hand"] == pytest.approx(loss["+ weight decay"], abs=0.02)
    assert loss["neural net"] < 0.8 * loss["guess the mean"]
