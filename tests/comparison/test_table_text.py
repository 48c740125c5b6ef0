"""The tables as text, and what they mean in words."""

import pytest


@pytest.fixture
def found(answer, gathered):
    return gathered(
        {
            "dot_bias:n_factors=20,wd=0.2,epochs=12": [answer(rmse=0.91, mae=0.71, ndcg_at_10=0.31, coverage=0.2)],
            "damped_bias": [answer(rmse=0.94, mae=0.74, ndcg_at_10=0.11, coverage=0.02, seed=1, cpu=0.01)],
            "als": [answer(rmse=0.9102, mae=0.7101, ndcg_at_10=0.3, coverage=0.2, seed=2, cpu=0.2)],
            "global_mean": [answer(rmse=1.12, mae=0.94, seed=3)],
            "ease": [answer(ndcg_at_10=0.41, coverage=0.3, seed=4, memory=None)],
            "dot": [answer(rmse=1.3, mae=1.0, ndcg_at_10=0.1, coverage=0.2, seed=5)],
        },
        folds=("u1",),
    )


def test_both_tables_fit_a_page_of_100_columns(found):
    text = str(found)
    assert max(map(len, text.splitlines())) <= 100
    assert text.startswith("films: 1 fold (u1), 500 held-out ratings of 100 users; lists of 10\n")
    for part in ("dot_bias:", "  n_factors=20,", "0.9100 ±0.097*", "0.9102 ±0.097=", "0.9400 ±0.098 ", "n/a"):
        assert part in text, text


def test_the_marks_say_who_leads(found):
    lines = str(found).splitlines()
    ease = next(line for line in lines if line.startswith("ease"))
    assert "0.4100 ±0.097*" in ease
    assert "best" in next(line for line in lines[10:] if line.startswith("dot_bias:"))


def test_in_words(found):
    said = found.in_words()
    assert said[0] == (
        "dot_bias:n_factors=20,wd=0.2,epochs=12 predicts ratings best (rmse 0.9100); als is not told apart from it."
    )
    assert said[1] == "ease lists 10 items best (ndcg@10 0.4100)."
    assert "takes 1.00 s of processor time; als, as accurate as far as can be told, takes 0.20." in said[2]
    assert "Warning: dot is no better than damped_bias in rmse." in said
    assert repr(found) == (
        "Comparison(6 models on 1 fold; best: rmse dot_bias:n_factors=20,wd=0.2,epochs=12, ndcg@10 ease)"
    )


def test_what_fits_warned_of_is_said_once_a_model(answer, gathered):
    cell = answer(rmse=1.1) | {"warnings": ["It learned nothing."]}
    found = gathered({"dot": [cell, cell], "global_mean": [answer(rmse=1.0), answer(rmse=1.0)]})
    assert found.warnings == ("dot: It learned nothing.",)
    assert found.in_words()[-1] == "Warning: dot: It learned nothing."


def test_nobody_predicts_or_few_users(answer, gathered):
    found = gathered({"popular": [answer(ndcg_at_10=0.2, coverage=0.1)]}, folds=("1 of 2", "2 of 2"), n_users=5)
    said = found.in_words()
    assert any("rmse is not measured" in sentence for sentence in said)
    assert said[-1] == "Warning: 5 users are too few for the intervals to mean much."
    assert "popular" in str(found)
    assert found.best("rmse") is None
