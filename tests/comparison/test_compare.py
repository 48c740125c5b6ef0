"""A comparison in real processes: what is kept, what is done again, and what is refused."""

from dataclasses import replace

import pytest

from alsoliked import Recommender, compare, evaluate, random_split
from alsoliked.comparison.result import Comparison
from alsoliked.errors import OptionError

OPTIONS = {"models": "damped_bias:item_damping=2,popular", "folds": 1, "n_boot": 100, "seed": 4}


class StopHereError(Exception):
    """Raised before the first process starts."""


@pytest.fixture(scope="session")
def finished(ratings, tmp_path_factory):
    """A folder with a finished comparison, what came of it, and the steps it took."""
    folder, steps = tmp_path_factory.mktemp("compare") / "out", []
    found = compare(ratings, **OPTIONS, out=folder, on_step=steps.append)
    return folder, found, steps


@pytest.fixture
def kept(ratings, finished):
    """How many fits of the finished comparison a call finds done; none is run."""

    def stop(step):
        raise StopHereError(step.kept)

    def kept(these=ratings, **changed):
        with pytest.raises(StopHereError) as stopped:
            compare(these, **OPTIONS | changed, out=finished[0], on_step=stop)
        return stopped.value.args[0]

    return kept


def test_every_fit_is_a_step(finished):
    _, found, steps = finished
    models = ["damped_bias:item_damping=2", "popular", "global_mean", "damped_bias"]
    assert [step.model for step in steps] == [*models, None]
    assert [step.done for step in steps] == [0, 1, 2, 3, 4]
    assert {(step.total, step.kept) for step in steps} == {(4, 0)}
    assert steps[0].so_far is None
    assert steps[2].so_far.models == ["damped_bias:item_damping=2", "popular"]
    assert steps[-1].so_far is found


def test_a_process_of_its_own_finds_what_this_one_finds(ratings, finished):
    train, valid = random_split(ratings, 0.2, 4)
    report = evaluate(Recommender("damped_bias", item_damping=2).fit(train), valid)
    rows = finished[1].table.filter(model="damped_bias:item_damping=2")
    for metric in ("rmse", "mae", "ndcg@10", "coverage"):
        assert rows.filter(metric=metric)["value"][0] == pytest.approx(report[metric].value, rel=1e-6)
    costs = rows.filter(metric="peak_mb")["value"][0]
    assert 50 < costs < 100_000


def test_the_same_call_fits_nothing_anew(ratings, finished):
    folder, found, _ = finished
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "cells").iterdir()}
    steps = []
    again = compare(ratings, **OPTIONS, out=folder, on_step=steps.append)
    assert (len(steps), steps[0].kept, steps[0].model) == (1, 4, None)
    assert again.table.equals(found.table)
    assert again.differences.equals(found.differences)
    assert {path.name: path.stat().st_mtime_ns for path in (folder / "cells").iterdir()} == before
    assert {path.name for path in folder.iterdir()} == {"cells", "comparison.json"}


def test_a_fit_kept_before_it_was_told_of_is_told_at_an_interruption(ratings, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    steps = []
    with monkeypatch.context() as patch:
        patch.setattr(Comparison, "of", interrupted)  # Ctrl-C while the first figures are gathered
        with pytest.raises(KeyboardInterrupt):
            compare(ratings, "popular", folds=1, out=tmp_path / "out", on_step=steps.append)
    assert [(step.done, step.total, step.model) for step in steps] == [(0, 3, "popular"), (1, 3, None)]


def test_every_knob_makes_other_fits(kept, ratings):
    assert kept(models="damped_bias:item_damping=3,popular") == 3
    assert kept(models="damped_bias:item_damping=2,popular,dot") == 4
    for changed in ({"seed": 5}, {"n_boot": 101}, {"k": 5}, {"max_users": 20}, {"folds": 2}):
        assert kept(**changed) == 0, changed
    assert kept(replace(ratings, rating=(6 - ratings.rating).astype("float32"))) == 0


def test_a_damaged_cell_is_done_again(kept, finished):
    cells = sorted((finished[0] / "cells").iterdir())
    whole = cells[0].read_bytes()
    for damaged in (
        b"",
        whole[:100],
        whole.replace(b'"values"', b'"valves"'),
        b"[]",
        whole.replace(b'"ranked": ', b'"ranked": 1'),
    ):
        assert damaged != whole
        cells[0].write_bytes(damaged)
        assert kept() == 3
    cells[0].write_bytes(whole)
    cells[0].with_name("0.json").write_text("{}")
    assert kept(models="dot") == 3


def test_a_folder_that_holds_other_things_is_refused(ratings, tmp_path):
    (tmp_path / "mine").write_text("dear diary")
    with pytest.raises(OptionError, match="holds other things"):
        compare(ratings, **OPTIONS, out=tmp_path)
    with pytest.raises(OptionError, match="cannot write to"):
        compare(ratings, **OPTIONS, out=tmp_path / "mine" / "below")


def test_a_fit_that_is_refused_says_which_and_keeps_the_others(ratings, tmp_path):
    with pytest.raises(OptionError, match=r"^dot:lr=-1 on fold random: lr=-1 came"):
        compare(ratings, "dot:lr=-1", folds=1, out=tmp_path / "out")
    assert list((tmp_path / "out" / "cells").iterdir()) == []


@pytest.mark.parametrize("unfit", [{"k": 0}, {"n_boot": 1}, {"max_users": 0}, {"seed": -1}, {"folds": 0}])
def test_unfit_options_are_refused(ratings, unfit):
    with pytest.raises(OptionError, match="came"):
        compare(ratings, **OPTIONS | unfit)
