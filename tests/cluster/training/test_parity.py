"""The same run on any number of processes, by many and alone; broken off and gone on with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.synthetic import planted_ratings

pytestmark = pytest.mark.cluster

RANGE = (0.5, 5.5)
LINEAR = {"n_factors": 6, "y_range": RANGE}
NET = {"layers": (8, 6), "user_size": 5, "item_size": 7, "dropout": 0.1, "y_range": RANGE}
CASES: dict[str, dict[str, Any]] = {
    "dot": {"model": "dot", "options": LINEAR, "lr": 0.02, "wd": 0.1},
    "bias": {"model": "dot_bias", "options": LINEAR, "lr": 0.02, "wd": 0.1},
    "net": {"model": "net", "options": NET, "lr": 0.005, "wd": 0.5},
    "bias-adagrad": {"model": "dot_bias", "options": LINEAR, "lr": 0.1, "wd": 0.1, "optimizer": "rowwise_adagrad"},
    "net-adagrad": {"model": "net", "options": NET, "lr": 0.2, "wd": 0.1, "optimizer": "rowwise_adagrad"},
}
WORLDS = {1: tuple(CASES), 2: tuple(CASES), 3: ("bias", "bias-adagrad"), 4: ("bias", "net", "bias-adagrad")}
RESUMED = {"bias": 3, "net": 1, "net-adagrad": 3}  # stopped on two processes, gone on with on so many
EVERY = {"bias": 5, "net": None, "net-adagrad": 5}  # steps between checkpoints; the run stops after the first


def settings_of(case: str, folder: Path, work: str) -> Settings:
    told = {"epochs": 2, "bs": 224, "seed": 3, **CASES[case]}
    return Settings(shards=str(folder / "shards"), work=str(folder / work), **told)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All runs that need several processes, done; each in a folder of its own."""
    place = tmp_path_factory.mktemp("parity")
    ratings = planted_ratings(100, 77, n_factors=3, density=0.3, seed=2, levels=range(1, 6)).ratings
    write_shards(ratings, place / "shards", n_shards=7, block=64)
    (place / "jobs.json").write_text(json.dumps(_jobs(place)))
    script = [sys.executable, str(Path(__file__).with_name("launched.py")), str(place)]
    done = subprocess.run(
        script, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""  # what training has to say goes through what it is told to tell
    return place


def _jobs(folder: Path) -> list[tuple[int, list[dict[str, Any]]]]:
    def job(name: str, case: str, work: str, **more: Any) -> dict[str, Any]:
        changed = more.pop("changed", {})
        return {"name": name, "settings": asdict(replace(settings_of(case, folder, work), **changed)), **more}

    jobs = [(n, [job(f"{case}-{n}", case, f"{case}-{n}") for case in cases]) for n, cases in WORLDS.items()]
    every = {case: {"checkpoint_every": steps} for case, steps in EVERY.items()}
    stops = [job(f"{c}-stopped", c, f"{c}-on", stop=True, checkpoints=True, changed=every[c]) for c in RESUMED]
    diverges = job("diverges", "bias", "diverges", changed={"lr": 1e30, "options": LINEAR | {"y_range": None}})
    jobs.append((2, [*stops, diverges]))
    for n in sorted(set(RESUMED.values())):
        on = [case for case, world in RESUMED.items() if world == n]
        jobs.append((n, [job(f"{c}-on", c, f"{c}-on", checkpoints=True, changed=every[c]) for c in on]))
    return jobs


@pytest.fixture(scope="module")
def by_itself(folder: Path) -> dict[str, Rows]:
    """Every case by the package's own loop."""
    return {case: _alone(settings_of(case, folder, f"{case}-alone")) for case in CASES}


def _alone(settings: Settings) -> Rows:
    alone(settings)
    return Rows.open(settings.rows)


def losses(rows: Rows) -> np.ndarray:
    epochs = rows.about["history"]["epochs"]
    return np.array([[epoch["train_loss"], epoch["valid_loss"]] for epoch in epochs])


def assert_same(rows: Rows, expected: Rows) -> None:
    np.testing.assert_allclose(losses(rows), losses(expected), rtol=1e-5)
    assert rows.about["history"]["guess_loss"] == pytest.approx(expected.about["history"]["guess_loss"], rel=1e-9)
    for name in ("users", "items"):
        np.testing.assert_allclose(getattr(rows, name), getattr(expected, name), atol=1e-4)
    assert rows.dense.keys() == expected.dense.keys()
    for name in rows.dense:
        np.testing.assert_allclose(rows.dense[name], expected.dense[name], atol=1e-4)


def outcomes(folder: Path, name: str) -> list[str]:
    return [json.loads(path.read_text())["outcome"] for path in sorted(folder.glob(f"{name}.*.json"))]


@pytest.mark.parametrize(("world", "case"), [(world, case) for world, cases in WORLDS.items() for case in cases])
def test_any_number_of_processes_learns_what_one_learns_alone(
    folder: Path, by_itself: dict[str, Rows], world: int, case: str
) -> None:
    assert outcomes(folder, f"{case}-{world}") == ["done"] * world
    assert_same(Rows.open(folder / f"{case}-{world}" / "rows"), by_itself[case])


@pytest.mark.parametrize("case", CASES)
def test_it_learns(by_itself: dict[str, Rows], case: str) -> None:
    first, second = losses(by_itself[case])
    assert (second < first).all()


@pytest.mark.parametrize("case", RESUMED)
def test_a_run_that_stopped_ends_the_same_on_another_number_of_processes(
    folder: Path, by_itself: dict[str, Rows], case: str
) -> None:
    assert outcomes(folder, f"{case}-stopped") == ["Stopped: "] * 2
    assert outcomes(folder, f"{case}-on") == ["done"] * RESUMED[case]
    assert_same(Rows.open(folder / f"{case}-on" / "rows"), by_itself[case])
    stopped, on = (json.loads((folder / f"{case}-{run}.0.json").read_text()) for run in ("stopped", "on"))
    assert stopped["shares"][-1] < on["shares"][0]  # it did not begin anew
    assert on["epochs"] == 2  # those before are told again, to somebody who was not there


def test_every_process_stops_when_the_loss_is_no_number(folder: Path) -> None:
    said = outcomes(folder, "diverges")
    assert len(said) == 2
    assert all(line.startswith("TrainingError: the loss is no longer a finite number in epoch 0") for line in said)
    assert not (folder / "diverges" / "rows" / "rows.json").exists()


def test_every_process_tells_how_far_it_is(folder: Path) -> None:
    for rank in (0, 1):
        said = json.loads((folder / f"bias-2.{rank}.json").read_text())
        assert said["shares"] == sorted(said["shares"])
        assert 0 < said["shares"][0] < said["shares"][-1] == 1
        assert said["epochs"] == 2
