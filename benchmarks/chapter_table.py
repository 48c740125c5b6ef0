"""The chapter comparison as a table: means and medians over the splits, differences and ratios within them."""

import os
import platform
from pathlib import Path
from statistics import mean, median
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
OURS = "alsoliked"
COLUMNS = (
    "model",
    "program",
    "splits",
    "valid MSE",
    "RMSE",
    "MAE",
    "CPU s of the fit",
    "MSE less fastai's, shipped / plain",
    "fastai's CPU over ours, shipped / plain",
)
RECIPE = "dot_bias_wd"  # what Recommender() with its defaults is held against


def report(records: list[Record]) -> dict[str, Any]:
    """Everything a reader needs to check the table: machine, summary, and each training's own figures."""
    return {"machine": machine(), "summary": summary(records), "runs": records}


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "system": platform.platform(terse=True),
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
    }


def summary(records: list[Record]) -> list[dict[str, Any]]:
    """One row for each model and program, ours with its distance to either fastai on the same splits."""
    rows = []
    for model, program in dict.fromkeys((r["model"], r["program"]) for r in records):
        runs = _runs(records, model, program)
        row = {"model": model, "program": program, "splits": len(runs)}
        row |= {name: mean(r[name] for r in runs.values()) for name in ("mse", "rmse", "mae")}
        row |= {name: median(r[name] for r in runs.values()) for name in ("cpu_s", "wall_s")}
        if program == OURS:
            row["against"] = _distances(records, model, runs)
        rows.append(row)
    return rows


def _runs(records: list[Record], model: str, program: str) -> dict[str, Record]:
    return {r["split"]: r for r in records if r["model"] == model and r["program"] == program}


def _distances(records: list[Record], model: str, ours: dict[str, Record]) -> dict[str, dict[str, float]]:
    """Mean MSE difference and median CPU ratio, split by split, where both programs ran."""
    found = {}
    for peer in ("fastai-shipped", "fastai-plain"):
        theirs = _runs(records, RECIPE if model == "defaults" else model, peer)
        both = sorted(ours.keys() & theirs.keys())
        if both:
            found[peer] = {
                "splits": len(both),
                "mse_difference": mean(ours[s]["mse"] - theirs[s]["mse"] for s in both),
                "cpu_ratio": median(theirs[s]["cpu_s"] / ours[s]["cpu_s"] for s in both),
            }
    return found


def markdown(records: list[Record]) -> str:
    """Write the summary as a table, and below it what it was taken with."""
    rows = summary(records)
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    lines += [_line(row) for row in rows]
    versions = {f"{name} {version}" for r in records for name, version in r["versions"].items()}
    about = machine()
    notes = [
        "",
        "MSE, RMSE, MAE and difference (ours minus theirs): mean over the splits; CPU seconds (one thread) and ratio:"
        " median over the splits.",
        "`fastai-shipped` draws an epoch's rows with replacement (its default loader for ratings); `fastai-plain` shows"
        " every row once an epoch.",
        "Settings: 50 factors, bs 64, 5 epochs, lr 5e-3 one cycle, y_range (0, 5.5) but for `dot`; wd 0.1 for"
        " dot_bias_wd, by_hand, collab_learner and net, 0.01 (what fastai takes when none is given) for the others.",
        f"Splits: {', '.join(sorted({r['split'] for r in records}))}; training seed = split seed.",
        f"{', '.join(sorted(versions))}; {about['cpu']}, {about['cores']} cores.",
    ]
    return "\n".join(lines + notes) + "\n"


def _line(row: dict[str, Any]) -> str:
    against = row.get("against", {})
    gaps = " / ".join(f"{d['mse_difference']:+.4f}" for d in against.values())
    ratios = " / ".join(f"{d['cpu_ratio']:.1f}" for d in against.values())
    return (
        f"| {row['model']} | {row['program']} | {row['splits']} | {row['mse']:.4f} | {row['rmse']:.4f} |"
        f" {row['mae']:.4f} | {row['cpu_s']:.1f} | {gaps} | {ratios} |"
    )
