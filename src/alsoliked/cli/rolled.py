"""What `alsoliked rollout` and `alsoliked edits` print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from alsoliked.cli.console import print_json, print_table
from alsoliked.errors import DataError

if TYPE_CHECKING:
    from alsoliked.serving.rollout.evidence import Evidence
    from alsoliked.serving.rollout.judging import Verdict
    from alsoliked.serving.service import Service
    from alsoliked.serving.storage.reviews import Review
    from alsoliked.serving.storage.rollouts import Rollout

__all__ = ["moment", "print_history", "print_review", "print_status", "print_verdicts"]


def moment(seconds: float | None) -> str:
    """Return a time as people write it, UTC."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def print_status(service: Service, *, json: bool) -> None:
    """Print what is served, and the rollout that is under way."""
    from alsoliked.serving.rollout.agreement import agreement
    from alsoliked.serving.rollout.planned import plan_of
    from alsoliked.serving.storage.rollouts import opened
    from alsoliked.serving.storage.standing import look

    with service.database.read() as connection:
        row, held = look(connection), opened(connection)
        agreed = None if held is None or held.state != "shadow" else agreement(connection, held)
    told: dict[str, Any] = {"live": row.model, "killed": row.killed, "holdout": row.holdout}
    told |= {"rollout": None if held is None else held.to_dict(), "shadow": agreed}
    if json:
        print_json(told)
        return
    rows = [["live", str(row.model)], ["holdout", f"{row.holdout:.1%} of users"]]
    rows += [] if row.killed is None else [["switched off", row.killed]]
    if held is None:
        rows.append(["rollout", "none under way"])
    else:
        at = f" at {held.share:.0%}" if held.state == "partial" else ""
        rows.append(["rollout", f"{held.id}: {held.candidate} is {held.state}{at} since {moment(held.stage_since)}"])
        rows.append(["decides", plan_of(held.plan).rollout.who])
        rows += [["why", held.why]] if held.why else []
    if agreed is not None:
        rows.append(["shadow", agreed["words"]])
    print("\n".join(f"{name:14}{value}" for name, value in rows))


def print_review(held: Rollout, found: Evidence, decided: Sequence[Review], user: str | None) -> None:
    """Print the evidence: words, checks, movers, and lists side by side."""
    sides = [side for side in found.lists if user is None or side["user"] == user]
    if user is not None and not sides:
        there = ", ".join(side["user"] for side in found.lists)
        raise DataError(
            f"no lists of user {user} were kept; there are those of {there}; `check --pin {user}` adds them."
        )
    if user is None:
        print(f"rollout {held.id}: {held.candidate} instead of {held.previous}\n")
        print("\n".join([*found.words, "", *held.checks["words"]]))
        _print_movers(found)
        for verdict in decided:
            print(f"\n{moment(verdict.at)}  {verdict.reviewer} {verdict.verdict}: {verdict.reason}")
    for side in sides[: 3 if user is None else None]:
        _print_side(side)


def _print_movers(found: Evidence) -> None:
    for way, title in (("up", "Gain most"), ("down", "Lose most")):
        if found.movers[way]:
            rows = [[row["title"], str(row["live"]), str(row["candidate"])] for row in found.movers[way][:5]]
            print()
            print_table(rows, (title, "lists now", "lists then"))


def _print_side(side: dict[str, Any]) -> None:
    print(f"\nuser {side['user']} ({side['why']}, {side['ratings']} ratings): {side['changed']:.0%} of places change")
    rows = []
    for place in range(max(len(side["live"]), len(side["candidate"]))):
        pair = [side[name][place : place + 1] for name in ("live", "candidate")]
        titles = [one[0]["title"] if one else "" for one in pair]
        new = bool(pair[1]) and pair[1][0]["other"] is None
        rows.append([str(place + 1), titles[0], titles[1] + (" (new)" if new else "")])
    print_table(rows, ("", "live", "candidate"))


def print_history(service: Service, n: int, *, verify: bool, json: bool) -> None:
    """Print the last events; look through all of them where that is asked for.

    Raises
    ------
    DataError
        If a row was changed, or one is missing.
    """
    from alsoliked.serving.storage import events

    with service.database.read() as connection:
        told = events.latest(connection, n)
        broken = events.verify(connection) if verify else None
        head = events.head(connection) if verify else ""
    if broken is not None:
        raise DataError(f"event {broken} was changed after it was written, or one before it is missing.")
    if json:
        print_json({"events": [event.to_dict() for event in told], **({"digest": head} if verify else {})})
        return
    rows = [[str(e.id), moment(e.at), e.actor, e.action, e.subject, _why(e.details)] for e in told]
    print_table(rows, ("", "when (UTC)", "who", "did", "to", "why"))
    if verify:
        print(f"\nnothing was changed or taken out; the digest of the last event is {head}")


def _why(details: dict[str, Any]) -> str:
    return str(details.get("why") or details.get("reason") or details.get("early") or "")


def print_verdicts(verdicts: Sequence[Verdict], *, json: bool) -> None:
    """Print how each guardrail stands."""
    if json:
        print_json([verdict.to_dict() for verdict in verdicts])
    elif not verdicts:
        print("no candidate is asked, so there is nothing to watch")
    else:
        rows = []
        for v in verdicts:
            state = "crossed" if v.crossed else "holds" if v.enough else "too little"
            rows.append([v.name, state, f"{v.p:.2g}", f"{v.alpha:.2g}", v.words])
        print_table(rows, ("guardrail", "", "p", "crossed below", ""))
