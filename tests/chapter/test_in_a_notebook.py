"""What a notebook shows: tables as tables, and the picture of lr_find where there is a place for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("nbclient", reason="running a notebook needs nbclient, which the docs extra brings")

CELLS = [
    "from alsoliked.chapter import *",
    "dls = CollabDataLoaders.from_df(pd.read_csv('ratings.csv'), seed=5, bs=32)\ndls.show_batch(3)",
    "learn = collab_learner(dls, 4, y_range=(0, 5.5))\nlearn.lr_find(num_it=40)",
    "learn.fit_one_cycle(2, 0.05)",
    "learn.show_results(max_n=3)",
    "learn.recorder.plot_loss()",
]


def test_cells_show_what_they_should(planted: pd.DataFrame, tmp_path: Path) -> None:
    planted.to_csv(tmp_path / "ratings.csv", index=False)
    cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "execution_count": None, "source": s}
             for i, s in enumerate(CELLS)]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "book.ipynb").write_text(json.dumps(book), encoding="utf-8")
    run = "import nbformat, nbclient; b = nbformat.read('book.ipynb', 4); nbclient.NotebookClient(b).execute();"
    ran = subprocess.run(
        [sys.executable, "-c", f"{run} nbformat.write(b, 'ran.ipynb')"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    outputs = [cell["outputs"] for cell in json.loads((tmp_path / "ran.ipynb").read_text(encoding="utf-8"))["cells"]]
    kinds = [[kind for output in cell for kind in output.get("data", {})] for cell in outputs]
    assert "text/html" in kinds[1]
    assert "vega" in json.dumps(outputs[2])
    assert "SuggestedLRs(valley=" in json.dumps(outputs[2])
    assert "valid_loss" in json.dumps(outputs[3])
    assert "rating_pred" in json.dumps(outputs[4])
    assert "vega" in json.dumps(outputs[5])
