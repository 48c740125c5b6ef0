"""The chapter's pages as notebooks: ``python docs/notebooks.py [PAGE …]`` writes docs/chapter/notebooks/NN-name.ipynb.

A page of docs/chapter that begins with jupytext's front matter is a notebook already, written as MyST Markdown. Sphinx
runs its cells when it builds the pages; this runs them in Jupyter's own way and keeps what came out, for those who
would rather open a notebook. tests/test_chapter_pages.py runs the cells and holds both against each other, so that
tests/test_docs.py can build the pages with what the notebooks kept.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from jupyter_cache import get_cache
from nbclient import NotebookClient

CHAPTER = Path(__file__).resolve().parent / "chapter"
NOTEBOOKS = CHAPTER / "notebooks"
PATH = re.compile(r' (?:d|transform)="[^"]*"')  # where a picture keeps coordinates
LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")  # the target of a link to another page


def chapter_pages() -> list[Path]:
    """All pages that are notebooks, in their order."""
    return sorted(page for page in CHAPTER.glob("*.md") if _front(page).startswith("---\njupytext:"))


def _front(page: Path) -> str:
    return page.read_text(encoding="utf-8")[:100]


def place_of(page: Path) -> Path:
    """Where the notebook of a page lies."""
    return NOTEBOOKS / f"{page.stem}.ipynb"


def as_notebook(page: Path) -> Any:
    """Return a page as a notebook that has not run: its cells, links that hold from where the notebook lies."""
    notebook = jupytext.reads(page.read_text(encoding="utf-8"), fmt="md:myst")
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{page.stem}-{number}"
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda found: f"]({_from_notebooks(found[1])}", cell.source)
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    return notebook


def _from_notebooks(target: str) -> str:
    sister = CHAPTER / target
    return place_of(sister).name if sister in chapter_pages() else f"../{target}"


def write(page: Path) -> None:
    """Run a page's cells in an empty folder and write its notebook."""
    notebook = as_notebook(page)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=300, record_timing=False, resources={"metadata": {"path": folder}}).execute()
    notebook.metadata["language_info"] = {"name": "python"}  # and not which Python wrote it
    _lighten(notebook)
    place_of(page).parent.mkdir(exist_ok=True)
    nbformat.write(notebook, place_of(page))


def remember(folder: Path) -> None:
    """Put what the notebooks kept into a cache, for Sphinx to build the pages without running their cells again.

    A page whose cells differ from those of its notebook is not found there, and is run.
    """
    cache = get_cache(folder)
    for page in chapter_pages():
        cache.cache_notebook_file(str(place_of(page)), uri=str(page))


def _lighten(notebook: Any) -> None:
    """Round the coordinates of pictures to hundredths of a pixel: half the size, and the same picture."""
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        drawn = output.get("data", {}).get("image/svg+xml")
        if drawn is not None:
            output.data["image/svg+xml"] = PATH.sub(lambda path: LONG.sub(_hundredths, path[0]), drawn)


def _hundredths(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}"


def main() -> None:
    """Write the notebooks of the pages named, or of all."""
    for page in [Path(name).resolve() for name in sys.argv[1:]] or chapter_pages():
        write(page)
        print(place_of(page).relative_to(CHAPTER.parent), place_of(page).stat().st_size)


if __name__ == "__main__":
    main()
