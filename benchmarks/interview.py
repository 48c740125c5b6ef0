"""The interview: simulated newcomers are asked in several ways, and their other ratings predicted.

    python benchmarks/interview.py --out benchmarks/results/interview
    python benchmarks/interview.py --choose

Five folds of users: fold f is every fifth of a seeded shuffle. A model is trained on the other users. Half of a
newcomer's ratings, drawn at random, are the test: fixed beforehand, never asked about. They know an item if it is in
the other half; whatever else is asked about, they have not seen.

Ways to choose: the most rated; at random, as often as an item is rated; by number of ratings times the entropy of
their values; and the interview. After each question ratings are predicted in two ways: from the ratings alone, by
fold-in, and from "haven't seen it" as well, as the interview does. "More than the interview after 5" is the mean, over
people, of a person's own RMSE from ratings alone less that of the interview, with its standard error.

Lists hold nothing of the half that could be answered and nothing that any of the ways asked this person about: so all
ways choose from the same items, and who asks much about items that are often the right answer gains nothing by it.

--choose tries the settings of `coldstart.interview` on users of ml-1m.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from alsoliked import Ratings, Recommender, __version__, movielens
from alsoliked.coldstart.interview import Interview, State, knowing
from alsoliked.coldstart.interview.replies import Rated
from alsoliked.data.grouped import Grouped
from alsoliked.evaluation.ranking import ndcg_at_k
from alsoliked.recommendation.objective import list_scores
from alsoliked.recommendation.topk import top_n

MODELS = {"bayes": {"n_factors": 16, "samples": 60}, "als": {}}
CAPTION = """The interview on ml-100k: five folds of the users (shuffled with seed 0), a model fitted to the others, and
simulated newcomers who know what is in one half of their ratings, drawn at random, and nothing else; the other half is
predicted. Medians over folds. From ratings alone: plain fold-in of the ratings that were got. More than the interview:
the mean over people of their own RMSE after 5 questions from ratings alone, less that of the interview (which takes
"haven't seen it" in, too), ± its standard error. NDCG@10 of liked items, among those no way asked them about."""
WAYS = ("popular", "random", "number by entropy", "interview")
MOST, LISTED = 8, (3, 5, 8)


@dataclass(frozen=True, eq=False)
class Newcomer:
    """Somebody to be asked: what they can answer, and what is to be predicted; by index."""

    user: int
    known: dict[int, float]
    items: np.ndarray
    ratings: np.ndarray


def newcomers(ratings: Ratings, users: np.ndarray) -> Iterator[Newcomer]:
    """Draw each user's halves."""
    by_user = ratings.by_user()
    for user in users.tolist():
        items, stars = by_user.row(user)
        order = np.random.default_rng([0, user]).permutation(len(items))
        known, test = order[: len(order) // 2], order[len(order) // 2 :]
        can_answer = dict(zip(items[known].tolist(), stars[known].tolist(), strict=True))
        yield Newcomer(user, can_answer, items[test], stars[test])


def entropy(train: Ratings) -> np.ndarray:
    """Return how unlike the ratings of each item are, shape (n_items,)."""
    counts = np.maximum(train.counts_by_item(), 1)
    total = np.zeros(train.n_items)
    for value in np.unique(train.rating):
        share = np.bincount(train.item_index[train.rating == value], minlength=train.n_items) / counts
        total -= np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0)
    return total


def order_of(way: str, train: Ratings, user: int) -> np.ndarray:
    """Return the order in which items are asked about, whatever the answers."""
    counts = train.counts_by_item().astype(float)
    if way == "random":
        counts = np.log(np.maximum(counts, 1e-9)) + np.random.default_rng([1, user]).gumbel(size=len(counts))
    elif way == "number by entropy":
        counts *= entropy(train)
    return np.argsort(-counts, kind="stable")


def asked(rec: Recommender, who: Newcomer, order: np.ndarray | None) -> list[tuple[Interview, dict]]:
    """Ask one after the other; return the interview and the ratings after each reply, and before the first."""
    items, rated, steps = rec.train_ratings.items, {}, []
    now = Interview(rec.fitted, State(most=MOST + 1, least=MOST + 1, exclude=tuple(items.decode(who.items))))
    left = None if order is None else iter(order[~np.isin(order, who.items)].tolist())
    for _ in range(MOST + 1):
        steps.append((now, dict(rated)))
        item = int(items.encode([now.question.item])[0]) if left is None else next(left)
        rating = who.known.get(item)
        if rating is not None:
            rated[item] = rating
        now = Interview(rec.fitted, now.state.with_reply(Rated(items[item], rating)))
    return steps


def squared_error(rec: Recommender, row: np.ndarray, who: Newcomer) -> float:
    """Return the sum of squared errors on the test."""
    missed = rec.fitted.rating.linearised(row, who.items)[0].astype(float) - who.ratings
    return float(missed @ missed)


