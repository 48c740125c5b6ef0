"""How often guardrails alarm where nothing is wrong although one looks all the time, and what they find how soon.

    python benchmarks/guardrails.py            # writes benchmarks/results/guardrails.md and .json

Streams are made up: users come one after the other over a stage, each with a level of their own, and go on rating and
being shown lists until it ends, so that what one user does hangs together. A stage is looked at 50 times. Beside the
bets of `alsoliked.serving.rollout` stands what happens when an ordinary test at 5 % is asked at every look.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from alsoliked import __version__
from alsoliked.serving.rollout.guardrails import FALSE_ALARM
from alsoliked.serving.rollout.judging import AMONG, FEW, RATES, TESTS, compared, mean_of
from alsoliked.serving.rollout.sequential import log_mismatch
from alsoliked.serving.rollout.spread import Estimate, alike, different

RESULTS = Path(__file__).parent / "results"
LOOKS = 50
EVENTS = 5  # more per user than the first, on average
STAGES = (100, 1000, 5000)  # users in each group at 1 %, 10 %, 50 % of 10,000
ALPHA = FALSE_ALARM / (len(STAGES) * (len(TESTS) + 1) + len(RATES))
ITEMS = 400
BY_NAME = {test.name: test for test in TESTS}


class Stream:
    """What one group does during a stage: who did something when, and what came of it."""

    def __init__(self, rng: np.random.Generator, n: int) -> None:
        count = 1 + rng.poisson(EVENTS, n)
        self.n, self.user = n, np.repeat(np.arange(n), count)
        came = rng.random(n)
        self.at = came[self.user] + (1 - came[self.user]) * rng.random(len(self.user))
        self.first = np.full(n, np.inf)
        np.minimum.at(self.first, self.user, self.at)

    def means(self, value: np.ndarray, until: float) -> Estimate:
        there = self.at <= until
        count = np.bincount(self.user[there], minlength=self.n)
        total = np.bincount(self.user[there], value[there], self.n)
        return mean_of(total[count > 0] / count[count > 0])


def errors(rng: np.random.Generator, stream: Stream, worse: float) -> np.ndarray:
    """Squared errors: users differ in level, and single errors are skewed."""
    level = rng.lognormal(0, 0.4, stream.n)
    return (1 + worse) * level[stream.user] * rng.chisquare(1, len(stream.user))


def liked(rng: np.random.Generator, stream: Stream, worse: float) -> np.ndarray:
    """Whether a shown item was liked later: one in ten, users differ."""
    level = np.clip(rng.beta(1, 9, stream.n) * (1 - worse), 0, 1)
    return (rng.random(len(stream.user)) < level[stream.user]).astype(float)


def fallen(rng: np.random.Generator, stream: Stream, worse: float) -> np.ndarray:
    """Whether the model did not make it: for a few users always, for others seldom."""
    level = np.where(rng.random(stream.n) < 0.03 + 0.1 * worse, 0.9, 0.005)
    return (rng.random(len(stream.user)) < level[stream.user]).astype(float)


def slow(rng: np.random.Generator, stream: Stream, worse: float) -> np.ndarray:
    """Milliseconds a list took: users differ, most of all by how much they have rated, and lists do."""
    level = rng.lognormal(math.log(30), 0.5, stream.n) * (1 + worse)
    return level[stream.user] * rng.lognormal(0, 0.8, len(stream.user))


def items(rng: np.random.Generator, stream: Stream, worse: float) -> np.ndarray:
    """What was shown: a popular item more often, by the more the narrower; users keep to a part of the items."""
    taste = rng.integers(0, 4, stream.n)[stream.user]
    weight = (1 + np.arange(ITEMS // 4)) ** -(0.8 + 0.5 * worse)
    return taste + 4 * rng.choice(ITEMS // 4, len(stream.user), p=weight / weight.sum())


def shown(stream: Stream, item: np.ndarray, until: float) -> tuple[np.ndarray, np.ndarray]:
    there = stream.at <= until
    pairs = np.unique(stream.user[there] * ITEMS + item[there])
    user = np.unique(pairs // ITEMS, return_inverse=True)[1]
    return user, pairs % ITEMS


Looked = Iterator[tuple[Estimate, Estimate]]


def looks(name: str, rng: np.random.Generator, n: int, worse: float) -> Looked:
    """Both groups' estimates at each look."""
    groups = [Stream(rng, n) for _ in range(2)]
    make = {"error": errors, "acceptance": liked, "fallback": fallen, "latency": slow}.get(name, items)
    values = [make(rng, group, harm) for group, harm in zip(groups, (worse, 0.0), strict=True)]
    for look in range(1, LOOKS + 1):
        until = look / LOOKS
        if name in ("coverage", "concentration"):
            pairs = [shown(group, value, until) for group, value in zip(groups, values, strict=True)]
            of: Callable[..., Estimate] = alike if name == "concentration" else lambda u, i: different(u, i, AMONG)
            yield of(*pairs[0]), of(*pairs[1])
        else:
            yield groups[0].means(values[0], until), groups[1].means(values[1], until)


