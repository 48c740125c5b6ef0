"""Train the chapter's models with fastai and with alsoliked on the same splits, in turn, and compare.

    python benchmarks/chapter.py --data FOLDER_OR_ZIP            # everything; about two hours on two busy cores
    python benchmarks/chapter.py --data … --models dot_bias_wd --seeds 0
    python benchmarks/chapter.py --resume                        # only what is missing, then the table again

Every training is a process of its own on one thread, and the programs take turns on each split, so that a machine which
is busy for a while is busy for all of them. What counts is the CPU time of the fit; wall time is kept as well.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chapter_table
from peers.fastai_env import make
from splits import checksum, write_splits

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
RESULTS = HERE / "results"
CHAPTER_WD = {  # None: the chapter gives none, and fastai then takes 0.01
    "dot_bias_wd": 0.1,
    "dot": None,
    "dot_range": None,
    "dot_bias": None,
    "by_hand": 0.1,
    "collab_learner": 0.1,
    "net": 0.1,
}
FASTAI_DEFAULT_WD = 0.01
DEFAULTS = "defaults"  # Recommender() as it comes
PROGRAMS = ("fastai-shipped", "fastai-plain", "alsoliked")


@dataclass(frozen=True)
class Job:
    """One training: which program, which model, which split, and the how-manieth time."""

    program: str
    model: str
    seed: int
    repeat: int = 0

    @property
    def training_seed(self) -> int:
        """The split's seed the first time, another one each time after."""
        return self.seed + 1000 * self.repeat

    @property
    def out(self) -> Path:
        """Where its figures go."""
        again = f"-repeat{self.repeat}" if self.repeat else ""
        return WORK / "chapter" / f"{self.program}-{self.model}-seed{self.seed}{again}.json"

    @property
    def draft(self) -> Path:
        """Where they stand until they are complete: a run that is stopped leaves nothing half-told to `--resume`."""
        return self.out.with_suffix(".part")


def jobs(options: argparse.Namespace) -> list[Job]:
    """All trainings, the programs taking turns and each going first once in a while."""
    listed, programs = [], options.programs
    for turn, (repeat, model, seed) in enumerate(
        itertools.product(range(options.repeats), options.models, options.seeds)
    ):
        start = turn % len(programs)
        turned = programs[start:] + programs[:start]
        listed += [Job(p, model, seed, repeat) for p in turned if model != DEFAULTS or p == "alsoliked"]
    return listed


def command(job: Job, split: Path, python: dict[str, Path]) -> list[str]:
    """The command line of one training."""
    own = job.program == "alsoliked"
    script = HERE / "ours_chapter.py" if own else HERE / "peers" / "fastai_chapter.py"
    line = [str(python["alsoliked" if own else "fastai"]), str(script), "--model", job.model]
    line += ["--split", str(split), "--seed", str(job.training_seed), "--out", str(job.draft)]
    if not own:
        line += ["--loader", job.program.removeprefix("fastai-")]
    wd = CHAPTER_WD.get(job.model)
    if wd is None and own and job.model != DEFAULTS:
        wd = FASTAI_DEFAULT_WD
    return line if wd is None else [*line, "--wd", str(wd)]


def train(job: Job, split: Path, python: dict[str, Path]) -> dict[str, Any]:
    """Run one training on one thread and return its figures; a failure ends the run with what it said."""
    job.out.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    ran = subprocess.run(
        command(job, split, python), env=os.environ | quiet, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SystemExit(f"{job} failed:\n{ran.stderr}")
    figures: dict[str, Any] = json.loads(job.draft.read_text())
    figures |= {"program": job.program, "split_sha256": checksum(split), "load": os.getloadavg()[0]}
    figures["finished"] = datetime.now(UTC).isoformat(timespec="seconds")  # shows which runs took turns
    job.draft.write_text(json.dumps(figures, indent=1) + "\n")
    job.draft.replace(job.out)
    return figures


def interpreters(options: argparse.Namespace) -> dict[str, Path]:
    """The python of each program; alsoliked is left out, aloud, where it cannot be imported."""
    found = {}
    if any(p.startswith("fastai") for p in options.programs):
        found["fastai"] = make(options.fastai_env)
    probe = [str(options.python), "-c", "import alsoliked.training, alsoliked.models"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        found["alsoliked"] = options.python
    elif "alsoliked" in options.programs:
        print(f"{options.python} cannot import alsoliked: fastai runs alone", file=sys.stderr)
        options.programs.remove("alsoliked")
    return found


def run_all(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run every training, or with `--resume` those that have no result yet."""
    python = interpreters(options)
    splits = write_splits(options.data, WORK / "splits", options.seeds)
    records = []
    for job in jobs(options):
        if options.resume and job.out.exists():
            records.append(json.loads(job.out.read_text()))
            continue
        records.append(train(job, splits[job.seed], python))
        mse, cpu = records[-1]["mse"], records[-1]["cpu_s"]
        name = f"{job.program:15} {job.model:15} split {job.seed} seed {job.training_seed:4}"
        print(f"{name}  mse {mse:.4f}  cpu {cpu:.1f} s", flush=True)
    return records


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="ml-100k.zip or its folder; ALSOLIKED_DATA otherwise")
    parser.add_argument("--models", nargs="+", choices=[*CHAPTER_WD, DEFAULTS], default=[*CHAPTER_WD, DEFAULTS])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--repeats", type=int, default=1, help="trainings of each model on each split, seeds apart")
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="the python that has alsoliked")
    parser.add_argument("--fastai-env", type=Path, default=HERE / ".envs" / "fastai", help="made when missing")
    parser.add_argument("--resume", action="store_true", help="keep the results that are there already")
    return parser.parse_args()


def main() -> None:
    """Run, write results/chapter.json and results/chapter.md, print the table."""
    records = run_all(arguments())
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "chapter.json").write_text(json.dumps(chapter_table.report(records), indent=1) + "\n")
    text = chapter_table.markdown(records)
    (RESULTS / "chapter.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
