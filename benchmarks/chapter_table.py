"""The chapter comparison as a table: means and medians over the splits, differences and ratios within them."""

import os
import platform
from math import hypot, sqrt
from pathlib import Path
from statistics import mean, median, variance
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
Splits: TypeAlias = dict[str, list[Record]]  # the trainings on each split
ERRORS = ("mse", "rmse", "mae")
OURS = "alsoliked"
COLUMNS = (
    "model",
    "program",
    "splits x trainings",
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
        splits = _by_split(records, model, program)
        runs = [r for group in splits.values() for r in group]
        row = {"model": model, "program": program, "splits": len(splits), "trainings": len(runs)}
        row |= {name: mean(_mean(group, name) for group in splits.values()) for name in ERRORS}
        row |= {name: median(r[name] for r in runs) for name in ("cpu_s", "wall_s")}
        row["mse_se"] = _standard_error(splits)
        if program == OURS:
            row["against"] = _distances(records, model, splits)
        rows.append(row)
    return rows


def _by_split(records: list[Record], model: str, program: str) -> Splits:
    groups: Splits = {}
    for record in records:
        if (record["model"], record["program"]) == (model, program):
            groups.setdefault(record["split"], []).append(record)
    return groups


def _standard_error(splits: Splits) -> float | None:
    """How far the mean MSE may be off for the luck of the training seeds alone; unknown without repeats."""
    if min(map(len, splits.values())) < 2:
        return None
    return sqrt(sum(variance(r["mse"] for r in group) / len(group) for group in splits.values())) / len(splits)


def _distances(records: list[Record], model: str, ours: Splits) -> dict[str, dict[str, float | None]]:
    """Mean MSE difference and median CPU ratio, split by split, where both programs ran."""
    found = {}
    for peer in ("fastai-shipped", "fastai-plain"):
        theirs = _by_split(records, RECIPE if model == "defaults" else model, peer)
        both = sorted(ours.keys() & theirs.keys())
        if both:
            pairs = [(ours[s], theirs[s]) for s in both]
            errors = [_standard_error({s: side[s] for s in both}) for side in (ours, theirs)]
            found[peer] = {
                "splits": len(both),
                "mse_difference": mean(_mean(a, "mse") - _mean(b, "mse") for a, b in pairs),
                "mse_difference_se": _joined(errors),
                "cpu_ratio": median(_middle(b, "cpu_s") / _middle(a, "cpu_s") for a, b in pairs),
            }
    return found


def _joined(errors: list[float | None]) -> float | None:
    known = [e for e in errors if e is not None]
    return hypot(*known) if len(known) == len(errors) else None


def _mean(runs: list[Record], name: str) -> float:
    return float(mean(r[name] for r in runs))


def _middle(runs: list[Record], name: str) -> float:
    return float(median(r[name] for r in runs))


def markdown(records: list[Record]) -> str:
    """Write the summary as a table, and below it what it was taken with."""
    rows = summary(records)
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    lines += [_line(row) for row in rows]
    versions = {f"{name} {version}" for r in records for name, version in r["versions"].items()}
    splits = sorted({r["split"] for r in records})
    about = machine()
    notes = [
        "",
        "MSE, RMSE, MAE and difference (ours minus theirs): mean over the splits; CPU seconds (one thread) and ratio:"
        " median over the splits. After ±: the standard error that the luck of the training seeds leaves.",
        "`fastai-shipped` draws an epoch's rows with replacement (its default loader for ratings); `fastai-plain` shows"
        " every row once an epoch.",
        "Settings: 50 factors, bs 64, 5 epochs, lr 5e-3 one cycle, y_range (0, 5.5) but for `dot`; wd 0.1 for"
        " dot_bias_wd, by_hand, collab_learner and net, 0.01 (what fastai takes when none is given) for the others.",
        f"Splits: {', '.join(splits)}; training seed = split seed, plus 1000 for each repeat.",
        f"{', '.join(sorted(versions))}; {about['cpu']}, {about['cores']} cores.",
    ]
    return "\n".join(lines + notes) + "\n"


def _line(row: dict[str, Any]) -> str:
    against = row.get("against", {})
    gaps = " / ".join(_gap(d) for d in against.values())
    ratios = " / ".join(f"{d['cpu_ratio']:.1f}" for d in against.values())
    runs = f"{row['splits']} x {row['trainings'] // row['splits']}"
    errors = " | ".join(f"{row[name]:.4f}" for name in ERRORS)
    return f"| {row['model']} | {row['program']} | {runs} | {errors} | {row['cpu_s']:.1f} | {gaps} | {ratios} |"


def _gap(distance: dict[str, float | None]) -> str:
    error = distance["mse_difference_se"]
    return f"{distance['mse_difference']:+.4f}" + ("" if error is None else f" ± {error:.4f}")
