"""A bundle larger than the memory of what serves it: written from rows and shards, loaded, asked.

Synthetic: every user rated as many items, drawn by popularity; rows are noise, which costs the same as knowledge. Each
step runs in a process of its own. Two figures stand for memory: the peak of what the process itself holds (anonymous
pages, looked at all the while), and that with the pages of files that happened to be mapped (resident size), which the
system takes back when somebody needs them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from alsoliked import Ratings, Recommender
from alsoliked._version import __version__
from alsoliked.data.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "big_bundle.json"
WHOLE = 1 << 60  # bytes from which an array is mapped: none is
MIB = 2**20
ASKED = 100  # users asked for after the first
BEFORE = (  # measured once, with the last commit in which every array was read, on the same arrays in one file
    "| *before*: load it and answer | 12.5 | 2,392 MiB | 2,437 MiB |",
    "| *before*: load it and save it again | 9.0 | 1,663 MiB | 2,252 MiB |",
    "| load it and save it again | 7.3 | 113 MiB | 1,205 MiB |",
)
SERVED = (
    "`alsoliked serve` of this bundle, with 600 MiB of memory of its own allowed to the process (RLIMIT_DATA, which",
    "counts what is promised to threads as well), answered 150 users in turn; it held 331 MiB of its own.",
)


def anonymous() -> int:
    """Bytes of this process's own pages now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Measure what is done meanwhile."""
    found: dict[str, float] = {"own_mib": 0.0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            found["own_mib"] = max(found["own_mib"], anonymous() / MIB)

    watcher = threading.Thread(target=watch)
    before = anonymous() / MIB
    cpu, wall = time.process_time(), time.perf_counter()
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()
    found |= {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "before_mib": before}
    found["resident_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(n_users: int, n_items: int, n_ratings: int) -> Ratings:
    """Let every user rate one item of each of so many strata, the first of each stratum most often."""
    rng = np.random.default_rng(0)
    each = n_ratings // n_users
    size = n_items // each
    user = np.repeat(np.arange(n_users, dtype=np.int32), each)
    item = np.tile(np.arange(each, dtype=np.int32) * size, n_users)
    item += (size * rng.random(len(item), dtype=np.float32) ** 2).astype(np.int32)
    rating = rng.integers(1, 6, len(item), dtype=np.int8).astype(np.float32)
    names = Vocabulary(np.arange(n_users)), Vocabulary(np.arange(n_items))
    return Ratings(*names, user, item, rating, levels=(1.0, 2.0, 3.0, 4.0, 5.0), name="synthetic")


def shards(work: Path, size: dict[str, int]) -> dict[str, float]:
    """Deal the ratings to shards."""
    from alsoliked.cluster.shards.local import write_shards

    ratings = draw(size["users"], size["items"], size["ratings"])
    with measured() as found:
        write_shards(ratings, work / "shards", valid_pct=0.0)
    return found


def rows(work: Path, size: dict[str, int]) -> dict[str, float]:
    """Draw rows."""
    from alsoliked.cluster.rows import Rows

    width, rng = 1 + size["factors"], np.random.default_rng(1)
    sizes = {"n_users": size["users"], "n_items": size["items"], "user_width": width, "item_width": width}
    made = Rows.create(work / "rows", **sizes)
    with measured() as found:
        for role, n in (("user", size["users"]), ("item", size["items"])):
            for start in range(0, n, 100_000):
                drawn = rng.standard_normal((min(100_000, n - start), width), dtype=np.float32) * np.float32(0.2)
                made.write(role, start, drawn)
        about = {"kind": "factors", "model": "dot_bias", "options": {"n_factors": size["factors"]}}
        made.finish(about | {"y_range": [0.0, 5.5]})
    return found


def write(work: Path, _: dict[str, int]) -> dict[str, float]:
    """Write the bundle, by way of files."""
    from alsoliked.cluster.bundling import write_bundle_from_rows
    from alsoliked.cluster.rows import Rows
    from alsoliked.cluster.shards.manifest import Shards

    with measured() as found:
        bundle = write_bundle_from_rows(Rows.open(work / "rows"), Shards.open(work / "shards"), work / "bundle")
    found["bundle_mib"] = sum(path.stat().st_size for path in bundle.iterdir()) / MIB
    return found


def loaded(work: Path, size: dict[str, int], *, verify: bool = True, large: int | None = None) -> dict[str, float]:
    """Load the bundle and list ten items for one user, and for one that gives three ratings."""
    from alsoliked import bundle

    if large is not None:
        bundle.read_bundle.__kwdefaults__["large"] = large
    with measured() as found:
        start = time.perf_counter()
        rec = Recommender.load(work / "bundle", verify=verify)
        found["load_s"] = time.perf_counter() - start
        start = time.perf_counter()
        listed = rec.recommend(size["users"] // 2)
        found["first_s"] = time.perf_counter() - start
        times = []
        for user in range(size["users"] // 3, size["users"] // 3 + ASKED):
            start = time.process_time()
            rec.recommend(user)
            times.append(time.process_time() - start)
        found["next_ms"] = sorted(times)[ASKED // 2] * 1000
        stranger = rec.recommend(given={1: 5, size["items"] // 2: 1, size["items"] - 1: 4})
    if not len(listed) == len(stranger) == 10:
        raise RuntimeError(f"lists of ten came as {listed} and {stranger}")
    return found


STEPS: dict[str, Callable[[Path, dict[str, int]], dict[str, float]]] = {
    "shards": shards,
    "rows": rows,
    "write": write,
    "mapped": loaded,
    "mapped, not verified": lambda work, size: loaded(work, size, verify=False),
    "read": lambda work, size: loaded(work, size, large=WHOLE),
}


def in_a_process(step: str, arguments: argparse.Namespace, limit_mib: int | None = None) -> dict[str, float]:
    """Run one step on its own; of what fails, return the last line it said."""
    given = [f"--{name}={getattr(arguments, name)}" for name in ("users", "items", "ratings", "factors", "work")]
    command = [sys.executable, __file__, step, *given]

    def limited() -> None:
        if limit_mib is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (limit_mib * MIB, limit_mib * MIB))

    ran = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited, check=False)
    if ran.returncode:
        if limit_mib is None:
            raise RuntimeError(ran.stderr)
        lines = ran.stderr.strip().splitlines() or [f"ended by signal {-ran.returncode}"]
        return {"failed": lines[-1]}  # type: ignore[dict-item]
    return json.loads(ran.stdout.splitlines()[-1])


def markdown(found: dict[str, dict[str, Any]], size: dict[str, int], limit: int, versions: dict[str, str]) -> str:
    """Lay the figures out as a page."""
    lines = [
        "### A bundle larger than memory",
        "",
        f"{size['users']:,} users and {size['items']:,} items x {size['factors']} factors, {size['ratings']:,} ratings"
        f" (synthetic): a bundle of {found['write']['bundle_mib']:,.0f} MiB.",
        "",
        "| work | CPU s | own memory, peak | resident, peak |",
        "|---|---|---|---|",
    ]
    named = {
        "write": "write it from rows and shards",
        "read": "load it, every array read (`large` out of reach), and answer",
        "mapped": "load it, large arrays mapped, and answer",
        "mapped, not verified": "the same with `verify=False`",
    }
    for step, what in named.items():
        one = found[step]
        memory = f"{one['own_mib']:,.0f} MiB | {one['resident_mib']:,.0f} MiB"
        lines.append(f"| {what} | {one['cpu_s']:.1f} | {memory} |")
    lines += BEFORE
    one, whole = found["mapped"], found["read"]
    under = found[f"mapped under {limit} MiB"]
    lines += [
        "",
        f"A process that has imported the package holds {one['before_mib']:,.0f} MiB. Lists of ten for one user, the"
        f" median of {ASKED}: {one['next_ms']:.1f} ms of CPU mapped, {whole['next_ms']:.1f} ms read.",
        "",
        f"With {limit} MiB of memory of its own allowed (RLIMIT_DATA): mapped,"
        f" {under.get('failed', 'it answers')}; read, it ends with"
        f" `{found[f'read under {limit} MiB'].get('failed', 'an answer')}`.",
        "",
        *SERVED,
        "",
        f"One thread; files in the system's cache. {', '.join(f'{n} {v}' for n, v in versions.items())}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run one step, or each in its own process, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="?", choices=tuple(STEPS))
    for name, default in (("users", 2_000_000), ("items", 100_000), ("ratings", 50_000_000), ("factors", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", nargs="*", choices=tuple(STEPS), help="measure these anew, keep the other figures")
    parser.add_argument("--limit", type=int, default=400, help="MiB allowed to the process that serves")
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    size = {name: getattr(arguments, name) for name in ("users", "items", "ratings", "factors")}
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments.work, size)))
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    arguments.work.mkdir(parents=True, exist_ok=True)
    found = json.loads(RESULTS.read_text())["found"] if arguments.only and RESULTS.is_file() else {}
    for step in arguments.only or STEPS:
        found[step] = in_a_process(step, arguments)
        print(step, found[step], flush=True)
    for step in ("mapped", "read"):
        found[f"{step} under {arguments.limit} MiB"] = in_a_process(step, arguments, arguments.limit)
    versions = {"alsoliked": __version__, "numpy": np.__version__, "python": platform.python_version()}
    told = versions | size | {"limit_mib": arguments.limit, "found": found}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    RESULTS.with_suffix(".md").write_text(markdown(found, size, arguments.limit, versions))


if __name__ == "__main__":
    main()