def ratings_alone(rec: Recommender, rated: dict) -> np.ndarray:
    """Return the row of somebody who gave these ratings and of whom nothing else is known."""
    items, stars = np.array(list(rated), dtype=np.int64), np.array(list(rated.values()), dtype=np.float32)
    return rec.fitted.fold_in(items, stars).row


def ndcg(now: Interview, who: Newcomer, left_out: set[int]) -> float:
    """Return NDCG@10 of a list without some items (indices); what was rated 4 or more in the test is relevant."""
    liked = who.items[who.ratings >= 4]
    if not len(liked):
        return np.nan
    items = now.answers.train.items
    listed = items.encode(list(now.recommend(10 + len(left_out))))
    best = listed[~np.isin(listed, list(left_out))][None, :10]
    relevant = Grouped(np.array([0, len(liked)]), liked.astype(np.int32), np.ones(len(liked), np.float32))
    return float(ndcg_at_k(best, relevant)[0])


def measured(rec: Recommender, people: list[Newcomer]) -> dict:
    """Ask everybody in every way; per way: squared errors, NDCG and ratings, by person and question."""
    found: dict = {way: {"alone": [], "all": [], "ndcg": [], "rated": []} for way in WAYS}
    found["n"] = [len(who.items) for who in people]
    for who in people:
        orders = {way: order_of(way, rec.train_ratings, who.user) for way in WAYS[:-1]}
        steps = {way: asked(rec, who, orders.get(way)) for way in WAYS}
        replies = [reply.item for each in steps.values() for reply in each[MOST][0].state.replies]
        left_out = {*who.known, *rec.train_ratings.items.encode(replies).tolist()}
        for way, each in steps.items():
            of = found[way]
            of["alone"].append([squared_error(rec, ratings_alone(rec, rated), who) for _, rated in each])
            of["all"].append([squared_error(rec, now.row, who) for now, _ in each])
            of["ndcg"].append([ndcg(each[q][0], who, left_out) for q in LISTED])
            of["rated"].append([len(rated) for _, rated in each])
    return found


def main() -> None:
    """Run the folds and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="where .json and .md go")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--folds", type=int, default=5, help="how many of the five folds")
    parser.add_argument("--choose", action="store_true", help="try settings on users of ml-1m")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.choose:
        choose()
        return
    ratings = movielens("ml-100k")
    shuffled = np.random.default_rng(0).permutation(ratings.n_users)
    runs = []
    for name in args.models.split(","):
        for fold in range(args.folds):
            out = np.isin(ratings.user_index, shuffled[fold::5])
            rec = Recommender(name, seed=0, **MODELS[name]).fit(ratings.take(~out))
            _ = rec.fitted.prior
            began = time.process_time()
            found = measured(rec, list(newcomers(ratings, shuffled[fold::5])))
            runs.append({"model": name, "fold": fold} | found)
            print(f"{name} fold {fold}: {time.process_time() - began:.0f} CPU s", flush=True)
            told = "\n\n".join(table(runs, model) for model in dict.fromkeys(run["model"] for run in runs))
            if args.out is not None:
                args.out.with_suffix(".md").write_text(f"{' '.join(CAPTION.splitlines())}\n\n{told}\n")
                head = {"alsoliked": __version__, "threads": 1, "runs": [summary(run) for run in runs]}
                args.out.with_suffix(".json").write_text(json.dumps(head, indent=1) + "\n")
    print(told)


def rmse(run: dict, way: str, hearing: str) -> np.ndarray:
    """Return the error over all test ratings of a fold after each question, shape (MOST + 1,)."""
    return np.sqrt(np.sum(run[way][hearing], axis=0) / np.sum(run["n"]))


def own_rmse(run: dict, way: str, hearing: str) -> np.ndarray:
    """Return each person's own error after each question, shape (n_people, MOST + 1)."""
    return np.sqrt(np.array(run[way][hearing]) / np.array(run["n"])[:, None])


def summary(run: dict) -> dict:
    """Return the figures of one fold that the table is made of."""
    kept: dict = {"model": run["model"], "fold": run["fold"], "people": len(run["n"])}
    for way in WAYS:
        kept[way] = {"rated": np.mean(run[way]["rated"], axis=0).round(3).tolist()}
        kept[way]["ndcg"] = np.nanmean(run[way]["ndcg"], axis=0).round(4).tolist()
        for hearing in ("alone", "all"):
            kept[way][f"rmse_{hearing}"] = rmse(run, way, hearing).round(5).tolist()
            kept[way][f"own_rmse_{hearing}"] = own_rmse(run, way, hearing).mean(axis=0).round(5).tolist()
    return kept


