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

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = ROOT / "docs" / "chapter"
INSTALLED = {"alsoliked", "altair", "numpy", "polars", "scipy", "torch"}  # what alsoliked[plots] brings


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


def test_the_questionnaire_shows_a_page_for_every_topic() -> None:
    text = (CHAPTER / "11-questionnaire.md").read_text(encoding="utf-8")
    topics = re.findall(r"^\*\*(.+)\*\*\n: ((?:.+\n?)+)", text, flags=re.MULTILINE)
    assert len(topics) > 25
    for topic, answer in topics:
        assert re.search(r"\]\(\d\d-[a-z-]+\.md", answer), topic