Rule = tuple[float, bool]  # the alpha of a bet, and whether some harm is allowed: the guardrail's margin
ALONE: tuple[Rule, ...] = ((0.05, False), (0.05, True), (ALPHA, True))
AS_IT_IS: tuple[Rule, ...] = ((ALPHA, True),)


def stage(name: str, rng: np.random.Generator, n: int, worse: float, rules: tuple[Rule, ...]) -> list[float]:
    """Return when the guardrail is crossed by each rule, and last by an ordinary test at each look; inf: never."""
    test = BY_NAME[name]
    tests = [test if allowed else replace(test, margin=0.0) for _, allowed in rules]
    when = [math.inf] * (len(rules) + 1)
    for look, (candidate, control) in enumerate(looks(name, rng, n, worse), 1):
        if min(candidate.users, control.users) < FEW:
            continue
        z = test.sign * (candidate.value - control.value) / max(math.hypot(candidate.error, control.error), 1e-12)
        crossed = [compared(one, candidate, control, a).crossed for one, (a, _) in zip(tests, rules, strict=True)]
        when = [min(old, look / LOOKS) if now else old for old, now in zip(when, [*crossed, z > 1.645], strict=True)]
        if when[0] < math.inf and len(rules) == 1:
            break
    return when


def split(rng: np.random.Generator, n: int, lost: float, rules: tuple[Rule, ...]) -> list[float]:
    """The same for the sample ratio: users come one by one, some of the candidate's get lost."""
    mine = rng.random(2 * n) < 0.5
    mine = mine[~(mine & (rng.random(2 * n) < lost))]
    ones = np.cumsum(mine)
    when = [math.inf] * (len(rules) + 1)
    for look in range(1, LOOKS + 1):
        seen = round(len(mine) * look / LOOKS)
        one = int(ones[seen - 1])
        bet = log_mismatch(one, seen - one, 0.5)
        crossed = [bet >= math.log(1 / alpha) for alpha, _ in rules]
        ordinary = abs(one - seen / 2) > 1.96 * math.sqrt(seen) / 2
        when = [min(old, look / LOOKS) if now else old for old, now in zip(when, [*crossed, ordinary], strict=True)]
    return when


NAMES = (*BY_NAME, "sample ratio")


def once(name: str, rng: np.random.Generator, n: int, worse: float, rules: tuple[Rule, ...]) -> list[float]:
    return split(rng, n, worse, rules) if name == "sample ratio" else stage(name, rng, n, worse, rules)


def alone(runs: int) -> list[dict[str, object]]:
    """Each guardrail by itself; nothing is wrong."""
    rows = []
    for name in NAMES:
        when = np.array([once(name, np.random.default_rng([1, run]), 500, 0.0, ALONE) for run in range(runs)])
        share = (when < math.inf).mean(axis=0).tolist()
        rows.append({"guardrail": name, "no margin": share[0], "margin": share[1], "rollout": share[2]})
        rows[-1]["ordinary"] = share[3]
        print(rows[-1], flush=True)
    return rows


def whole(runs: int) -> float:
    """Share of whole rollouts, three stages of seven guardrails, in which anything alarms though nothing is wrong."""
    alarms = 0
    for run in range(runs):
        rng = np.random.default_rng([2, run])
        alarms += any(once(name, rng, n, 0.0, AS_IT_IS)[0] < math.inf for n in STAGES for name in NAMES)
    return alarms / runs


