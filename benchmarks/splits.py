"""Write the split files that every program in a comparison reads: random 80/20 of ml-100k, one folder a seed.

Plain numpy on purpose: the rows must not depend on the library under test.
"""

import argparse
import csv
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

Triples = npt.NDArray[np.int64]  # user, item, rating; (n_ratings, 3)
ROWS = 100_000


def find_zip(given: Path | None) -> Path:
    """Take the zip that was given, or ml-100k.zip in the folder that ALSOLIKED_DATA names."""
    folder = given or Path(os.environ.get("ALSOLIKED_DATA", "."))
    path = folder / "ml-100k.zip" if folder.is_dir() else folder
    if not path.is_file():
        raise SystemExit(f"{path} is not there; give --data a folder or zip with ml-100k, or set ALSOLIKED_DATA.")
    return path


def read_triples(path: Path) -> Triples:
    """Read user, item and rating of u.data, in the published order."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.rsplit("/", 1)[-1] == "u.data")
        text = io.StringIO(archive.read(name).decode("ascii"))
    triples = np.array([row[:3] for row in csv.reader(text, delimiter="\t") if row], dtype=np.int64)
    if len(triples) != ROWS:
        raise SystemExit(f"{path} holds {len(triples)} ratings; ml-100k has {ROWS}.")
    return triples


def write_split(triples: Triples, folder: Path, seed: int, valid_pct: float = 0.2) -> None:
    """Write train.csv and valid.csv of one random split; rows keep the order of the draw."""
    order = np.random.default_rng(seed).permutation(len(triples))
    cut = round(len(triples) * valid_pct)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("valid", order[:cut]), ("train", order[cut:])):
        np.savetxt(folder / f"{name}.csv", triples[rows], "%d", ",", header="user,item,rating", comments="")


def checksum(folder: Path) -> str:
    """SHA-256 over both files, to tell whether two results saw the same rows."""
    digest = hashlib.sha256()
    for name in ("train.csv", "valid.csv"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def write_splits(data: Path | None, work: Path, seeds: list[int]) -> dict[int, Path]:
    """Write a folder for each seed and return them."""
    triples = read_triples(find_zip(data))
    folders = {seed: work / f"ml-100k-seed{seed}" for seed in seeds}
    for seed, folder in folders.items():
        write_split(triples, folder, seed)
    return folders


def main() -> None:
    """Write the splits and print each folder with its checksum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / ".work" / "splits")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    for folder in write_splits(options.data, options.work, options.seeds).values():
        print(folder, checksum(folder)[:16])


if __name__ == "__main__":
    main()
