"""The report says which models were tried."""

from alsoliked import Recommender
from alsoliked.data.synthetic import planted_ratings
from alsoliked.report.page import Table
from alsoliked.report.training import training_section

RATINGS = planted_ratings(40, 30, n_factors=2, density=0.4, seed=1).ratings


def tables(rec: Recommender) -> list[Table]:
    return [block for block in training_section(rec).blocks if isinstance(block, Table)]


def test_of_auto_the_best_first_and_why_others_were_not() -> None:
    tried = tables(Recommender("auto", budget=1e-6).fit(RATINGS))[0]
    assert tried.heads == ["model", "settings", "RMSE", "seconds", ""]
    assert [row[0] for row in tried.rows[:2]] == ["damped_bias", "global_mean"]
    assert [row[-1] for row in tried.rows[:3]] == ["chosen", "", "not tried: no time was left"]


def test_of_a_blend_the_weights() -> None:
    rec = Recommender("blend", of=["als:n_factors=3", "damped_bias"]).fit(RATINGS)
    tried, settings = tables(rec)
    assert [row[:2] for row in tried.rows] == [["als", "n_factors=3"], ["damped_bias", "defaults"]]
    assert [row[-1] for row in tried.rows] == [f"{weight:.3f}" for weight in rec.tried_["weight"]]
    assert settings.rows[0][:2] == ["of", "als:n_factors=3, damped_bias"]


def test_of_one_model_nothing() -> None:
    assert len(tables(Recommender("damped_bias").fit(RATINGS))) == 1