def power(runs: int) -> list[dict[str, object]]:
    """What is found in one stage, and after which part of it."""
    harms = {"error": (0.1, 0.2, 0.5), "acceptance": (0.2, 0.4), "fallback": (0.5, 1.0), "latency": (0.5, 1.0)}
    harms |= {"coverage": (0.5, 1.0), "concentration": (0.5, 1.0), "sample ratio": (0.05, 0.1, 0.2)}
    rows = []
    for name, sizes in harms.items():
        for worse in sizes:
            row: dict[str, object] = {"guardrail": name, "worse": worse}
            for n in STAGES[1:]:
                rng = [np.random.default_rng([3, n, run]) for run in range(runs)]
                when = np.array([once(name, one, n, worse, AS_IT_IS)[0] for one in rng])
                row[f"{n} users"] = np.mean(when < math.inf)
                row[f"{n} after"] = float(np.median(when[when < math.inf])) if (when < math.inf).any() else None
            rows.append(row)
            print(row, flush=True)
    return rows


WORDS = {
    "error": "squared error {:.0%} larger",
    "acceptance": "{:.0%} fewer liked",
    "fallback": "the model fails for {:.0%} of users more",
    "latency": "a list takes {:.0%} longer",
    "coverage": "popularity counts {:.0%} more",
    "concentration": "popularity counts {:.0%} more",
    "sample ratio": "{:.0%} of the candidate's users get lost",
}


def words(row: dict[str, object]) -> str:
    name, worse = str(row["guardrail"]), float(row["worse"])  # type: ignore[arg-type]
    scale = {"fallback": 0.1, "coverage": 0.5 / 0.8, "concentration": 0.5 / 0.8}.get(name, 1.0)
    return WORDS[name].format(worse * scale)


def write(rows: list[dict[str, object]], alarms: float | None, found: list[dict[str, object]], runs: int) -> None:
    lines = [
        "# Guardrails",
        "",
        f"`benchmarks/guardrails.py`, alsoliked {__version__}; {runs} made-up streams a line, {LOOKS} looks a stage.",
        "",
        "Nothing is wrong, 500 users in each group:",
        "",
        "| guardrail | alarms at 5 %, none worse allowed | with its margin | as in a rollout | an ordinary test"
        " at 5 %, asked at each look |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['guardrail']} | " + " | ".join(f"{v:.1%}" for v in list(row.values())[1:]) + " |" for row in rows
    ]
    lines += (
        []
        if alarms is None
        else [
            "",
            f"A whole rollout in which nothing is wrong ({', '.join(map(str, STAGES))} users in each group at 1 %,"
            f" 10 %, 50 %; {len(NAMES)} guardrails): something alarms in {alarms:.1%} of {runs}; at most"
            f" {FALSE_ALARM:.0%} is allowed.",
        ]
    )
    lines += [
        "",
        f"What is found in a stage, as in a rollout, of {max(20, runs // 5)} streams a cell, and after which part of"
        " the stage (the middle one of those found); so many users in each group:",
        "",
        "| guardrail | what is wrong | 1,000 users | after | 5,000 users | after |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        cells = [str(row["guardrail"]), words(row)]
        for n in STAGES[1:]:
            after = row[f"{n} after"]
            cells += [f"{row[f'{n} users']:.0%}", "" if after is None else f"{after:.0%}"]
        lines.append("| " + " | ".join(cells) + " |")
    (RESULTS / "guardrails.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {"version": __version__, "runs": runs, "alpha": ALPHA, "alone": rows, "whole": alarms, "power": found}
    (RESULTS / "guardrails.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--no-whole", action="store_true", help="leave whole rollouts out, which take longest")
    told = parser.parse_args()
    runs = told.runs
    rows = alone(runs)
    found = power(max(20, runs // 5))
    write(rows, None, found, runs)
    if told.no_whole:
        return
    alarms = whole(runs)
    print(f"whole: {alarms:.3f}")
    write(rows, alarms, found, runs)


if __name__ == "__main__":
    main()
