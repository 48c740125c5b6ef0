"""The chapter's data, fetched as a notebook fetches them, and small tables whose answer is known."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alsoliked.chapter import CollabDataLoaders, URLs, untar_data

Cells = list[tuple[str, str]]


@pytest.fixture(scope="session")
def notebook_home(ml_100k_zip: Path | None, request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with ml-100k, and ml-latest-small where it is there, as ALSOLIKED_DATA names one; a cache of its own."""
    folder = tmp_path_factory.mktemp("notebook-home")
    source = ml_100k_zip or request.getfixturevalue("ml_100k_mirror")
    shutil.copyfile(source, folder / "ml-100k.zip")
    small = source.with_name("ml-latest-small.zip")
    if small.is_file():
        shutil.copyfile(small, folder / small.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALSOLIKED_DATA", str(folder))
        patch.setattr("alsoliked.chapter.urls.cache_folder", lambda: folder / "cache")
        yield folder


@pytest.fixture(scope="session")
def ratings_100k(notebook_home: Path) -> pd.DataFrame:
    """ml-100k with titles, read as the chapter reads it."""
    assert notebook_home.is_dir()
    path = untar_data(URLs.ML_100k)
    names = ["user", "movie", "rating", "timestamp"]
    ratings = pd.read_csv(path / "u.data", delimiter="\t", header=None, names=names)
    columns = {"usecols": (0, 1), "names": ("movie", "title"), "header": None}
    movies = pd.read_csv(path / "u.item", delimiter="|", encoding="latin-1", **columns)
    return ratings.merge(movies)


@pytest.fixture(scope="session")
def ratings_small(notebook_home: Path) -> pd.DataFrame:
    """ml-latest-small with titles."""
    if not (notebook_home / "ml-latest-small.zip").is_file():
        pytest.skip("ml-latest-small.zip is not there; set ALSOLIKED_TEST_DATA to the folder that holds it")
    path = untar_data(URLs.ML_LATEST_SMALL)
    return pd.read_csv(path / "ratings.csv").merge(pd.read_csv(path / "movies.csv")[["movieId", "title"]])


@pytest.fixture(scope="session")
def planted() -> pd.DataFrame:
    """60 users and 40 films; a rating is 3 + the user's offset + the film's, in 1..5, and no taste besides."""
    rng = np.random.default_rng(3)
    users, films = rng.normal(0, 0.5, 60), rng.normal(0, 1.0, 40)
    pairs = [(u, f) for u in range(60) for f in range(40) if rng.random() < 0.7]
    rows = [(u + 1, f"film {f:02}", float(np.clip(round(3 + users[u] + films[f]), 1, 5))) for u, f in pairs]
    return pd.DataFrame(rows, columns=["user", "title", "rating"])


@pytest.fixture
def dls(planted: pd.DataFrame, tmp_path: Path) -> CollabDataLoaders:
    """The planted ratings in batches."""
    return CollabDataLoaders.from_df(planted, seed=5, bs=32, path=tmp_path)


@pytest.fixture(scope="session")
def cells_of() -> Callable[[str], Cells]:
    """The cells of a notebook in this folder: heading and code."""

    def read(name: str) -> Cells:
        text = (Path(__file__).parent / name).read_text(encoding="utf-8")
        return re.findall(r"^## (.+?)\n.*?^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)

    return read


@pytest.fixture(scope="session")
def play(cells_of: Callable[[str], Cells]) -> Callable[..., dict[str, Any]]:
    """Run a notebook cell by cell in one namespace, as after the chapter's one import line; return what it made."""

    def run(name: str, **opening: Any) -> dict[str, Any]:
        space: dict[str, Any] = {"__name__": "__notebook__"}
        exec("from alsoliked.chapter import *", space)
        space.update(opening)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".* names in ")
            for heading, code in cells_of(name):
                exec(compile(code, f"{name}: {heading}", "exec"), space)
        return space

    return run
