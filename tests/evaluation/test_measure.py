"""Figures of resamples are those of measuring the drawn users, one resample at a time."""

import numpy as np
import pytest

from alsoliked.evaluation.beyond import coverage, exposure, gini
from alsoliked.evaluation.bootstrap import Resamples
from alsoliked.evaluation.measure import measure
from alsoliked.evaluation.trial import Trial


@pytest.fixture(scope="module")
def trial(parts):
    return Trial.prepare(*parts, k=5, relevant_from=5, max_users=None, seed=0)


@pytest.fixture(scope="module")
def resamples(trial):
    return Resamples(len(trial.users), n_boot=20, seed=4)


def test_draws_agree_with_repeating_the_drawn_users(trial, resamples, contenders):
    assert (trial.ranked != np.arange(len(trial.ranked))).any(), "the ranked users must not simply be the first"
    measured = measure(contenders["truth"], trial, resamples)
    lists = contenders["truth"].top_items(trial.users[trial.ranked], 5)
    users = measured.per_user
    for draw, weights in enumerate(np.concatenate(list(resamples.blocks())).astype(int)):
        drawn = np.repeat(np.arange(len(trial.users)), weights)
        assert measured.draws["ndcg@5"][draw] == pytest.approx(np.nanmean(users["ndcg@5"][drawn]))
        assert measured.draws["novelty"][draw] == pytest.approx(np.nanmean(users["novelty"][drawn]))
        errors = np.concatenate([trial.valid.rating[trial.place == user] for user in drawn])
        squared = users["rmse"][drawn] ** 2 @ np.bincount(trial.place)[drawn] / len(errors)
        assert measured.draws["rmse"][draw] == pytest.approx(np.sqrt(squared))
        shown = exposure(np.repeat(lists, weights[trial.ranked], axis=0), trial.valid.n_items)
        assert measured.draws["coverage"][draw] == coverage(shown)
        assert measured.draws["gini"][draw] == pytest.approx(gini(shown))


def test_an_empty_list_counts_as_a_miss_but_not_as_something_shown(trial, resamples, contenders):
    class Silent:
        """Shows nothing to the first half of the users."""

        name = "silent"

        def predict_indices(self, users, items):  # noqa: ARG002
            return None

        def top_items(self, users, n):
            lists = contenders["truth"].top_items(users, n)
            lists[: len(users) // 2] = -1
            return lists

    measured = measure(Silent(), trial, resamples)
    half = len(trial.ranked) // 2
    full = measure(contenders["truth"], trial, resamples).per_user
    expected = full["novelty"][trial.ranked][half:].mean()
    assert measured.values["novelty"] == pytest.approx(expected)
    assert measured.values["ndcg@5"] == pytest.approx(full["ndcg@5"][trial.ranked][half:].sum() / len(trial.ranked))
    assert "rmse" not in measured.values


def test_predictions_are_asked_for_in_blocks(trial, resamples, contenders, monkeypatch):
    whole = measure(contenders["truth"], trial, resamples).values
    monkeypatch.setattr("alsoliked.evaluation.measure.BLOCK", 100)
    assert measure(contenders["truth"], trial, resamples).values == whole
