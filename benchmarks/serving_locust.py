"""What locust's clients do; run by serving_load.py."""

from __future__ import annotations

import os
import random

from locust import FastHttpUser, task

SCENE, RATE, CLIENTS = os.environ["SCENE"], int(os.environ["RATE"]), int(os.environ["CLIENTS"])
USERS, ITEMS = int(os.environ.get("PEOPLE", "6040")), 3952
DRAW = random.Random(7)  # noqa: S311  no secret


class Client(FastHttpUser):
    """Asks for lists, or rates, or both, ten to one."""

    def wait_time(self) -> float:
        """People come whenever they like: clients that keep step would all ask in the same instant."""
        return DRAW.expovariate(RATE / CLIENTS) if RATE else 0.0

    @task
    def act(self) -> None:
        rates = SCENE == "rate" or (SCENE == "mixed" and DRAW.random() < 0.1)
        user = str(DRAW.randrange(1, USERS + 1))
        if rates:
            body = {"user": user, "item": str(DRAW.randrange(1, ITEMS + 1)), "rating": DRAW.randrange(1, 6)}
            self.client.post("/ratings", json=body, name="rate")
        else:
            never = f"&exclude={DRAW.randrange(1, ITEMS + 1)}"  # so that nobody has asked for this list yet
            other = "" if SCENE == "again" else never
            self.client.get(f"/users/{user}/recommendations?n=10{other}", name="recommend")
