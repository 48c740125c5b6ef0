"""Checkpoints: what training needs to go on, in folders that are whole or not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from alsoliked.cluster.launching.reasons import reason, remedy
from alsoliked.cluster.launching.state import joined, plain_part, tensor_part
from alsoliked.errors import ClusterError

__all__ = ["Checkpoints", "whole_steps"]

ABOUT = "whole.json"
FORMAT = 1


class Checkpoints:
    """The checkpoints of a run, in a folder that every process sees.

    Each is written to ``step-N.part`` by all processes, and renamed to ``step-N`` by the first of them when all have
    written. Tensors go through `torch.distributed.checkpoint` as safetensors, a file for each and process, so any
    number of processes can read what any other number wrote; whatever else the state holds is JSON. No pickle.

    Parameters
    ----------
    folder
        Where they lie; made with the first.
    keep
        How many to keep: the newest ones.

    Notes
    -----
    `save`, `latest` and `load` are collective: where several processes train, all of them call, in the same order.
    """

    def __init__(self, folder: str | Path, *, keep: int = 2) -> None:
        self.folder = Path(folder)
        self.keep = keep

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Write the checkpoint of a step, and drop those that are too many.

        Parameters
        ----------
        step
            Steps done so far.
        state
            Tensors (plain ones are equal on all processes, sharded ones hold what is this process's own) and plain
            values, in dictionaries of any depth. A step that has a checkpoint gets this one instead.

        Raises
        ------
        ClusterError
            On every process, if one of them cannot write; the checkpoints before stay as they are.
        """
        part = self.folder / f"step-{step}.part"
        try:
            self._write(step, part, state)
        except ClusterError:
            if _rank() == 0:
                shutil.rmtree(part, ignore_errors=True)  # where a disk is full, there has to be room to say so
            raise

    def _write(self, step: int, part: Path, state: dict[str, Any]) -> None:
        tensors = tensor_part(state)
        self._first(step, lambda: _emptied(part))
        writer = HuggingFaceStorageWriter(
            str(part), {name: place for place, name in enumerate(sorted(tensors), 1)}, save_distributed=True
        )
        try:
            if tensors:
                save(tensors, storage_writer=writer, no_dist=not _together())
        except (CheckpointException, OSError) as error:
            raise self._unwritten(step, error) from None
        self._first(step, lambda: self._seal(step, part, plain_part(state)))

    def latest(self) -> int | None:
        """Return the newest step whose checkpoint is whole; None where there is none."""
        found = -1
        if _rank() == 0:
            found = max(whole_steps(self.folder)[0], default=-1)
        if _together():
            told = torch.tensor([found], dtype=torch.int64)
            dist.broadcast(told, src=0)
            found = int(told)
        return None if found < 0 else found

    def load(self, step: int, state: dict[str, Any]) -> None:
        """Fill `state` with the checkpoint of a step: tensors in place, plain values by key.

        Raises
        ------
        ClusterError
            If there is none, or the state has tensors that it lacks or has in another shape.
        """
        folder = self.folder / f"step-{step}"
        try:
            plain = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["plain"]
            tensors = tensor_part(state)
            if tensors:
                reader = HuggingFaceStorageReader(str(folder))
                load(tensors, storage_reader=reader, no_dist=not _together())
        except (OSError, KeyError, ValueError, RuntimeError, CheckpointException) as error:
            why = reason(error)
            raise ClusterError(f"the checkpoint in {folder} does not fit this run ({why}); begin anew.") from None
        joined(state, plain)

    def _seal(self, step: int, part: Path, plain: dict[str, Any]) -> None:
        """Say that it is whole, give it its name, and drop what is older."""
        sizes = {file.name: file.stat().st_size for file in sorted(part.iterdir())}
        about = {"format": FORMAT, "step": step, "torch": torch.__version__, "sizes": sizes, "plain": plain}
        with (part / ABOUT).open("w", encoding="utf-8") as file:
            json.dump(about, file)
            file.flush()
            os.fsync(file.fileno())
        place = self.folder / f"step-{step}"
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
        for older in sorted(whole_steps(self.folder)[0])[: -self.keep]:
            shutil.rmtree(self.folder / f"step-{older}", ignore_errors=True)

    def _first(self, step: int, act: Callable[[], None]) -> None:
        """Let the first process do something, and every process fail if it does."""
        failed = None
        if _rank() == 0:
            try:
                act()
            except OSError as error:
                failed = error
        if _together():
            told = torch.tensor([failed is not None], dtype=torch.int64)
            dist.broadcast(told, src=0)
            if int(told) and failed is None:
                raise ClusterError(f"the checkpoint of step {step} could not be written to {self.folder}.")
        if failed is not None:
            raise self._unwritten(step, failed) from None

    def _unwritten(self, step: int, error: BaseException) -> ClusterError:
        what = f"the checkpoint of step {step} could not be written to {self.folder}"
        return ClusterError(f"{what} ({reason(error)}); {remedy(error)}.")


def whole_steps(folder: Path) -> tuple[list[int], list[int]]:
    """Return the steps whose checkpoints are whole, and those whose checkpoints are damaged."""
    whole: list[int] = []
    damaged: list[int] = []
    for place in folder.glob("step-*"):
        number = place.name.removeprefix("step-")
        if number.isdigit():  # others are halves, or none of ours
            (whole if _is_whole(place, int(number)) else damaged).append(int(number))
    return sorted(whole), sorted(damaged)


def _is_whole(place: Path, step: int) -> bool:
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        here = about["format"] == FORMAT and about["step"] == step
        return here and all((place / name).stat().st_size == size for name, size in about["sizes"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _together() -> bool:
    return dist.is_available() and dist.is_initialized()


def _rank() -> int:
    return dist.get_rank() if _together() else 0
