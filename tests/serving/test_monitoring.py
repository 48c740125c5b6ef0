"""Monitors say what was planted: an error, a drift, a group that grows, a loop; and nothing where nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import insert, update

from alsoliked import Recommender
from alsoliked.cli.app import run
from alsoliked.serving.monitoring.drift import psi
from alsoliked.serving.monitoring.figures import figures
from alsoliked.serving.monitoring.logs import logs
from alsoliked.serving.monitoring.page import told
from alsoliked.serving.monitoring.ratio import ratio, ratios
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage.standing import change
from alsoliked.serving.storage.tables import exposures, models, outcomes

DAY = 86_400.0
DAYS = 28


def plant(
    service: Service,
    *,
    noise: float = 0.5,
    off: float = 0.0,
    narrowing: float = 0.0,
    men: float = 0.0,
    n_users: int = 120,
    seed: int = 0,
) -> float:
    """Write four weeks of lists of five, of which each person rates two a day later; return when it began.

    Predictions are off by `noise` at random and by `off` always; in the last week the served take `narrowing` of what
    they rate from three items; of the women a share `men` stays away at the end.
    """
    rng = np.random.default_rng(seed)
    with service.database.read() as connection:
        until = service.database.now(connection)
        model = str(service.standing(connection).row.model)
    known = service.shelf.take(model).rec.train_ratings.rating
    begin, shown, rated = until - DAYS * DAY, [], []
    for day in range(0, DAYS, 2):
        for user in range(n_users):
            if user % 4 == 0 and rng.random() < men * day / DAYS:
                continue
            arm = "holdout" if user % 5 == 0 else "stable"
            stage, by = ("none", "popular: held out") if arm == "holdout" else ("stable", "trained row")
            narrow = arm != "holdout" and rng.random() < narrowing * day / DAYS
            items = rng.choice(80, 5, replace=False) if not narrow else np.arange(5)
            at = begin + (day + rng.random() / 2) * DAY
            head = {"user": str(user), "model": model, "stage": stage, "arm": arm}
            shown += [
                {
                    **head,
                    "recommendation": f"r{day}-{user}",
                    "item": str(item),
                    "rank": rank + 1,
                    "served_by": by,
                    "at": at,
                }
                for rank, item in enumerate(items)
            ]
            for item in items[:2]:
                rating = float(rng.choice(known))
                predicted = rating - off - noise * rng.normal()
                rated.append(
                    {**head, "item": str(item), "rating": rating, "predicted": predicted}
                    | {"recommendation": f"r{day}-{user}", "at": at + 0.3 * DAY}
                )
    with service.database.write() as connection:
        connection.execute(insert(exposures), shown)
        connection.execute(insert(outcomes), rated)
    return begin


@pytest.fixture
def service(bundle: Path, tmp_path: Path):
    made = Service.open(Settings(home=tmp_path / "home", bundle=bundle))
    yield made
    made.close()


def test_quiet_weeks_are_quiet(service) -> None:
    since = plant(service)
    found = figures(service, since)
    assert {one.key for one in found.odd} == set()
    error = found["error"].table.filter(by="all").row(0, named=True)
    assert error["low"] < 0.5 < error["high"]
    assert error["rmse"] == pytest.approx(0.5, abs=0.03)
    assert found["error"].table.filter(by="day")["n"].sum() == error["n"] == 3360
    accepted = found["acceptance"].table.filter(by="arm")
    assert accepted["value"].to_list() == pytest.approx([0.4, 0.4])
    assert found["lists"].table["lists"].sum() == 14 * 96  # without the holdout
    assert json.loads(json.dumps(found.to_dict(), default=str))["odd"] == []
    with service.database.read() as connection:
        written = logs(connection, since)
    assert set(written.rated["arm"]) == {"holdout", "served"}
    assert written.shown.height == 5 * 14 * 120


def test_what_is_wrong_is_named(service) -> None:
    found = figures(service, plant(service, off=0.9, narrowing=0.9, men=0.9))
    assert {one.key for one in found.odd} >= {"calibration", "concentration", "groups"}
    assert found["calibration"].words[0].startswith("Ratings are 0.88 above")
    assert found["concentration"].words[0].startswith("It is narrowing")
    groups = found["groups"].table.filter(column="gender", of="ratings", group="M").sort("period")
    assert groups["value"].last() > groups["value"].first() + 0.05
    assert "gender" in found["groups"].words[0]


def test_a_worse_error_than_in_training_is_odd(planted, tmp_path: Path) -> None:
    figure = {"rmse": {"value": 0.5, "low": 0.48, "high": 0.52}}
    about = {"metrics": {"subject": "damped_bias", "figures": {"damped_bias": figure}}}
    place = Recommender("damped_bias").fit(planted).save(tmp_path / "biases", about=about)
    service = Service.open(Settings(home=tmp_path / "home", bundle=place))
    found = figures(service, plant(service, noise=0.7))
    service.close()
    assert found["error"].odd
    assert "That is more than the 0.500 (0.480 to 0.520) on ratings held out in training." in found["error"].words


def test_nothing_known_is_said_plainly(service) -> None:
    found = figures(service)
    assert {one.key for one in found.odd} == set()
    assert all(one.words for one in found.monitors.values())
    with service.database.write() as connection:
        change(connection, killed="we test")
        connection.execute(update(models).values(added_at=models.c.added_at - 40 * DAY))
    found = figures(service)
    assert {one.key for one in found.odd} == {"lists", "age"}
    assert any("Retraining is due" in sentence for sentence in found["age"].words)


def test_fallbacks_and_newcomers_are_told_from_how_lists_were_served(service) -> None:
    served = [
        "trained row",
        "fold-in of 12 ratings",
        "fold-in of 2 ratings",
        "typical user (the mean of all): new",
        "popular: x",
    ]
    with service.database.write() as connection:
        now = service.database.now(connection)
        head = {"item": "1", "rank": 1, "model": "m", "stage": "stable", "at": now - DAY}
        rows = [
            head | {"recommendation": f"{by}{arm}{n}", "user": f"u{n}", "arm": arm, "served_by": by}
            for n in range(20)
            for arm in ("stable", "holdout")
            for by in served
        ]
        connection.execute(insert(exposures), rows)
    row = figures(service)["lists"].table.row(0, named=True)
    assert (row["lists"], row["fallback"], row["cold"]) == (100, pytest.approx(0.4), pytest.approx(0.6))


def test_intervals_hold_what_they_promise() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        users = np.repeat(np.arange(40), rng.integers(1, 9, 40))
        value = rng.normal(0, 1, 40)[users] + rng.normal(0, 1, len(users))
        found = ratio(pl.DataFrame({"user": users.astype(str), "value": value}), "value")
        inside += found.low < 0 < found.high
    assert 0.88 < inside / 200 < 0.99


def test_ratios_count_strangers_each_for_themselves() -> None:
    frame = pl.DataFrame({"user": ["a", "a", None, None], "x": [1.0, 0.0, 1.0, 1.0], "arm": ["s"] * 4})
    row = ratios(frame, "x", ["arm"]).row(0, named=True)
    assert (row["value"], row["n"], row["users"]) == (0.75, 4, 3)


def test_psi_is_what_it_is_defined_as() -> None:
    before, now = np.repeat([1.0, 2.0], [5000, 5000]), np.repeat([1.0, 2.0], [8000, 2000])
    value, chance = psi(before, now)
    assert value == pytest.approx(0.3 * np.log(0.8 / 0.5) - 0.3 * np.log(0.2 / 0.5), rel=1e-3)
    assert chance == pytest.approx(2e-4)
    rng = np.random.default_rng(0)
    drawn = [psi(*rng.normal(size=(2, 300))) for _ in range(100)]
    assert np.mean([value for value, _ in drawn]) == pytest.approx(drawn[0][1], rel=0.3)


def test_the_page_and_the_terminal_say_the_same(service, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(service, plant(service, off=0.9, n_users=40))
    page = told(found)
    assert page.cautions == [f"Calibration: {found['calibration'].words[0]}"]
    drawn = {section.anchor: [block.kind for block in section.blocks] for section in page.sections}
    assert {key for key, blocks in drawn.items() if "picture" in blocks} == {"error", "concentration", "groups"}
    assert run(["monitor", "--home", str(service.settings.home), "--tables"]) == 0
    said = capsys.readouterr().out
    assert "to look at: calibration" in said
    assert all(sentence in said for sentence in found["calibration"].words)
    assert run(["monitor", "--home", str(service.settings.home), "--json", "--since", "2d"]) == 0
    assert json.loads(capsys.readouterr().out)["monitors"]["error"]["table"]


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--since", "soon"], "such as 7d"),
        (["--home", "nowhere"], "no folder nowhere"),
        (["--watch", "0.1"], "at least 1"),
        (["--watch", "5", "--json"], "leave one of them out"),
        (["--alerts", "--dashboard"], "one of them"),
    ],
)
def test_bad_flags_are_one_line(flags, why, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["monitor", *flags]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1
