"""In the shadow a candidate is asked beside the live model, and how far they agree is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from alsoliked.serving.answering.lists import Wanted, asked_of, recommend
from alsoliked.serving.service import Service
from alsoliked.serving.storage import rollouts, tables
from alsoliked.serving.storage.models import let_in
from alsoliked.serving.storage.standing import change


def shadowed(service: Service, candidate: Path) -> tuple[int, str]:
    with service.database.write() as connection:
        now = service.database.now(connection)
        model = let_in(connection, now, service.settings.home, candidate, "somebody")
        told = {"candidate": model, "previous": str(service.last_standing.row.model), "salt": "s", "plan": {}}
        number = rollouts.add(connection, now, **told)
        rollouts.save(connection, replace(rollouts.find(connection, number), state="shadow"))
        change(connection)
    return number, model


def kept(service: Service) -> list[dict[str, object]]:
    with service.database.read() as connection:
        return [dict(row) for row in connection.execute(select(tables.shadows)).mappings()]


def test_how_far_they_agree_is_kept(open_service: Callable[..., Service], candidate: Path) -> None:
    service = open_service()
    service.start()
    number, model = shadowed(service, candidate)
    shown = {user: [place.item for place in recommend(service, Wanted(user)).items] for user in ("3", "4", "5")}
    recommend(service, Wanted("newcomer"))  # not the model's own list, so nothing to compare
    recommend(service, Wanted(given={"5": 4.0}))  # a stranger
    service.shadows.settle()
    rows = {str(row["user"]): row for row in kept(service)}
    assert set(rows) == {"3", "4", "5"}
    for user, items in shown.items():
        other = asked_of(service, Wanted(user), model)
        assert rows[user]["overlap"] == len(set(items) & set(other)) / 10
        assert rows[user]["rollout"] == number
        assert rows[user]["failed"] is None
    assert min(row["overlap"] for row in rows.values()) < 1


def test_a_candidate_that_fails_in_the_shadow_harms_nobody(
    open_service: Callable[..., Service], candidate: Path
) -> None:
    service = open_service()
    service.start()
    _, model = shadowed(service, candidate)
    (service.settings.home / "models" / model / "manifest.json").write_text("{}")
    assert recommend(service, Wanted("3")).step == "model"
    service.shadows.settle()
    (row,) = kept(service)
    assert row["overlap"] == 0
    assert "BundleError" in str(row["failed"])
