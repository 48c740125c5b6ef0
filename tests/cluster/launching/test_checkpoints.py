"""Checkpoints on one process: whole or not there, what fits and what does not; several processes in test_torchrun."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from alsoliked.cluster.launching.checkpoints import Checkpoints, whole_steps
from alsoliked.errors import ClusterError

pytestmark = pytest.mark.filterwarnings("ignore:torch.distributed is disabled")  # one process is what is meant here


def state(value: float = 0.0, rows: int = 5) -> dict[str, Any]:
    tables = {"user": torch.full((rows, 4), value), "item": torch.full((3, 4), -value)}
    return {"tables": tables, "count": torch.tensor(value), "step": int(value), "epochs": [{"loss": value}], "none": {}}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    plain = {key: value for key, value in one.items() if key not in {"tables", "count"}}
    return (
        plain == {key: other[key] for key in plain}
        and one["count"] == other["count"]
        and all(torch.equal(one["tables"][name], other["tables"][name]) for name in ("user", "item"))
    )


def test_what_was_saved_is_loaded_into_the_memory_that_is_there(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(7, state(7.0))
    into = state()
    rows = into["tables"]["user"]
    Checkpoints(tmp_path).load(7, into)
    assert same(into, state(7.0))
    assert into["tables"]["user"] is rows


def test_the_two_newest_are_kept(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.latest() is None
    for step in (3, 20, 100):
        checkpoints.save(step, state(step))
    assert whole_steps(tmp_path) == ([20, 100], [])
    assert checkpoints.latest() == 100
    checkpoints.save(100, state(1.0))  # again: the newer one counts
    into = state()
    checkpoints.load(100, into)
    assert same(into, state(1.0))


@pytest.mark.parametrize("harm", ["cut", "gone", "no word", "half a word", "another's word", "still a part"])
def test_what_is_not_whole_is_not_there(tmp_path: Path, harm: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(8, state(8.0))
    checkpoints.save(16, state(16.0))
    newest = tmp_path / "step-16"
    tensors, word = next(newest.glob("*.safetensors")), newest / "whole.json"
    if harm == "cut":
        tensors.write_bytes(tensors.read_bytes()[:-1])
    elif harm == "gone":
        tensors.unlink()
    elif harm == "no word":
        word.unlink()
    elif harm == "half a word":
        word.write_text(word.read_text()[:40])
    elif harm == "another's word":
        word.write_text(json.dumps([1, 2, 3]))
    else:
        newest.rename(tmp_path / "step-16.part")
    assert checkpoints.latest() == 8
    assert whole_steps(tmp_path) == ([8], [] if harm == "still a part" else [16])
    checkpoints.save(16, state(17.0))  # and it can be made again
    assert checkpoints.latest() == 16


def test_a_full_disk_leaves_the_checkpoints_before(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(8, state(8.0))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(ClusterError) as caught:
            checkpoints.save(16, state(16.0, rows=100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = str(caught.value)
    assert said == f"the checkpoint of step 16 could not be written to {tmp_path} (File too large); mend that."
    assert [path.name for path in tmp_path.iterdir()] == ["step-8"]  # what was half written takes no room
    assert checkpoints.latest() == 8
    checkpoints.save(16, state(16.0))
    assert checkpoints.latest() == 16


def test_a_folder_that_cannot_be_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ClusterError, match=r"could not be written to .*file \(Not a directory\)"):
        Checkpoints(tmp_path / "file").save(1, state())


def test_a_state_of_another_run_is_refused(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(8, state(8.0))
    for other in (state(rows=6), state() | {"more": torch.zeros(2)}):
        with pytest.raises(ClusterError, match="does not fit this run") as caught:
            checkpoints.load(8, other)
        assert "\n" not in str(caught.value)
    with pytest.raises(ClusterError, match=r"step-9 does not fit this run \(No such file"):
        checkpoints.load(9, state())
    shutil.rmtree(tmp_path / "step-8")
    assert checkpoints.latest() is None


def test_there_is_no_pickle_in_it(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(8, state(8.0))
    files = list((tmp_path / "step-8").iterdir())
    assert {file.suffix for file in files} == {".json", ".safetensors"}
