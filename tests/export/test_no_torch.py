"""Exporting needs no PyTorch: a process that cannot import it writes the same files."""

import subprocess
import sys

SCRIPT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Missing())
from alsoliked import Recommender
from alsoliked.export import to_onnx, to_parquet, to_usearch

to_parquet(Recommender.load("als"), "there/parquet")
to_usearch(Recommender.load("als"), "there/usearch")
for kind in ("dot_bias levels", "net"):
    to_onnx(Recommender.load(kind), f"there/{kind}")
"""


def test_the_same_files_come_without_torch(fits, tmp_path):
    from alsoliked.export import to_onnx, to_parquet, to_usearch

    for kind in ("als", "dot_bias levels", "net"):
        fits(kind).save(tmp_path / kind)
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    als, places = type(fits("als")).load(tmp_path / "als"), ["parquet", "usearch", "dot_bias levels", "net"]
    to_parquet(als, tmp_path / "here" / "parquet")
    to_usearch(als, tmp_path / "here" / "usearch")
    for kind in places[2:]:
        to_onnx(type(als).load(tmp_path / kind), tmp_path / "here" / kind)
    for path in (tmp_path / "here").rglob("*.*"):
        other = tmp_path / "there" / path.relative_to(tmp_path / "here")
        if path.suffix != ".usearch":  # the vectors it was built from are compared beside it
            assert path.read_bytes() == other.read_bytes(), path
    assert len(list((tmp_path / "there").rglob("*.*"))) == 3 + 4 + 5 + 5
