"""A job's options filled in by the driver: what does not fit is refused before any process starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from alsoliked.cluster.launching.checkpoints import Checkpoints
from alsoliked.cluster.running.engine import Engine
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.learning import check_fits, learned
from alsoliked.cluster.running.settled import fitted_bs, settings_of
from alsoliked.cluster.running.talk import Talk
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.stream import Stream
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import DataError, OptionError


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    ratings = planted_ratings(120, 60, n_factors=3, density=0.4, seed=4, levels=range(1, 6)).ratings
    return write_shards(ratings, tmp_path_factory.mktemp("settled") / "shards", n_shards=6, block=64)


def of(shards: Shards, work: Path, **options: Any) -> Job:
    return Job(source=shards.folder, out=work / "bundle", work=work / "work", options=options)


@pytest.mark.parametrize("n_shards", [1, 3, 6, 7, 16, 100])
def test_a_batch_that_was_not_chosen_fits_any_number_of_shards(tmp_path: Path, n_shards: int) -> None:
    ratings = planted_ratings(120, 60, n_factors=3, density=0.4, seed=4, levels=range(1, 6)).ratings
    shards = write_shards(ratings, tmp_path / "shards", n_shards=n_shards, block=64)
    settings = settings_of(of(shards, tmp_path), shards)
    assert len(Stream(shards, settings.bs, seed=0)) > 0
    assert abs(settings.bs - 64) <= n_shards / 2  # 64 is what so few ratings have locally


def test_it_takes_no_more_of_a_shard_than_the_smallest_has(six: Shards) -> None:
    few = replace(six, sizes={"train": (9, 9, 3, 9, 9, 9), "valid": (0,) * 6})
    assert fitted_bs(few) == 6 * 3


def first_said(job: Job, shards: Shards) -> str:
    """What a run says before it starts any process."""
    told: list[str] = []

    class Told(Exception):
        pass

    def say(text: str) -> None:
        told.append(text)
        raise Told

    with pytest.raises(Told):
        learned(job, Engine("torchrun", workers=2), shards, None, Talk(say=say))
    return told[0]


@pytest.mark.filterwarnings("ignore:torch.distributed is disabled")
def test_the_run_says_what_it_makes_of_what_was_not_chosen(six: Shards, tmp_path: Path) -> None:
    job = of(six, tmp_path)
    fitted = "on 2 processes of torchrun, 66 ratings a batch (for 64: each of the 6 shards gives as many)"
    assert first_said(job, six) == f"training dot_bias {fitted}"
    assert first_said(of(six, tmp_path, bs=60), six).endswith("torchrun, 60 ratings a batch")
    Checkpoints(job.work / "checkpoints").save(1200, {"rows": torch.zeros(2, 2)})
    assert first_said(job, six).endswith(f"{fitted}, from step 1,200 on")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bs": 100}, "bs=100 came, expected a multiple of the 6 shards; the nearest is 102."),
        ({"bs": 1}, "the nearest is 6."),
        ({"bs": 60_000}, "bs=60000 takes 10,000 ratings of each of the 6 shards, and the smallest has "),
        ({"y_range": (2.0, 5.5)}, r"y_range=(2,5.5) cannot reach ratings from 1 to 5; expected"),
    ],
)
def test_what_does_not_fit_shards_that_are_there_is_refused_first(
    six: Shards, tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(OptionError) as refused:
        check_fits(of(six, tmp_path, **options), Engine("torchrun"))
    assert said in str(refused.value)


def test_more_processes_than_shards_are_refused(six: Shards, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"workers=7 came, expected at most 6: one shard each\."):
        check_fits(of(six, tmp_path), Engine("torchrun", workers=7))


def test_a_batch_for_shards_that_are_yet_to_be_made_is_refused_too(tmp_path: Path) -> None:
    job = Job(source="ratings.csv", out=tmp_path / "b", work=tmp_path / "w", options={"bs": 100}, n_shards=7)
    with pytest.raises(OptionError, match="a multiple of the 7 shards; the nearest is 98"):
        check_fits(job, Engine("torchrun"))


def test_shards_that_are_not_whole_are_refused_before_anything_starts(six: Shards, tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "manifest.json").write_text((six.folder / "manifest.json").read_text())
    with pytest.raises(DataError, match="is missing; ingest the ratings again"):
        check_fits(of(replace(six, folder=tmp_path / "half"), tmp_path), Engine("torchrun"))
