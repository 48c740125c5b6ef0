"""What a work folder remembers: a run that stopped is gone on with or kept, never overwritten unasked."""

from dataclasses import replace
from pathlib import Path

import pytest

from alsoliked import Ratings
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.work_folder import begin, checkpoints, end
from alsoliked.cluster.shards.local import write_shards
from alsoliked.errors import OptionError

RATINGS = Ratings.from_columns([1, 1, 2, 2, 3, 3], [1, 2, 1, 3, 2, 3], [5, 4, 3, 2, 5, 1])


@pytest.fixture
def job(tmp_path):
    return Job(source=RATINGS, out=tmp_path / "bundle", work=tmp_path / "work", options={"y_range": (0.0, 6.0)})


def stopped(job):
    begin(job, resume=False)
    write_shards(RATINGS, job.shards, n_shards=2)
    (checkpoints(job.work) / "step-7").mkdir(parents=True)


def test_a_run_that_stopped_is_gone_on_with_where_it_is(job):
    stopped(job)
    begin(job, resume=True)
    assert (checkpoints(job.work) / "step-7").is_dir()
    assert (job.shards / "manifest.json").is_file()


def test_a_run_that_stopped_is_not_overwritten(job):
    stopped(job)
    with pytest.raises(OptionError, match="holds a run that stopped; pass --resume"):
        begin(job, resume=False)
    assert (checkpoints(job.work) / "step-7").is_dir()


def test_what_had_not_yet_read_its_ratings_begins_anew(job):
    begin(job, resume=False)
    begin(job, resume=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 3}, "seed=0, and 3 came"),
        ({"options": {"y_range": (0.0, 7.0)}}, "options="),
        ({"model": "dot"}, 'model="dot_bias", and "dot" came'),
        ({"optimizer": "rowwise_adagrad"}, "optimizer="),
        ({"source": "other.csv"}, "source="),
        ({"valid_pct": 0.1}, "valid_pct=null, and 0.1 came"),
        ({"n_shards": 4}, "n_shards="),
        ({"reading": {"user": "reader"}}, "reading="),
    ],
)
def test_another_run_is_not_gone_on_with(job, change, said):
    stopped(job)
    with pytest.raises(OptionError) as refused:
        begin(replace(job, **change), resume=True)
    assert said in str(refused.value)


def test_how_it_is_run_may_differ(job):
    stopped(job)
    begin(replace(job, checkpoint_every=5, out=Path("elsewhere")), resume=True)


def test_there_is_nothing_to_go_on_with_before_a_run_and_after_it(job):
    for _ in range(2):
        with pytest.raises(OptionError, match="holds no run that stopped"):
            begin(job, resume=True)
        begin(job, resume=False)
        end(job)


def test_the_end_leaves_the_shards_alone_and_the_next_run_makes_them_anew(job):
    stopped(job)
    job.rows.mkdir()
    end(job)
    assert sorted(path.name for path in job.work.iterdir()) == ["job.json", "shards"]
    begin(job, resume=False)
    assert sorted(path.name for path in job.work.iterdir()) == ["job.json"]


def test_shards_that_are_the_source_stay_although_they_lie_in_the_work_folder(job):
    stopped(job)
    end(job)
    begin(replace(job, source=job.shards), resume=False)
    assert (job.shards / "manifest.json").is_file()


def test_what_is_not_ours_in_the_folder_stays(job):
    (job.work / "shards").mkdir(parents=True)
    (job.work / "shards" / "mine.txt").write_text("mine")
    begin(job, resume=False)
    assert (job.work / "shards" / "mine.txt").is_file()
