"""Measures that executors add up are those of `evaluate`, however users are dealt out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.contenders import Baselines
from alsoliked.cluster.answering.list_tasks import digest_of
from alsoliked.cluster.answering.measuring_tasks import measures_of_bundle, measures_of_rows
from alsoliked.cluster.answering.report import NewItems, reported
from alsoliked.cluster.answering.resampled import times_drawn
from alsoliked.cluster.answering.summed import Question
from alsoliked.errors import DataError, TrainingError
from alsoliked.evaluation.beyond import surprise
from alsoliked.evaluation.report import evaluate
from alsoliked.models.baseline import DampedBias

K, FROM, N_BOOT = 5, 4.0, 400


def batches(frame, size):
    return iter(frame.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches(max_chunksize=size))


def added(*lines):
    """What Spark does with what tasks send."""
    return pl.from_arrow(list(lines)).group_by("contender", "what", "place").agg(pl.col("value").sum())


@pytest.fixture(scope="module")
def asked(learned):
    train = learned.rec.train_ratings
    counts = train.counts_by_item()
    question = Question(K, FROM, train.levels, train.mean, counts, surprise(train), N_BOOT, 0)
    return Baselines(train.mean, counts, DampedBias().solve(train).item_bias), question


def report_of(learned, question, *lines):
    rec = learned.rec
    new = NewItems.of(rec.train_ratings.counts_by_item(), rec.held_out_.counts_by_item())
    return reported(added(*lines), rec.name, question, new, rec.held_out_.rating_scale)


def same(ours, local):
    assert list(ours.figures) == list(local.figures)
    for name, figures in local.figures.items():
        assert {m: f.value for m, f in ours.figures[name].items()} == pytest.approx(
            {m: f.value for m, f in figures.items()}, abs=1e-6, nan_ok=True
        )
    for name in ("n_ratings", "n_users", "n_ranked", "unseen", "overlap", "k", "relevant_from", "rating_scale"):
        assert getattr(ours, name) == getattr(local, name)
    for metric in ("rmse", f"ndcg@{K}"):
        if metric in local.figures[local.subject]:
            ours_at, local_at = ours[metric], local[metric]
            assert ours_at.high - ours_at.low == pytest.approx(local_at.high - local_at.low, rel=0.25)
    assert ours.in_words()
    assert str(ours)


def test_figures_of_rows_are_those_of_evaluate(learned, shards, sorted_parts, asked):
    items = Catalogue.of(learned.rows, shards, shards.counts("item"))
    usual = learned.rows.users[shards.counts("user") > 0].mean(axis=0)
    measured = measures_of_rows(SimpleNamespace(value=(items, *asked)), learned.rows, usual, learned.rec.name)
    both = sorted_parts["both"]
    tasks = [both.filter(pl.col("user") % 3 == part) for part in range(3)]
    lines = [batch for task in tasks for batch in measured(batches(task, 40))]
    same(report_of(learned, asked[1], *lines), evaluate(learned.rec, learned.rec.held_out_, k=K, relevant_from=FROM))


def test_figures_of_a_bundle_are_those_of_evaluate(learned, asked):
    measured = measures_of_bundle(SimpleNamespace(value=asked), str(learned.bundle), digest_of(learned.rec))
    everybody = pl.DataFrame({"id": np.arange(learned.rec.train_ratings.n_users)})
    lines = [batch for part in (everybody[:50], everybody[50:]) for batch in measured(batches(part, 33))]
    same(report_of(learned, asked[1], *lines), evaluate(learned.rec, learned.rec.held_out_, k=K, relevant_from=FROM))


def test_intervals_do_not_depend_on_how_users_are_dealt_out(learned, asked):
    measured = measures_of_bundle(SimpleNamespace(value=asked), str(learned.bundle), digest_of(learned.rec))
    everybody = pl.DataFrame({"id": np.arange(learned.rec.train_ratings.n_users)})
    reports = []
    for sizes in ((33, 200), (200, 7)):
        lines = [batch for part in (everybody[:20], everybody[20:]) for batch in measured(batches(part, sizes[0]))]
        reports.append(report_of(learned, asked[1], *lines).to_frame())
    for column in ("value", "low", "high", "lead_low"):
        np.testing.assert_allclose(reports[0][column].to_numpy(), reports[1][column].to_numpy(), rtol=1e-7, atol=1e-9)


def test_another_seed_draws_others_and_users_apart():
    users = np.arange(5_000)
    drawn, other = times_drawn(users, 3, 0), times_drawn(users, 3, 1)
    assert (drawn != other).mean() > 0.5
    assert abs(np.corrcoef(drawn.T)).max(where=~np.eye(3, dtype=bool), initial=0) < 0.05
    assert abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.05


def test_nothing_held_out_and_predictions_that_are_not_finite(asked):
    nothing = pl.DataFrame(schema={"contender": pl.String, "what": pl.String, "place": pl.Int32, "value": pl.Float64})
    with pytest.raises(DataError, match="no held-out ratings came"):
        reported(nothing, "dot", asked[1], NewItems(0, 0), (1, 5))
    names = ("users", "ratings", "ranked", "new_users", "new_user_ratings", "overlap")
    lines = [("", name, -1, 1.0) for name in names]
    lines += [("dot", name, -1, float("nan")) for name in ("n", "squared", "absolute", "guessing")]
    broken = pl.DataFrame(lines, schema=nothing.schema, orient="row")
    with pytest.raises(TrainingError, match="some predictions of dot are not finite"):
        reported(broken, "dot", asked[1], NewItems(0, 0), (1, 5))