def table(runs: list[dict], model: str) -> str:
    """Write the table of one model: medians over its folds."""
    mine = [run for run in runs if run["model"] == model]
    head = "| questions | ratings got in 3, 5, 8 | RMSE from ratings alone after 0 | 1 | 3 | 5 | 8 |"
    head += " from all that was said after 1 | 3 | 5 | 8 | more than the interview | NDCG@10 after 3 | 5 | 8 |"
    lines = [head, "|---|---|" + "---|" * 13]
    ours = np.concatenate([own_rmse(run, "interview", "all") for run in mine])[:, 5]
    for way in WAYS:
        rated = np.median([np.mean(run[way]["rated"], axis=0) for run in mine], axis=0)
        alone, heard = (np.median([rmse(run, way, h) for run in mine], axis=0) for h in ("alone", "all"))
        more = np.concatenate([own_rmse(run, way, "alone") for run in mine])[:, 5] - ours
        ranks = np.median([np.nanmean(run[way]["ndcg"], axis=0) for run in mine], axis=0)
        cells = [way, ", ".join(f"{rated[q]:.2f}" for q in LISTED)]
        cells += [f"{alone[q]:.4f}" for q in (0, 1, *LISTED)] + [f"{heard[q]:.4f}" for q in (1, *LISTED)]
        cells += [f"{more.mean():+.4f} ± {more.std() / np.sqrt(len(more)):.4f}"] + [f"{v:.3f}" for v in ranks]
        lines.append("| " + " | ".join(cells) + " |")
    told = f"{model}, {sum(len(run['n']) for run in mine)} people in {len(mine)} folds:"
    return "\n".join([told, "", *lines])


def choose() -> None:
    """Try settings: a model of 1,000 users of ml-1m is asked by 800 others."""
    ratings = movielens("ml-1m")
    shuffled = np.random.default_rng(7).permutation(ratings.n_users)
    rec = Recommender("bayes", seed=0, **MODELS["bayes"]).fit(
        ratings.take(np.isin(ratings.user_index, shuffled[:1000]))
    )
    people = list(newcomers(ratings, shuffled[2500:3300]))
    for trust in (0.5, 0.8, 0.95):
        for evidence in (0.3, 0.5, 1.0):
            knowing.TRUST, knowing.EVIDENCE = trust, evidence
            squared = [[squared_error(rec, now.row, who) for now, _ in asked(rec, who, None)] for who in people]
            each = np.sqrt(np.array(squared) / np.array([len(who.items) for who in people])[:, None]).mean(axis=0)
            print(f"trust {trust} evidence {evidence}: {' '.join(f'{v:.4f}' for v in each)}", flush=True)

    known_items(rec, people[:200])
    endings(rec, people[:200])


def endings(rec: Recommender, people: list[Newcomer]) -> None:
    """Say how many questions there are, and what error is left, when an interview ends at some `worth`."""
    steps = [[now for now, _ in asked(rec, who, None)] for who in people]
    tested = sum(len(who.items) for who in people)
    for worth in (0.0, 0.003, 0.004, 0.005, 0.006):
        ends = [next((q for q in range(3, MOST) if each[q].question.drop < worth), MOST) for each in steps]
        missed = [squared_error(rec, each[q].row, who) for each, q, who in zip(steps, ends, people, strict=True)]
        print(f"worth {worth}: {np.mean(ends):.1f} questions, RMSE {np.sqrt(sum(missed) / tested):.4f}")


def known_items(rec: Recommender, people: list[Newcomer]) -> None:
    """Say how well the chance of knowing orders lists, beside the model's own choice, by how many items are known."""
    answers, before = rec.fitted, knowing.Knowing.before(rec.train_ratings)
    for n in (3, 10, 20, 40):
        found = []
        for who in people:
            if len(who.known) < n or not (who.ratings >= 4).any():
                continue
            items = np.array(list(who.known)[:n])
            stars = np.array(list(who.known.values())[:n], dtype=np.float32)
            rating = answers.rating.rows(answers.fold_in(items, stars).row[None])
            shares = before.told([((int(item),), True) for item in items]).shares().astype(np.float32)[None]
            own = answers.stranger(items, rating, "both", stars)
            alike = list_scores(rating, shares, answers.counts, "both", answers.rating_weight)
            found.append([ndcg_of(scores, who) for scores in (own, alike)])
        own, alike = np.mean(found, axis=0)
        print(f"{n} known, {len(found)} people: NDCG@10 {own:.4f} by the model's choice, {alike:.4f} by who knows what")


def ndcg_of(scores: np.ndarray, who: Newcomer) -> float:
    """Return NDCG@10 of scores, shape (1, n_items), without the half that could be answered."""
    left = scores.copy()
    left[0, list(who.known)] = -np.inf
    liked = who.items[who.ratings >= 4].astype(np.int32)
    relevant = Grouped(np.array([0, len(liked)]), liked, np.ones(len(liked), np.float32))
    return float(ndcg_at_k(top_n(left, 10), relevant)[0])


if __name__ == "__main__":
    main()
