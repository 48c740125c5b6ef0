"""Sphinx settings; `make docs` builds the pages into docs/_build/html."""

from __future__ import annotations

import re
from pathlib import Path

from alsoliked import __version__

HERE = Path(__file__).resolve().parent

project = "alsoliked"
author = "the alsoliked authors"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "chapter/notebooks"]  # those are made from the pages of the chapter
default_role = "literal"  # docstrings write `name` for code
suppress_warnings = [
    "misc.highlighting_failure",
    "myst.header",  # what the benchmarks write need not begin at the second level
    "myst.xref_missing",
    "ref.python",  # `n_users` in a shape is no link to one of the things of that name
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# The pages of docs/chapter are notebooks: run in each build, each in a folder of its own; a failing cell fails it.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # they stand in the signature
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"alsoliked {release}"
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]


def _gather_results() -> None:
    """Put what the benchmarks wrote, if anything, where docs/benchmarks.md includes it."""
    found = sorted((HERE.parent / "benchmarks" / "results").glob("*.md"))
    parts = [_below_the_title(path.read_text(encoding="utf-8")) for path in found]
    target = HERE / "_build" / "gathered" / "benchmarks.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(parts) or "No results here yet: `make bench` writes them into `benchmarks/results`."
    target.write_text(text + "\n", encoding="utf-8")


def _below_the_title(text: str) -> str:
    """Move headings so that the largest are of the second level: the page has a title already."""
    lines, places, fenced = text.splitlines(), [], False
    for place, line in enumerate(lines):
        fenced ^= line.lstrip().startswith("```")
        if not fenced and re.match(r"#{1,6} ", line):
            places.append(place)
    largest = min((len(lines[place].partition(" ")[0]) for place in places), default=2)
    for place in places:
        marks, _, title = lines[place].partition(" ")
        lines[place] = f"{'#' * min(6, len(marks) - largest + 2)} {title}"
    return "\n".join(lines)


_gather_results()
