"""ALS by Spark: as good as ours at equal settings, for ratings and for clicks, also where an executor is lost."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from alsoliked.cluster.bundling.model import model_of
from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.solving.als import SparkALS, als_by_spark
from alsoliked.errors import DataError, OptionError
from alsoliked.evaluation.ranking import ndcg_at_k
from alsoliked.evaluation.trial import Trial
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers import als as ours
from alsoliked.solvers.implicit_als import ImplicitALS

HOW = SparkALS(n_factors=8, epochs=8, blocks=2, seed=3)


@pytest.fixture(scope="module")
def shards(ml_100k, tmp_path_factory):
    return write_shards(ml_100k, tmp_path_factory.mktemp("shards"), n_shards=4)


@pytest.fixture(scope="module")
def killed(spark, shards, tmp_path_factory):
    """What Spark solved although one of its executors was killed on the way; which one; and what was told meanwhile."""
    killed, told = [], []

    def kill_one(share):
        told.append(share)
        if share > 0.2 and not killed and (running := executors()):
            killed.append(running[0])
            os.kill(running[0], signal.SIGKILL)

    solved = als_by_spark(spark, shards, tmp_path_factory.mktemp("rows"), HOW, on_progress=kill_one)
    return SimpleNamespace(solved=solved, killed=killed, told=told)


@pytest.fixture
def solved(killed):
    return killed.solved


def model(rows, shards, folder, *, settled=True):
    sides = Sorted.of(shards, "user"), Sorted.of(shards, "item")
    with Scratch.beside(folder / "model") as scratch:
        return model_of(rows, sides, scratch, settled=settled)


def rmse(model, held_out):
    return float(np.sqrt(np.mean((model.pairs(held_out.user_index, held_out.item_index) - held_out.rating) ** 2)))


def executors():
    """The processes that Spark runs for us."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if "CoarseGrainedExecutorBackend" in " ".join(command(child))]


def command(process):
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []


@pytest.mark.cluster
def test_ratings_are_predicted_as_well_as_by_ours_at_equal_settings(solved, shards, tmp_path, monkeypatch):
    for link in ("USER_LINK", "ITEM_LINK"):  # Spark's rows are drawn to 0, whoever rated what
        monkeypatch.setattr(ours, link, 1e9)
    train, held_out = shards.ratings("train"), shards.ratings("valid")
    local = ours.ALS(HOW.n_factors, HOW.epochs, HOW.reg, 1.0, HOW.item_damping, HOW.user_damping).solve(train)
    local = settle_untrained(local, train.counts_by_user(), train.counts_by_item())
    error = rmse(model(solved, shards, tmp_path), held_out)
    assert abs(error - rmse(local, held_out)) < 0.01
    assert error < 0.93 < np.std(held_out.rating)
    assert solved.about["options"] == {
        "feedback": "explicit", "n_factors": 8, "epochs": 8, "reg": 0.1, "reg_scaling": 1.0,
        "item_damping": 5.0, "user_damping": 5.0,
    }  # fmt: skip
    for role, table in (("user", solved.users), ("item", solved.items)):
        assert (np.abs(table[:, 1:]).sum(axis=1) > 0).tolist() == (shards.counts(role) > 0).tolist()
    assert not list(solved.folder.parent.glob("*-als-checkpoints"))  # what Spark kept meanwhile is gone


@pytest.mark.cluster
def test_an_executor_was_killed_on_the_way(killed):
    assert killed.killed
    assert killed.told == sorted(killed.told)
    assert killed.told[-1] == 1


@pytest.mark.cluster
def test_nothing_is_other_than_where_no_executor_was_killed(spark, solved, shards, tmp_path):
    calm = als_by_spark(spark, shards, tmp_path / "rows", HOW)
    held_out = shards.ratings("valid")
    errors = [rmse(model(rows, shards, tmp_path), held_out) for rows in (calm, solved)]
    assert not list(tmp_path.glob("*-als-checkpoints"))
    assert errors[0] == pytest.approx(errors[1], abs=2e-4)
    np.testing.assert_allclose(calm.users[:, 0], solved.users[:, 0], atol=1e-3)


