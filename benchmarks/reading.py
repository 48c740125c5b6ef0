"""What answering from a bundle costs a process, beside the same with torch imported first, as every version did before.

    python benchmarks/reading.py BUNDLE [BUNDLE...] --out benchmarks/results/reading

Each figure is of a process of its own: start, imports, loading the bundle, a list for one user and one for a stranger.
CPU seconds are medians; memory is what the process holds at its end. One thread; the two ways take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median

from alsoliked import __version__

ASK = """
import json, sys, time
{first}
from alsoliked import Recommender
rec = Recommender.load(sys.argv[1])
train = rec.train_ratings
rec.recommend(train.users.ids[0], n=10)
rec.recommend(given={{train.items.ids[0]: 5.0}}, n=10)
told = open("/proc/self/status").read().split("VmRSS:")[1].split()[0]
print(json.dumps([time.process_time(), int(told) / 1024, "torch" in sys.modules]))
"""
WAYS = {"as it is": "", "with torch": "import torch"}


def asked(bundle: Path, first: str) -> tuple[float, float]:
    """Return CPU seconds and MB of a process that answers; as it is, it has no torch."""
    line = [sys.executable, "-c", ASK.format(first=first), str(bundle)]
    ran = subprocess.run(line, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    seconds, megabytes, loaded = json.loads(ran.stdout)
    if loaded != bool(first):
        raise RuntimeError(f"torch was {'' if loaded else 'not '}loaded; expected the other.")
    return seconds, megabytes


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    asked_for = parser.parse_args()
    lines = [f"alsoliked {__version__}, Python {platform.python_version()}, {asked_for.times} processes each", ""]
    lines += ["| bundle | CPU s | with torch | ratio | MB | with torch | ratio |", "|---|---|---|---|---|---|---|"]
    for bundle in asked_for.bundles:
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for _ in range(asked_for.times):
            for way, first in WAYS.items():
                taken[way].append(asked(bundle, first))
        (s, mb), (s_torch, mb_torch) = ([median(side) for side in zip(*taken[way], strict=True)] for way in WAYS)
        told = f"{s:.2f} | {s_torch:.2f} | {s / s_torch:.2f} | {mb:.0f} | {mb_torch:.0f} | {mb / mb_torch:.2f}"
        lines.append(f"| {bundle.name} | {told} |")
        print(lines[-1], flush=True)
    asked_for.out.with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
