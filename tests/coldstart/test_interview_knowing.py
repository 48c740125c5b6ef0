"""Who knows what, against Bayes' rule by hand and against what real users really rated."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.coldstart.interview import knowing
from alsoliked.coldstart.interview.knowing import Knowing
from alsoliked.data.ratings import Ratings


def two_circles() -> Ratings:
    """Ten users who know items 0 to 4 and ten who know 5 to 9; everybody knows item 10."""
    pairs = [(u, i) for u in range(20) for i in (*(range(5) if u < 10 else range(5, 10)), 10)]
    users, items = zip(*pairs, strict=True)
    return Ratings.from_columns(list(users), list(items), [3.0] * len(pairs))


def test_bayes_rule_by_hand() -> None:
    before = Knowing.before(two_circles())
    assert before.shares() == pytest.approx([0.5] * 10 + [1.0])
    trust, power = knowing.TRUST, knowing.EVIDENCE
    knows, not_ = trust + (1 - trust) * 0.5, (1 - trust) * 0.5
    own = knows**power / (knows**power + not_**power)  # the chance to be of the circle that knows item 0
    after = before.told([((0,), True)])
    assert after.likely[:10].sum() == pytest.approx(own)
    assert after.shares()[1] == pytest.approx(trust * own + (1 - trust) * 0.5)
    unseen = before.told([((0,), False)])
    assert unseen.likely[10:].sum() == pytest.approx(own)
    both = knows * not_  # one of each circle: told not to know both, every circle is as likely
    assert before.together(np.array([0, 5]))[0, 1] == pytest.approx(both)
    assert before.told([((0, 5), False)]).likely == pytest.approx(before.likely)
    assert before.told([]).likely == pytest.approx(before.likely)


def test_replies_add_up_in_any_order() -> None:
    said = [((0,), True), ((7,), False), ((2, 10), True)]
    one, other = (Knowing.before(two_circles()).told(order).likely for order in (said, said[::-1]))
    assert one == pytest.approx(other)


def test_users_without_ratings_are_nobody_to_be_like(latest_small: Ratings) -> None:
    some = latest_small.take(latest_small.user_index % 2 == 0)
    likely = Knowing.before(some).told([((int(some.item_index[0]),), False)]).likely
    assert likely[1::2].sum() == 0
    assert likely.sum() == pytest.approx(1)


def test_replies_of_real_users_tell_what_else_they_know(ml_100k: Ratings) -> None:
    """After 6 replies about well-known items the rest of them is told better than by how many rated each."""
    out = np.isin(ml_100k.user_index, np.arange(0, 943, 20))
    before = Knowing.before(ml_100k.take(~out))
    known_best = np.argsort(-before.usual)[:40]
    asked, rest = known_best[:6], known_best[6:]
    surprise = np.zeros(2)
    for user in np.unique(ml_100k.user_index[out]):
        own = np.isin(np.arange(ml_100k.n_items), ml_100k.by_user().row(int(user))[0])
        after = before.told([((int(item),), bool(own[item])) for item in asked])
        for place, shares in enumerate((before.usual, after.shares())):
            surprise[place] -= np.log(np.where(own, shares, 1 - shares)[rest]).mean()
    assert surprise[1] < 0.95 * surprise[0]