@pytest.mark.cluster
def test_clicks_are_listed_as_well_as_by_ours_at_equal_settings(spark, shards, tmp_path):
    how = SparkALS.of({"feedback": "implicit", "n_factors": 16, "epochs": 6, "blocks": 2})
    rows = als_by_spark(spark, shards, tmp_path / "rows", how)
    assert not rows.users[:, 0].any()
    assert rows.about["options"]["unobserved_weight"] == 0.2
    train, held_out = shards.ratings("train"), shards.ratings("valid")
    trial = Trial.prepare(train, held_out, k=10, relevant_from=4, max_users=None, seed=0)
    settings = {name: rows.about["options"][name] for name in ("n_factors", "epochs", "reg", "reg_scaling")}
    local = ImplicitALS(**settings, unobserved_weight=0.2).solve(
        train.user_index, train.item_index, train.n_users, train.n_items
    )
    found = []
    for clicked in (model(rows, shards, tmp_path, settled=False), local):
        lists = Answers(train, None, clicked).top(trial.users[trial.ranked], 10)[0]
        found.append(ndcg_at_k(lists, trial.relevant).mean())
    assert abs(found[0] - found[1]) < 0.02
    assert min(found) > 0.2


def test_more_rows_than_spark_can_number_are_refused(shards, tmp_path):
    many = SimpleNamespace(n_users=2**31, n_items=5, sizes=shards.sizes, folder=shards.folder)
    with pytest.raises(DataError, match=r"2,147,483,648 users came; Spark's ALS numbers 2,147,483,647 at most"):
        als_by_spark(None, many, tmp_path / "rows")
    nothing = SimpleNamespace(n_users=5, n_items=5, sizes={"train": (0, 0)}, folder=shards.folder)
    with pytest.raises(DataError, match="has no training ratings"):
        als_by_spark(None, nothing, tmp_path / "rows")
    assert not (tmp_path / "rows").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reg_scaling": 0.5}, "reg_scaling=0.5 came; Spark's ALS knows 1 alone"),
        ({"unobserved_weight": 0.1}, "unobserved_weight= has no effect on als with feedback='explicit'"),
        ({"feedback": "implicit", "item_damping": 1}, "item_damping= has no effect on als with feedback='implicit'"),
        ({"feedback": "implicit", "unobserved_weight": 0}, "unobserved_weight=0 came"),
        ({"feedback": "both"}, "feedback='both' came"),
        ({"user_weights": "activity"}, "user_weights= is not known"),
        ({"blocks": 0}, "blocks=0 came"),
        ({"epochs": 0}, "epochs=0 came"),
        ({"lr": 0.1}, "lr= has no effect"),
    ],
)
def test_what_spark_cannot_solve_is_refused(given, said):
    with pytest.raises(OptionError, match=said):
        SparkALS.of(given)


def test_blocks_grow_with_the_ratings_and_nothing_else():
    sizes = [SimpleNamespace(sizes={"train": (size,)}) for size in (80_000, 1_000_000_000)]
    assert [SparkALS().blocks_of(shards) for shards in sizes] == [10, 50]
    assert SparkALS(blocks=3).blocks_of(sizes[1]) == 3


def test_the_sum_that_spark_minimises_for_clicks_is_ours():
    """By numbers: our sum at scores that are those of Spark's rows, scaled as they are written."""
    rng = np.random.default_rng(0)
    users, items, clicked = rng.normal(size=(6, 2)), rng.normal(size=(5, 2)), rng.random((6, 5)) < 0.4
    shards = SimpleNamespace(sizes={"train": (int(clicked.sum()),)}, n_users=6, n_items=5)
    how = SparkALS.of({"feedback": "implicit", "unobserved_weight": 0.3, "reg": 0})
    alpha, scale = how.spark_params(shards)["alpha"], how.row_scale(1.0)

    def spark_sum(users, items):
        scores = users @ items.T
        return np.where(clicked, (1 + alpha) * (1 - scores) ** 2, scores**2).sum()

    def our_sum(users, items):
        scores = scale**2 * users @ items.T
        return np.where(clicked, (scores - 1) ** 2, 0).sum() + 0.3 * (scores**2).sum()

    other = users + rng.normal(size=users.shape)
    differences = [of(users, items) - of(other, items) for of in (spark_sum, our_sum)]
    assert differences[1] / differences[0] == pytest.approx(0.3 * scale**4)
