"""The chapter's pages and their notebooks: the same cells, run, small, with nothing that is not installed."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupytext")
shells = pytest.importorskip("IPython.core.interactiveshell")

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = ROOT / "docs" / "chapter"
INSTALLED = {"alsoliked", "altair", "numpy", "polars", "scipy", "torch"}  # what alsoliked[train,plots] brings
QUICKER = {  # what runs in place of what a page shows, where it would take long; `make docs` runs what it shows
    "02-learned": [("bs=64", "bs=1024")],
    "03-range-and-bias": [("bs=64", "bs=1024")],
    "04-weight-decay": [("bs=64", "bs=1024"), ("fit_one_cycle(10,", "fit_one_cycle(2,")],
    "09-newcomers": [
        (
            'ratings = movielens("ml-100k")',
            'whole = movielens("ml-100k")\nratings = whole.take(whole.user_index < 250)',
        ),
        ("user_index, strangers))\nknown", "user_index, strangers) & (ratings.item_index < 500))\nknown"),
        ("often, 100, replace", "often, 30, replace"),
        ("rounds=4, n_people=200, seeds=2", "rounds=1, n_people=20, seeds=1"),
    ],
}


def _load_notebooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("alsoliked_docs_notebooks", ROOT / "docs" / "notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notebooks = _load_notebooks()
PAGES = notebooks.chapter_pages()
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_page_has_its_notebook_and_no_notebook_is_left_over() -> None:
    assert len(PAGES) == 10
    assert sorted((CHAPTER / "notebooks").glob("*.ipynb")) == [notebooks.place_of(page) for page in PAGES]


@pages
def test_a_notebook_has_the_cells_of_its_page(page: Path) -> None:
    ours, theirs = notebooks.as_notebook(page), nbformat.read(notebooks.place_of(page), as_version=4)
    kept = [(cell.cell_type, cell.source) for cell in theirs.cells]
    assert kept == [(cell.cell_type, cell.source) for cell in ours.cells], "run `make notebooks`"


@pages
def test_a_notebook_was_run_to_its_end_and_is_small(page: Path) -> None:
    notebook = nbformat.read(notebooks.place_of(page), as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in _code(notebook)] == [*range(1, len(_code(notebook)) + 1)]
    assert not any(output.output_type == "error" for cell in _code(notebook) for output in cell.outputs)
    assert notebooks.place_of(page).stat().st_size < 200_000


@pages
def test_the_links_of_a_notebook_lead_somewhere(page: Path) -> None:
    for cell in nbformat.read(notebooks.place_of(page), as_version=4).cells:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", cell.source if cell.cell_type == "markdown" else ""):
            assert (CHAPTER / "notebooks" / target).is_file(), target


@pages
def test_cells_import_only_what_comes_with_the_pictures(page: Path) -> None:
    for cell in _code(notebooks.as_notebook(page)):
        for node in ast.walk(ast.parse(cell.source)):
            found = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in found:
                assert name.partition(".")[0] in INSTALLED | sys.stdlib_module_names, name


@pages
def test_pages_begin_alike_and_end_with_what_to_try(page: Path) -> None:
    first = [_code(notebooks.as_notebook(other))[0] for other in (page, PAGES[0])]
    assert first[0].source == first[1].source
    assert "remove-cell" in first[0].metadata["tags"]
    text = page.read_text(encoding="utf-8")
    assert text.index("## What to try next") < text.index("**Of the [questionnaire](11-questionnaire.md):**")


@pytest.fixture
def shell(ml_100k_zip: Path | None, request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What runs the cells of a notebook, in a folder of its own and in this process."""
    config = importlib.import_module("traitlets.config").Config()
    config.HistoryManager.enabled = False
    (tmp_path / "data").mkdir()
    source = ml_100k_zip or request.getfixturevalue("ml_100k_mirror")
    (tmp_path / "data" / "ml-100k.zip").symlink_to(source)
    monkeypatch.setenv("ALSOLIKED_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # put back afterwards: it becomes the page
    monkeypatch.chdir(tmp_path)
    return shells.InteractiveShell(config=config)


@pages
def test_the_cells_of_a_page_run_and_its_losses_are_those_of_its_notebook(page: Path, shell: Any) -> None:
    """Give or take what another processor changes; only that they run, where something quicker runs."""
    quicker = QUICKER.get(page.stem, [])
    for old, _ in quicker:
        assert old in page.read_text(encoding="utf-8"), f"{page.name} has no {old!r}"
    for cell in _code(nbformat.read(notebooks.place_of(page), as_version=4)):
        source = cell.source
        for old, new in quicker:
            source = source.replace(old, new)
        done = shell.run_cell(source)
        assert done.success, f"{page.name}: {done.error_before_exec or done.error_in_exec}\n{source}"
        if not quicker and "valid_loss" in getattr(done.result, "columns", ()):
            assert done.result["valid_loss"][-1] == pytest.approx(_last_loss(cell), abs=0.015)


def _last_loss(cell: Any) -> float:
    """The last number of the table that a cell shows."""
    (table,) = [output.data["text/html"] for output in cell.outputs if output.output_type == "execute_result"]
    return float(re.findall(r">([\d.]+)</td>", table)[-1])


def test_the_questionnaire_shows_a_page_for_every_topic() -> None:
    text = (CHAPTER / "11-questionnaire.md").read_text(encoding="utf-8")
    topics = re.findall(r"^\*\*(.+)\*\*\n: ((?:.+\n?)+)", text, flags=re.MULTILINE)
    assert len(topics) > 25
    for topic, answer in topics:
        assert re.search(r"\]\(\d\d-[a-z-]+\.md", answer), topic
