"""untar_data: a folder with the published files, unpacked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from alsoliked.chapter import URLs, untar_data
from alsoliked.chapter.unpacked import unpack
from alsoliked.errors import OptionError, SourceUnavailableError


def test_a_folder_that_lists_its_files(notebook_home: Path) -> None:
    path = untar_data(URLs.ML_100k)
    assert isinstance(path, Path)
    assert path == notebook_home / "cache" / "unpacked" / "ml-100k"
    names = [file.name for file in path.ls()]
    assert names == sorted(names)
    assert {"u.data", "u.item"} <= set(names)
    assert (path / "u.data").read_text().count("\n") == 100_000
    assert (path / "u.item").read_text(encoding="latin-1").startswith("1|Toy Story (1995)|")
    assert repr((path / "u.data").parent.ls()).startswith("(#")


@pytest.mark.usefixtures("notebook_home")
def test_it_is_unpacked_once() -> None:
    mark = untar_data(URLs.ML_100k) / "u.data"
    written = mark.stat().st_mtime_ns
    assert (untar_data(URLs.ML_100k) / "u.data").stat().st_mtime_ns == written
    assert [path.name for path in mark.parent.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_of_ones_own_is_taken_as_it_is(
    notebook_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = unpack(notebook_home / "ml-100k.zip", tmp_path / "ml-100k")
    monkeypatch.setenv("ALSOLIKED_DATA", str(tmp_path))
    assert untar_data(URLs.ML_100k) == own


def test_the_mirror_gives_the_same_table(ml_100k_zip: Path | None, ml_100k_mirror: Path, tmp_path: Path) -> None:
    """Its u.data is the published one; its u.item has ids, titles and genres, but no dates and addresses."""
    if ml_100k_zip is None:
        pytest.skip("ml-100k.zip is not there; set ALSOLIKED_TEST_DATA to the folder that holds it")
    published, mirrored = unpack(ml_100k_zip, tmp_path / "one"), unpack(ml_100k_mirror, tmp_path / "two")
    assert (published / "u.data").read_bytes() == (mirrored / "u.data").read_bytes()
    lines = [
        [line.split("|") for line in (folder / "u.item").read_text(encoding="latin-1").splitlines()]
        for folder in (published, mirrored)
    ]
    assert [len(line) for line in lines[1]] == [24] * 1682
    differing = [one[:2] for one, other in zip(*lines, strict=True) if (one[:2], one[5:]) != (other[:2], other[5:])]
    assert len(differing) <= 12, differing


def test_what_cannot_be_served_is_said() -> None:
    with pytest.raises(OptionError, match=r"no data set at .*it has URLs\.ML_100k, URLs\.ML_1m"):
        untar_data("https://example.org/food.tgz")
    with pytest.raises(OptionError, match="ML_LATEST_SMALL is the set it was drawn from"):
        untar_data(URLs.ML_SAMPLE)


def test_a_cache_that_cannot_be_written_is_said(notebook_home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceUnavailableError, match=r"cannot unpack ml-100k\.zip"):
        unpack(notebook_home / "ml-100k.zip", tmp_path / "file" / "ml-100k")
