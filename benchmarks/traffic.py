"""Traffic: simulated people who use a running service over HTTP for some weeks, so that there is something to watch.

    alsoliked train ml-100k -o runs/first --model als
    python benchmarks/traffic.py runs/first --data ml-100k --home demo-home --people 400 --days 28
    alsoliked monitor --home demo-home -o monitor.html

The people are users of the data. What each of them truly thinks of an item is what another model, fitted to all of the
data, predicts, and a fixed amount of their own on top; no model that is served knows that. On the days on which one of
them comes, they ask for their list, say that they saw it, rate one or two of the items they would like best among what
they saw, and now and then something popular that was not listed. A fifth of them is the holdout. From the middle of the
time on more and more men come (`--grow`), so that there is a group whose share grows.

Each day is played in seconds; what was written is then set back to the day it stands for. That is why this starts the
service itself, on a home of its own, and why it must never be pointed at one that is used.
"""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import uvicorn
from sqlalchemy import update

from alsoliked import Ratings, Recommender
from alsoliked.cli.source import load_ratings
from alsoliked.plots import error_by_day, groups_by_period, save_chart
from alsoliked.serving.app import create_app
from alsoliked.serving.monitoring.figures import figures
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage.standing import change
from alsoliked.serving.storage.tables import exposures, models, outcomes, ratings

DAY = 86_400.0
STAMPED = ((exposures, "at"), (outcomes, "at"), (ratings, "updated_at"))
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What people truly think, shape (n_users, n_items), and what they come for."""

    data: Ratings
    likes: Values
    popularity: Values
    men: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, data: Ratings, seed: int) -> World:
        truth = Recommender("als", n_factors=20, seed=seed).fit(data)
        rng = np.random.default_rng(seed)
        scores = truth.fitted.rating.users(np.arange(data.n_users)).astype(np.float64)
        gender = np.zeros(data.n_users, bool)
        if data.user_table is not None and "gender" in data.user_table.columns:
            known = dict(zip(data.user_table["user"], data.user_table["gender"], strict=True))
            gender = np.array([known.get(user) == "M" for user in data.users])
        popularity = data.counts_by_item() / data.counts_by_item().sum()
        return cls(data, scores + rng.normal(0, 0.6, scores.shape), popularity, gender)

    def rating(self, user: int, item: int) -> float:
        low, high = self.data.rating_scale
        return float(np.clip(round(self.likes[user, item]), low, high))


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[tuple[httpx.Client, Service]]:
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client, app.state.service
    server.should_exit = True
    thread.join(20)


def visit(client: httpx.Client, world: World, user: int, rng: np.random.Generator) -> None:
    """One person, one list, one or two ratings."""
    name = str(world.data.users[user])
    answer = client.get(f"/users/{name}/recommendations").raise_for_status().json()
    items = [place["item"] for place in answer["items"]]
    _post(client, "/exposures", {"recommendation_id": answer["recommendation_id"], "items": items})
    places = world.data.items.encode([world.data.items.parse(item) for item in items])
    wish = world.likes[user, places] - 0.05 * np.arange(len(places)) + rng.gumbel(0, 0.5, len(places))
    for place in np.argsort(-wish)[: rng.integers(1, 3)]:
        _rate(client, world, user, int(places[place]), answer["recommendation_id"])
    if rng.random() < 0.5:
        found = int(rng.choice(len(world.popularity), p=world.popularity))
        _rate(client, world, user, found, None)


def _rate(client: httpx.Client, world: World, user: int, item: int, recommendation: str | None) -> None:
    names = {"user": str(world.data.users[user]), "item": str(world.data.items[item])}
    told = {} if recommendation is None else {"recommendation_id": recommendation}
    _post(client, "/ratings", {**names, "rating": world.rating(user, item), **told})


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    if answer.status_code != 200:
        raise SystemExit(f"POST {path} {body}: {answer.status_code} {answer.text}")


def set_back(service: Service, since: float, days: float, rng: np.random.Generator) -> None:
    """Set what was written since a moment back by so many days, each person at an hour of their own."""
    for table, column in STAMPED:
        with service.database.write() as connection:
            rows = connection.execute(table.select().where(table.c[column] >= since)).mappings().all()
            key = "id" if "id" in table.c else None
            hours = {user: rng.uniform(0, 0.6) for user in {row["user"] for row in rows}}
            later = 0.0 if table is exposures else rng.exponential(0.08)
            for row in rows:
                at = {column: row[column] - (days - hours[row["user"]] - later) * DAY}
                own = table.c.id == row["id"] if key else (table.c.user == row["user"]) & (table.c.item == row["item"])
                connection.execute(update(table).where(own).values(at))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--data", default="ml-100k")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--active", type=float, default=0.15, help="share of the people that come on a day")
    parser.add_argument("--grow", type=float, default=1.0, help="by how much more men come at the end")
    parser.add_argument("--holdout", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=Path, help="a folder for the two pictures of the docs")
    asked = parser.parse_args()
    world = World.of(load_ratings(asked.data), asked.seed)
    rng = np.random.default_rng(asked.seed)
    people = rng.choice(world.data.n_users, min(asked.people, world.data.n_users), replace=False)
    with served(Settings(home=asked.home, bundle=asked.bundle, rate=0)) as (client, service):
        with service.database.write() as connection:
            change(connection, holdout=asked.holdout)
            connection.execute(update(models).values(added_at=models.c.added_at - (asked.days + 1) * DAY))
        for day in range(asked.days):
            with service.database.read() as connection:
                began = service.database.now(connection)
            share = asked.active * (1 + world.men[people] * asked.grow * max(0.0, 2 * day / asked.days - 1))
            today = people[rng.random(len(people)) < share]
            for user in rng.permutation(today):
                visit(client, world, int(user), rng)
            set_back(service, began, asked.days - day, rng)
            print(f"day {day + 1} of {asked.days}: {len(today)} people came", flush=True)
        if asked.pictures is not None:
            draw(service, asked.pictures)


def draw(service: Service, folder: Path) -> None:
    found = figures(service)
    groups = found["groups"].table.filter(column="gender")
    save_chart(error_by_day(found["error"].table), folder / "monitor-error.png")
    save_chart(groups_by_period(groups, "gender"), folder / "monitor-groups.png")


if __name__ == "__main__":
    main()
