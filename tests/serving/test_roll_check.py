"""Checks and evidence on small planted models: what is worse is said to be, and lists are what the models list."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from alsoliked import Recommender, random_split
from alsoliked.audit.plan.template import template
from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.evidence import evidence_of
from alsoliked.serving.rollout.ground import common_ground, recent_ratings
from alsoliked.serving.rollout.lists import both_lists, known_to_both
from alsoliked.serving.rollout.regression import regression
from alsoliked.serving.rollout.review import evidence
from alsoliked.serving.service import Service
from alsoliked.serving.storage import tables


@pytest.fixture(scope="module")
def parts() -> tuple[Ratings, Ratings]:
    """Ratings whose taste is known, in two parts."""
    return random_split(planted_ratings(200, 60, n_factors=3, density=0.5, seed=3).ratings, 0.3, seed=1)


@pytest.fixture(scope="module")
def good(parts: tuple[Ratings, Ratings]) -> Recommender:
    return Recommender("als", n_factors=3, seed=1).fit(*parts)


@pytest.fixture(scope="module")
def bad(parts: tuple[Ratings, Ratings]) -> Recommender:
    return Recommender("damped_bias").fit(*parts)


def nothing(rec: Recommender):
    return recent_ratings_of(rec, [])


def recent_ratings_of(rec: Recommender, rows: list[tuple[str, str, float]]):
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        for user, item, rating in rows:
            row = {"user": user, "item": item, "rating": rating, "timestamp": 0.0, "updated_at": 0.0}
            connection.execute(sa.insert(tables.ratings).values(**row))
        return recent_ratings(connection, rec.train_ratings)


def test_worse_is_told_and_better_and_the_same(good: Recommender, bad: Recommender) -> None:
    ground = common_ground(good, bad, nothing(good))
    down = {(row.metric, row.group): row for row in regression(good, bad, ground)}
    up = {(row.metric, row.group): row for row in regression(bad, good, ground)}
    assert down["rmse", "everybody"].verdict == "worse"
    assert down["rmse", "everybody"].fails
    assert up["rmse", "everybody"].verdict == "better"
    assert up["rmse", "everybody"].difference == -down["rmse", "everybody"].difference
    same = regression(good, good, ground)
    assert {row.verdict for row in same} <= {"may be chance", "too few"}
    assert all(row.difference == 0 for row in same)


def test_the_figures_are_those_of_evaluate(good: Recommender, bad: Recommender, parts) -> None:
    from alsoliked import evaluate

    ground = common_ground(good, bad, nothing(good))
    rows = {row.metric: row for row in regression(good, bad, ground) if row.by == "everybody"}
    told = [evaluate(rec, parts[1], k=10, n_boot=2) for rec in (good, bad)]
    for metric, name in (("rmse", "rmse"), ("ndcg", "ndcg@10")):
        assert rows[metric].live == pytest.approx(told[0][name].value, abs=1e-6)
        assert rows[metric].candidate == pytest.approx(told[1][name].value, abs=1e-6)


def test_what_either_was_trained_on_does_not_count(good: Recommender, parts) -> None:
    train, valid = parts
    both = Recommender("als", n_factors=3, seed=1).fit(
        planted_ratings(200, 60, n_factors=3, density=0.5, seed=3).ratings
    )
    assert common_ground(good, both, nothing(good)) is None  # it has seen all that was held out
    user, item = (str(valid.users[int(valid.user_index[0])]), str(valid.items[int(valid.item_index[0])]))
    seen = (str(train.users[int(train.user_index[0])]), str(train.items[int(train.item_index[0])]))
    recent = recent_ratings_of(good, [(user, item, 1.0), (*seen, 1.0), ("nobody", item, 3.0)])
    ground = common_ground(good, good, recent)
    assert (ground.recent, len(ground)) == (1, len(valid))


def test_lists_leave_out_what_either_knows_to_be_rated(good: Recommender, parts) -> None:
    train = parts[0]
    half = train.take(train.item_index % 2 == 0)
    other = Recommender("als", n_factors=3, seed=1).fit(half)
    users = known_to_both(good, other)
    lists = both_lists(good, other, users, 5)
    for place, user in enumerate(users):
        rated = set(train.items.decode(train.item_index[train.user_index == train.users.index(user)]))
        for made in (lists.live, lists.candidate):
            assert not rated & {lists.items[int(item)] for item in made[place] if item >= 0}


def test_the_evidence_adds_up(good: Recommender, bad: Recommender) -> None:
    found = evidence_of(good, bad, [], pinned=["7"], n=5)
    side = next(side for side in found.lists if side["user"] == "7")
    assert side["why"] == "pinned"
    assert [place["item"] for place in side["live"]] == [str(item) for item in good.recommend(7, n=5).items]
    assert [place["item"] for place in side["candidate"]] == [str(item) for item in bad.recommend(7, n=5).items]
    new = [place for place in side["candidate"] if place["other"] is None]
    assert side["changed"] == pytest.approx(len(new) / 5)
    gained = sum(row["candidate"] - row["live"] for row in found.movers["up"])
    assert gained > 0
    assert all(row["candidate"] < row["live"] for row in found.movers["down"])
    same = evidence_of(good, good, [])
    assert (same.summary["places_changed"], same.movers, same.extremes) == (0.0, {"up": [], "down": []}, [])


def test_a_check_is_kept_whole(open_service: Callable[..., Service], good, bad, tmp_path: Path) -> None:
    service = open_service(bundle=good.save(tmp_path / "good"))
    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    shown_only = [part for part in text.split("[[risk]]") if "measure" not in part or "shown.gini" in part]
    plan = "[[risk]]".join(shown_only)
    plan = plan.replace(text[text.index("halt_on") : text.index("]\n", text.index("halt_on")) + 2], "halt_on = []\n")
    held = steps.propose(service, bad.save(tmp_path / "bad"), "ann", plan)
    with pytest.raises(ConflictError, match="was not checked yet"):
        evidence(service, held)
    held = steps.check(service, held, pinned=["7"])
    assert (held.state, held.passed) == ("checked", False)
    assert any("surely worse by more than 1%" in line for line in held.checks["words"])
    assert evidence(service, held.id).lists[0]["user"] == "7"
    assert held.checks["ground"] == {"held_out": len(good.held_out_), "recent": 0}
    again = steps.check(service, held.id)
    assert {name: again.checks[name] for name in again.checks} == held.checks  # same seed, same result; pins are kept
