"""Real data for the tests: the zips where they lie, the mirror of ml-100k where they do not; and who runs what.

Each test, and each process that a test starts, computes on one core: several of them run side by side.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pytest
from hypothesis import settings

from alsoliked.data.movielens.fetching import movielens
from alsoliked.data.movielens.mirror import MIRROR, fetch_mirror
from alsoliked.data.ratings import Ratings

settings.register_profile("repeatable", derandomize=True, deadline=None)  # the same examples in every run
settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parent.parent
ALONE = ("tests/test_docs.py", "tests/test_chapter_pages.py", "src")  # tests that share little and take long
LONG = (  # what takes longest, so that no worker begins with it when the other is done
    "tests/test_docs.py::test_every_link",
    "tests/cluster",
    "tests/serving",
    "tests/cli",
    "tests/chapter",
    "tests/test_docs.py::test_a_page",
    "tests/test_chapter_pages.py",
    "tests/contracts",
    "tests/plots",
    "tests/audit",
)

SLOW = tuple(  # whole trainings whose parts other tests assert; `make test-all` runs them as well
    f"tests/{name}"
    for name in (
        "cli/test_demo.py",
        "chapter/test_story.py::test_what_the_cells_show_on_the_way[by_title",
        "test_chapter_pages.py::test_the_cells_of_a_page_run_and_its_losses_are_those_of_its_notebook[09",
        "test_chapter_pages.py::test_the_cells_of_a_page_run_and_its_losses_are_those_of_its_notebook[07",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[verbs/forget",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[verbs/compare",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[verbs/tradeoff",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[explanation/als",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[explanation/columns",
        "test_docs.py::test_a_page_runs_and_ends_as_it_shows[explanation/influence",
        "audit/test_tradeoff.py::test_weights_of_users",
        "solvers/bayes/test_chain.py::test_the_whole_chain",
        "cluster/launching/test_by_spark.py",
        "cluster/launching/test_torchrun.py::test_lost_workers",
        "cluster/launching/test_torchrun.py::test_nothing_runs_on",
        "cluster/launching/test_torchrun.py::test_an_error_of_a_worker",
        "cluster/launching/test_torchrun.py::test_ctrl_c_leaves",
        "cluster/solving/test_als.py::test_nothing_is_other",
        "cluster/spark/test_session.py::test_a_session_is_quiet",
        "cluster/running/test_verbs.py",
    )
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order below: workers would take what has most tests first, however short they are."""
    config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; give a folder to one worker, as each worker makes what its tests share anew."""
    items.sort(key=lambda item: next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG)))
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if not item.nodeid.startswith(ALONE) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group_of(Path(item.nodeid.partition("::")[0]))))


def _group_of(path: Path) -> str:
    """Return what shares a worker with this file: its folder; all that may start Spark, which starts once a worker."""
    if path.parts[:2] == ("tests", "cluster"):
        return "tests/cluster"
    return str(path if path.parent == Path("tests") else path.parent)


def _copy_of(name: str) -> Path | None:
    """Where a zip lies: in the folder ALSOLIKED_TEST_DATA, else in ../shared/data beside the checkout."""
    folder = Path(os.environ.get("ALSOLIKED_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = folder / name
    return path if path.is_file() else None


@pytest.fixture(scope="session")
def ml_100k_zip() -> Path | None:
    """The published zip of ml-100k; None where it is not."""
    return _copy_of("ml-100k.zip")


@pytest.fixture(scope="session")
def ml_100k_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror of ml-100k, fetched from the registry once and kept in pytest's cache for the next run."""
    shared = ROOT / ".pytest_cache" / "d" / MIRROR
    if not shared.is_file():
        fetched = fetch_mirror(tmp_path_factory.mktemp("mirror"))
        shared.parent.mkdir(parents=True, exist_ok=True)
        part = shared.with_suffix(f".{os.getpid()}")
        shutil.copyfile(fetched, part)
        part.replace(shared)
    return shared


@pytest.fixture(scope="session")
def ml_100k(ml_100k_zip: Path | None, request: pytest.FixtureRequest) -> Ratings:
    """All of ml-100k: from the zip, else from the mirror."""
    return movielens("ml-100k", ml_100k_zip or request.getfixturevalue("ml_100k_mirror"))


@pytest.fixture(scope="session")
def latest_small() -> Ratings:
    """All of ml-latest-small."""
    return movielens("ml-latest-small", _or_skip("ml-latest-small.zip"))


@pytest.fixture(scope="session")
def ml_1m() -> Ratings:
    """All of ml-1m, in a reconstruction whose triples are real and whose timestamps partly are not."""
    return movielens("ml-1m", _or_skip("ml-1m-reconstructed.zip"))


@pytest.fixture(scope="session")
def latest_2023() -> Ratings:
    """The first users of ml-latest as of 2023, with all its movies."""
    return movielens("ml-latest", _or_skip("ml-latest-2023-first-2149-users.zip"))


def _or_skip(name: str) -> Path:
    path = _copy_of(name)
    if path is None:
        pytest.skip(f"{name} is not there; set ALSOLIKED_TEST_DATA to the folder that holds it")
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, and no data folder; gives the cache."""
    cache = tmp_path / "cache"
    monkeypatch.setattr("alsoliked.data.movielens.sources.cache_folder", lambda: cache)
    monkeypatch.delenv("ALSOLIKED_DATA", raising=False)
    return cache
