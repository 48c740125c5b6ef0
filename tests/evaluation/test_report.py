"""A report puts the recommender beside its baselines, says what is surely better, and counts what it leaves out."""

import json
from dataclasses import replace

import numpy as np
import pytest

from alsoliked.errors import DataError, OptionError, TrainingError
from alsoliked.evaluation.accuracy import mae, rmse, rounding_accuracy
from alsoliked.evaluation.report import evaluate
from alsoliked.evaluation.tables import surely


@pytest.fixture(scope="module")
def report(contenders, parts):
    subject = replace(contenders["truth"], others=[contenders[name] for name in ("mean", "popular", "noise")])
    return evaluate(subject, parts[1], n_boot=200)


def test_rating_figures_are_those_of_the_plain_functions(report, contenders, parts):
    train, valid = parts
    predicted = contenders["truth"].predict_indices(valid.user_index, valid.item_index)
    assert report["rmse"].value == pytest.approx(rmse(predicted, valid.rating))
    assert report["mae"].value == pytest.approx(mae(predicted, valid.rating))
    assert report["rounding_accuracy"].value == rounding_accuracy(predicted, valid.rating, valid.levels)
    guessing = rmse(np.full(len(valid), train.mean), valid.rating)
    assert report["explained"].value == pytest.approx(1 - report["rmse"].value ** 2 / guessing**2)
    assert report.figures["global mean"]["explained"].value == pytest.approx(0, abs=1e-6)


def test_list_figures_agree_with_a_loop_over_users(report, contenders, parts):
    valid, found = parts[1], []
    for user in range(valid.n_users):
        liked = valid.item_index[(valid.user_index == user) & (valid.rating >= 4)]
        if len(liked):
            shown = contenders["truth"].top_items(np.array([user]), 10)[0]
            gain = sum(1 / np.log2(place + 2) for place, item in enumerate(shown) if item in liked)
            found.append(gain / sum(1 / np.log2(place + 2) for place in range(min(10, len(liked)))))
    assert report.relevant_from == 4
    assert report.n_ranked == len(found) < report.n_users
    assert report["ndcg@10"].value == pytest.approx(np.mean(found))


def test_every_figure_lies_in_its_interval(report):
    for figures in report.figures.values():
        for metric, figure in figures.items():
            assert figure.low <= figure.value <= figure.high, metric


def test_a_contender_lacks_what_it_cannot_do(report):
    assert "ndcg@10" not in report.figures["global mean"]
    assert "rmse" not in report.figures["popular"]
    assert set(report.figures["noise"]) == set(report.figures["truth"])
    row = next(line for line in str(report).splitlines() if line.startswith("ndcg@10"))
    assert "n/a" in row


def test_differences_are_paired(report):
    for name, differences in report.differences.items():
        for metric, lead in differences.items():
            own, other = report["rmse" if metric == "rmse" else metric], report.figures[name][metric]
            assert lead.value == pytest.approx(own.value - other.value)
    assert surely(report.differences["noise"]["rmse"], "rmse") == 1
    assert surely(report.differences["noise"]["ndcg@10"], "ndcg@10") == 1


def test_a_twin_differs_by_exactly_nothing(contenders, parts):
    twin = replace(contenders["truth"], name="twin")
    report = evaluate(replace(contenders["truth"], others=[twin]), parts[1], n_boot=50)
    for metric, lead in report.differences["twin"].items():
        assert (lead.value, lead.low, lead.high) == (0, 0, 0), metric
    assert any("truth and twin in rmse may be chance" in sentence for sentence in report.in_words())


def test_words_say_what_is_better_and_warn_of_what_is_worse(report, contenders, parts):
    said = " ".join(report.in_words("films"))
    assert f"is off by {report['mae'].value:.2f} on average on the scale from 1 to 5" in said
    assert "Of 10 films shown" in said
    assert "truth is better than global mean and noise beyond chance" in said
    worse = evaluate(replace(contenders["noise"], others=[contenders["truth"]]), parts[1], n_boot=100)
    *rest, last = worse.in_words()
    assert last.startswith("Warning: noise is worse than truth in ndcg@10")
    assert any(sentence.startswith("Warning: noise is worse than truth in rmse") for sentence in rest)


def test_words_of_one_who_cannot_predict_or_cannot_list(contenders, parts):
    assert "predicts no ratings" in evaluate(contenders["popular"], parts[1], n_boot=10).in_words()[0]
    assert any(
        "makes no lists" in sentence for sentence in evaluate(contenders["mean"], parts[1], n_boot=10).in_words()
    )


