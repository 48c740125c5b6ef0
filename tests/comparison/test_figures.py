"""Figures, against answers made by hand and against `evaluate`."""

import json
import warnings

import numpy as np
import pytest

from alsoliked import Recommender, evaluate, random_split
from alsoliked.chance import holm
from alsoliked.comparison.cell import run_cell, write_fold
from alsoliked.comparison.folds import Fold
from alsoliked.evaluation.paired import p_of_difference


@pytest.fixture
def cells(answer):
    """`near` differs from `good` by its own noise alone, `far` by a tenth; `shelf` only lists."""
    return {
        "far": [answer(rmse=1.0, ndcg_at_10=0.1, seed=1), answer(rmse=1.2, ndcg_at_10=0.2, seed=2, cpu=3.0)],
        "shelf": [answer(ndcg_at_10=0.5, seed=3), answer(ndcg_at_10=0.5, seed=4)],
        "good": [answer(rmse=0.9, ndcg_at_10=0.3, seed=5), answer(rmse=1.1, ndcg_at_10=0.4, seed=6)],
        "near": [answer(rmse=0.9001, ndcg_at_10=0.3, seed=7), answer(rmse=1.1001, ndcg_at_10=0.4, seed=8)],
    }


def figure(comparison, model, metric):
    return comparison.table.filter(model=model, metric=metric).row(0, named=True)


def test_values_are_means_over_folds_and_costs_have_their_ends(gathered, cells):
    found = gathered(cells)
    assert found.models == ["good", "near", "far", "shelf"]
    assert figure(found, "far", "rmse")["value"] == pytest.approx(1.1)
    assert figure(found, "far", "fit_cpu_s") == {
        "model": "far",
        "metric": "fit_cpu_s",
        "value": 2.0,
        "low": 1.0,
        "high": 3.0,
    }
    assert figure(found, "shelf", "rmse")["value"] is None


def test_what_all_share_widens_intervals_but_not_differences(gathered, cells):
    found = gathered(cells)
    rmse = figure(found, "far", "rmse")
    assert rmse["high"] - rmse["low"] > 0.15  # the common part does not average away over folds: the same users
    behind = {row["model"]: row for row in found.differences.filter(metric="rmse").to_dicts()}
    assert set(behind) == {"near", "far"}
    assert behind["far"]["best"] == "good"
    assert behind["far"]["difference"] == pytest.approx(0.1)
    assert behind["far"]["high"] - behind["far"]["low"] < 0.01
    assert behind["far"]["verdict"] == "worse"
    assert behind["near"]["verdict"] == "may be chance"
    assert behind["near"]["low"] < 0 < behind["near"]["high"]
    assert found.best("rmse") == "good"
    assert found.best("ndcg@10") == "shelf"


def test_p_values_are_corrected_for_how_many_they_are(gathered, cells):
    rows = gathered(cells).differences.filter(metric="ndcg@10")
    assert rows["p_holm"].to_list() == pytest.approx(holm(rows["p"].to_list()))
    assert (rows["p_holm"] >= rows["p"]).all()


def test_holm_against_the_textbook():
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert holm([0.9, float("nan"), 0.8])[::2] == [1.0, 1.0]
    assert holm([]) == []


def test_p_of_no_difference_is_fair():
    """Under no difference, one in twenty p-values is below 0.05."""
    rng = np.random.default_rng(0)
    draws = rng.normal(0, 1, 2000)
    share = np.mean([p_of_difference(value, draws + value) < 0.05 for value in rng.normal(0, 1, 4000)])
    assert share == pytest.approx(0.05, abs=0.015)
    assert p_of_difference(0.0, np.zeros(10)) == 1.0
    assert np.isnan(p_of_difference(float("nan"), draws))


def test_tables_are_plain_values(gathered, cells):
    told = json.loads(json.dumps(gathered(cells).to_dict(), allow_nan=False))
    assert {row["model"] for row in told["figures"]} == set(cells)
    assert told["folds"] == ["u1", "u2"]


@pytest.mark.parametrize("model", ["damped_bias", "dot_bias", "popular", "global_mean"])
def test_a_cell_measures_what_evaluate_does(ratings, tmp_path, model):
    train, valid = random_split(ratings, 0.5, seed=5)
    assert (valid.counts_by_user() > 0).all()  # so both resample the same users
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        report = evaluate(Recommender(model, seed=2).fit(train), valid, n_boot=200, seed=7)
    place = write_fold(Fold("x", train, valid), tmp_path / "fold")
    how = {"k": 10, "max_users": None, "n_boot": 200, "seed": 7}
    answer = run_cell({"fold": str(place), "recommender": {"model": model, "seed": 2}, "measure": how})
    own = report.figures[model]
    assert answer["warnings"] == [str(warning.message) for warning in caught]
    assert set(answer["values"]) == {m for m in ("rmse", "mae", "ndcg@10", "coverage") if m in own}
    for metric, value in answer["values"].items():
        assert value == pytest.approx(own[metric].value, rel=1e-6)
        if metric != "coverage":  # whose interval is centred on its value
            ends = np.quantile(answer["draws"][metric], [0.025, 0.975])
            assert ends == pytest.approx([own[metric].low, own[metric].high], rel=1e-6)
    assert answer["costs"]["cpu"] >= 0
    assert 50 < answer["costs"]["memory"] < 100_000
