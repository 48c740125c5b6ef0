"""The pages tell the truth: their Python runs, their commands end as shown, and nothing public goes unmentioned."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

import alsoliked
from alsoliked.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"alsoliked_docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pages = _load("pages")
NAMES = [str(path.relative_to(DOCS)) for path in pages.all_pages()]
VERBS = (
    "demo",
    "data",
    "train",
    "evaluate",
    "compare",
    "recommend",
    "interview",
    "update",
    "similar",
    "inspect",
    "report",
    "first",
    "typical",
    "forget",
    "newcomers",
    "audit",
    "simulate",
    "tradeoff",
    "loops",
    "plan",
    "serve",
    "rollout",
    "edits",
    "keys",
    "retrain",
    "monitor",
    "export",
)

QUICKER = {  # what runs in place of what a page shows, where it would take long; docs/pages.py runs what it shows
    "chapter/your-notebook.md": [("bs=64", "bs=1024")],  # tests/chapter/test_story.py trains as the page does
    "explanation/blend-and-auto.md": [("--budget 20", "--budget 3")],
    "verbs/compare.md": [("--models dot_bias,ease --folds 1", "--models ease --folds 1")],
    "verbs/report.md": [("--user 405", "--user 405 --no-audit")],  # tests/cli/test_report.py asks for one
    "verbs/tradeoff.md": [("--strengths 0,.3,.7,1", "--strengths 0,1")],
}

FEW = (  # pages that run on the first 250 users alone: nothing they are held to depends on how many there are
    "explanation/columns.md",
    "explanation/feedback-loops.md",
    "pictures.md",
    "verbs/audit.md",
    "verbs/compare.md",
    "verbs/demo.md",
    "verbs/evaluate.md",
    "verbs/simulate.md",
    "verbs/tradeoff.md",
)


@pytest.fixture(scope="session")
def data_home(ml_100k_zip: Path | None, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Path:
    """A folder such as ALSOLIKED_DATA names, with ml-100k in it: the published zip, else the mirror."""
    folder = tmp_path_factory.mktemp("data-home")
    shutil.copyfile(ml_100k_zip or request.getfixturevalue("ml_100k_mirror"), folder / "ml-100k.zip")
    return folder


@pytest.fixture(scope="session")
def few_home(ml_100k_zip: Path | None, data_home: Path, tmp_path_factory: Any) -> Path:
    """Another such folder, whose ml-100k has the ratings of few users; the mirror would not be one without all."""
    if ml_100k_zip is None:
        return data_home
    folder = tmp_path_factory.mktemp("few-home")
    with zipfile.ZipFile(data_home / "ml-100k.zip") as whole, zipfile.ZipFile(folder / "ml-100k.zip", "w") as few:
        for name in whole.namelist():
            lines = whole.read(name).splitlines(keepends=True)
            if name.endswith("/u.data"):
                lines = [line for line in lines if int(line.split(b"\t")[0]) <= 250]
            few.writestr(name, b"".join(lines))
    return folder


@pytest.fixture
def at_home(request: pytest.FixtureRequest, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder, with no cache, and ml-100k where ALSOLIKED_DATA says; give what training printed."""
    of = "few" if name in FEW else "data"
    monkeypatch.setenv("ALSOLIKED_DATA", str(request.getfixturevalue(f"{of}_home")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return request.getfixturevalue(f"first_of_{of}")


@pytest.fixture(scope="session")
def first_of_data(data_home: Path, tmp_path_factory: Any) -> Path:
    """The bundle most pages start from, trained by the command they show."""
    return _first(data_home, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="session")
def first_of_few(few_home: Path, tmp_path_factory: Any) -> Path:
    """The same of few users."""
    return _first(few_home, tmp_path_factory.mktemp("first"))


def _first(home: Path, folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALSOLIKED_DATA", str(home))
        pages.train_first(folder)
    return folder


def _runnable(name: str) -> bool:
    found = pages.blocks((DOCS / name).read_text(encoding="utf-8").splitlines())
    return any(block.kind in ("python", "console") for block in found)


def _lines(name: str) -> list[str]:
    """Return the lines of a page, quicker ones where it would take long."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for old, new in QUICKER.get(name, []):
        assert old in text, f"docs/{name} has no {old!r}"
        text = text.replace(old, new)
    return text.splitlines()


def _one_worker(name: str) -> Any:
    """A page, with what makes all pages of a bundle run where that bundle was trained."""
    return pytest.param(name, marks=pytest.mark.xdist_group("pages of few" if name in FEW else "pages"))


@pytest.mark.parametrize("name", [_one_worker(name) for name in NAMES if _runnable(name)])
def test_a_page_runs_and_ends_as_it_shows(name: str, at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "verbs/demo.md":
        monkeypatch.setattr("alsoliked.cli.demo._draw", lambda *_: [])  # tests/cli/test_demo.py draws the same
    session, found = pages.Session(at_home), pages.blocks(_lines(name))
    for place, block in enumerate(found):
        where = f"docs/{name} line {block.start + 1}"
        if block.kind == "file":
            session.file(block)
        elif block.kind == "python":
            said = session.python(block, where)
            shows = place + 1 < len(found) and found[place + 1].kind == "text"
            assert bool(said.strip()) == shows or "on_epoch=print_epoch" in "".join(block.lines), where
        elif block.kind == "console":
            for command in pages.commands(block):
                _check(command, session, where)


def _check(command: Any, session: Any, where: str) -> None:
    if command.arguments[0] != "alsoliked":
        assert command.arguments[0] in ("pip", "make", "git"), f"{where}: {command.text}"
        return
    assert command.shown, f"{where}: run `python docs/pages.py` to fill in what {command.text!r} prints"
    code, said = session.command(command)
    assert code == command.expected_code, f"{where}: {command.text}\n{said}"
    told = [line for line in command.shown if line.startswith(("alsoliked: ", "Error: ")) and "/data" not in line]
    for line in told if code else ():
        assert line in said, f"{where}: {command.text}\nshown: {line}\nreally: {said}"


@pytest.mark.parametrize("name", alsoliked.__all__)
def test_every_public_name_stands_in_the_reference(name: str) -> None:
    text = (DOCS / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"\balsoliked\.{re.escape(name)}\b", text), f"{name} is not in docs/python.md"


def _flags(verb: str) -> dict[str, list[Any]]:
    """The parameters of a verb, or of each of its own verbs."""
    command = typer.main.get_command(app).commands[verb]
    own = getattr(command, "commands", None)
    return {verb: command.params} if own is None else {name: sub.params for name, sub in own.items()}


@pytest.mark.parametrize("verb", VERBS)
def test_every_flag_stands_on_the_page_of_its_verb_and_no_other(verb: str) -> None:
    text = (DOCS / "verbs" / f"{verb}.md").read_text(encoding="utf-8")
    known = {"--help"}
    for name, parameters in _flags(verb).items():
        part = text if name == verb else text.split(f"## alsoliked {verb} {name}")[1].split("\n## ")[0]
        rows = "\n".join(line.split("|")[1] for line in part.splitlines() if line.startswith("| `"))
        for parameter in parameters:
            known |= {*parameter.opts, *parameter.secondary_opts}
            for flag in parameter.opts:
                if flag.startswith("-") and flag != "--help":
                    assert f"`{flag}`" in rows, f"{flag} of {verb} {name} has no row in docs/verbs/{verb}.md"
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    strange = set(re.findall(r"`(--?[a-z][\w-]*)`", prose)) - known
    assert not strange, f"docs/verbs/{verb}.md speaks of {strange}"


def test_there_is_a_page_for_every_verb() -> None:
    assert sorted(VERBS) == sorted(typer.main.get_command(app).commands)
    assert sorted(path.stem for path in (DOCS / "verbs").glob("*.md")) == sorted(VERBS)


def test_the_design_page_places_every_package_and_module() -> None:
    text = (DOCS / "design.md").read_text(encoding="utf-8")
    parts = [path for path in (ROOT / "src" / "alsoliked").iterdir() if not path.name.startswith(("_", "py.typed"))]
    missing = [path.name for path in parts if f"  {path.name}" not in text]
    assert not missing


def test_every_option_of_the_recommender_is_a_flag_or_said_to_be_none() -> None:
    text = (DOCS / "verbs" / "train.md").read_text(encoding="utf-8")
    from alsoliked.estimator import OPTIONS

    flags = {name for parameter in _flags("train")["train"] for name in parameter.opts}
    for option in OPTIONS:
        flag = f"--{option.replace('_', '-')}"
        assert flag in flags or f"`{option}`" in text, (
            f"{option} is no flag of train, and docs/verbs/train.md is silent"
        )


@pytest.fixture(scope="session")
def built(data_home: Path, tmp_path_factory: Any) -> Path:
    """The pages as `make docs` builds them, without a warning; what the chapter's cells print is from the notebooks."""
    pytest.importorskip("myst_nb")
    folder = tmp_path_factory.mktemp("built")
    _load("notebooks").remember(folder / "cells")
    kept = ["-D", "nb_execution_mode=cache", "-D", f"nb_execution_cache_path={folder}/cells"]
    order = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "-q",
        "-j",
        "2",
        "-b",
        "html",
        *kept,
        "-d",
        f"{folder}/trees",
        str(DOCS),
    ]
    env = {**os.environ, "ALSOLIKED_DATA": str(data_home), "XDG_CACHE_HOME": f"{folder}/cache"}
    done = subprocess.run([*order, f"{folder}/html"], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.mark.xdist_group("built")
def test_every_link_leads_to_a_page_and_a_heading_that_is_there(built: Path) -> None:
    for page in built.rglob("*.html"):
        lost = re.findall(r'href="(?!https?:)[^"]*\.md(?:#[^"]*)?"', page.read_text(encoding="utf-8"))
        assert not lost, f"{page.relative_to(built)} links to {lost}"


@pytest.mark.xdist_group("built")
def test_pictures_stand_still_and_need_no_network(built: Path) -> None:
    chapter = sorted((built / "chapter").glob("[01]*.html"))
    assert len(chapter) >= 10
    for page in chapter:
        text = page.read_text(encoding="utf-8")
        assert "vega" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL).lower()
        assert not re.search(r'<(?:script|img|link)[^>]*(?:src|href)="https?:', text)
        for picture in re.findall(r'<img[^>]*src="([^"]+)"', text):
            assert (page.parent / picture).is_file()
    drawn = [page.stem for page in chapter if "_images/" in page.read_text(encoding="utf-8")]
    assert len(drawn) >= 8, drawn


@pytest.mark.xdist_group("built")
def test_the_losses_on_the_road_are_those_the_pages_print(built: Path) -> None:
    """Give or take what another processor changes."""
    road = (DOCS / "chapter" / "index.md").read_text(encoding="utf-8")
    said = re.findall(r"^[ ├─]*(\d+)  .*MSE (\d\.\d\d)", road, flags=re.MULTILINE)
    assert len(said) >= 6
    for number, mse in said:
        page = next((built / "chapter").glob(f"{int(number):02}-*.html")).read_text(encoding="utf-8")
        tables = [table for table in re.findall(r"<table.*?</table>", page, re.DOTALL) if "valid_loss</th>" in table]
        ends = [float(re.findall(r">([\d.]+)</td>", table)[-1]) for table in tables]
        assert any(abs(end - float(mse)) < 0.015 for end in ends), f"page {number} prints {ends}, the road says {mse}"