def test_training_ratings_among_the_held_out_are_noticed(contenders, parts):
    report = evaluate(contenders["mean"], parts[0], n_boot=10)
    assert report.overlap == len(parts[0])
    assert any("were in training too" in sentence for sentence in report.in_words())


def test_users_without_training_ratings_are_counted(contenders, planted):
    first = planted.ratings.user_index < 10
    train, valid = planted.ratings.take(~first), planted.ratings.take(first)
    report = evaluate(replace(contenders["truth"], train_ratings=train), valid, n_boot=10)
    assert (report.unseen.users, report.unseen.user_ratings) == (10, len(valid))
    said = report.in_words()
    assert any(f"no training rating: {len(valid):,} (10 users)" in sentence for sentence in said)
    assert any("10 users are too few" in sentence for sentence in said)


def test_the_liking_threshold_and_the_list_length_can_be_set(contenders, parts):
    strict, loose = (evaluate(contenders["truth"], parts[1], k=3, relevant_from=at, n_boot=10) for at in (5, 2))
    assert strict.n_ranked < loose.n_ranked
    assert strict["precision@3"].value * strict.n_ranked < loose["precision@3"].value * loose.n_ranked
    nobody = evaluate(contenders["truth"], parts[1], relevant_from=6, n_boot=10)
    assert nobody.n_ranked == 0
    assert "coverage" not in nobody.figures["truth"]
    assert any("no user liked a held-out item" in sentence for sentence in nobody.in_words())


def test_lists_shorter_than_k_are_measured(contenders, parts):
    report = evaluate(contenders["truth"], parts[1], k=80, n_boot=10)
    assert report["recall@80"].value == 1
    assert report["precision@80"].value < 0.2


def test_frame_dict_and_per_user_tell_the_same(report, parts):
    frame = report.to_frame()
    cell = frame.filter(metric="rmse", model="noise")
    assert cell["value"].item() == report.figures["noise"]["rmse"].value
    assert cell["lead"].item() == report.differences["noise"]["rmse"].value
    assert frame.filter(metric="ndcg@10", model="global mean")["value"].item() is None
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["figures"]["truth"]["rmse"]["value"] == report["rmse"].value
    users = report.per_user()
    assert users["n"].sum() == len(parts[1])
    assert users["ndcg@10"].drop_nulls().mean() == pytest.approx(report["ndcg@10"].value)
    assert users["ndcg@10"].null_count() == report.n_users - report.n_ranked
    assert (users["rmse"] ** 2 * users["n"]).sum() / users["n"].sum() == pytest.approx(report["mse"].value)


def test_the_printed_table_is_aligned_and_the_repr_is_one_line(report):
    lines = [line for line in str(report).splitlines() if "is better" in line and "beyond" not in line]
    assert len({line.index("  " + line.split("  ")[-1]) for line in lines}) == 1
    assert repr(report).startswith("Report(truth: rmse 0.")
    assert "\n" not in repr(report)


def test_same_seed_same_figures_and_a_sample_of_users_is_one_too(contenders, parts):
    first, again, other = (evaluate(contenders["truth"], parts[1], n_boot=20, seed=s).to_dict() for s in (1, 1, 2))
    assert first == again != other
    fewer = evaluate(contenders["truth"], parts[1], n_boot=20, max_users=40)
    assert fewer.n_users == 40


def test_what_cannot_be_measured_is_refused(contenders, parts):
    train, valid = parts
    truth = contenders["truth"]
    with pytest.raises(DataError, match="no held-out ratings"):
        evaluate(truth, valid.take(np.arange(0)))
    with pytest.raises(OptionError, match="k=0 came"):
        evaluate(truth, valid, k=0)
    with pytest.raises(TrainingError, match="not finite"):
        evaluate(replace(truth, scores=truth.scores * np.nan), valid)
    with pytest.raises(DataError, match="lists of shape"):
        evaluate(Wrong(truth.name, train, truth.scores), valid)


class Wrong:
    """Gives one item too many."""

    def __init__(self, name, train_ratings, scores):
        self.name, self.train_ratings, self.scores = name, train_ratings, scores

    def predict_indices(self, users, items):
        return self.scores[users, items].astype(np.float32)

    def top_items(self, users, n):
        return np.zeros((len(users), n + 1), dtype=np.int32)

    def baselines(self):
        return []
