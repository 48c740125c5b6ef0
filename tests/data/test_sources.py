"""Where releases are looked for: data folder, cache, the real mirror; and what is said when nothing works."""

import io
import subprocess
import zipfile

import pytest

from alsoliked.data.movielens import catalogue, mirror, sources
from alsoliked.data.movielens.fetching import fetch_movielens, movielens
from alsoliked.data.movielens.publisher import FetchFailedError
from alsoliked.data.movielens.sources import find
from alsoliked.errors import DataError, SourceUnavailableError

SMALL = catalogue.release("ml-latest-small")
FILES = {
    "ml-latest-small/ratings.csv": "userId,movieId,rating,timestamp\r\n1,2,3.5,1147868817\r\n",
    "ml-latest-small/movies.csv": "movieId,title,genres\r\n2,Fall (2006),Drama\r\n",
}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def test_the_error_lists_every_source_and_the_way_out(elsewhere):
    with pytest.raises(SourceUnavailableError) as caught:
        movielens("ml-100k", offline=True)
    message = str(caught.value)
    for part in ("ALSOLIKED_DATA: not set", "cache: not in", "publisher: not asked", "package registry: not asked"):
        assert part in message
    assert "movielens('ml-100k', path=" in message
    assert not elsewhere.exists()


@pytest.mark.usefixtures("elsewhere")
def test_the_data_folder_comes_first(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("ALSOLIKED_DATA", str(folder))
    with pytest.raises(SourceUnavailableError, match=r"neither ml-latest-small.zip nor ml-latest-small/"):
        fetch_movielens("ml-latest-small", offline=True)
    inside = folder / "ml-latest-small"
    inside.mkdir()
    for name, content in FILES.items():
        (inside / name.split("/")[1]).write_text(content)
    assert fetch_movielens("ml-latest-small") == inside
    (folder / "ml-latest-small.zip").write_bytes(zipped(FILES))
    assert fetch_movielens("ml-latest-small") == folder / "ml-latest-small.zip"
    assert len(movielens("ml-latest-small")) == 1


@pytest.mark.usefixtures("elsewhere")
def test_ml_1m_under_another_name_is_taken_and_said(tmp_path, monkeypatch):
    files = {"ml-1m/ratings.dat": "1::1193::5::978300760\n", "ml-1m/users.dat": "1::F::1::10::48067\n"}
    (tmp_path / "my-copy.zip").write_bytes(zipped(files))
    (tmp_path / "a-wrong-one.zip").write_bytes(zipped(FILES))
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    monkeypatch.setenv("ALSOLIKED_DATA", str(tmp_path))
    ratings = movielens("ml-1m")
    assert ratings.notes == ("took my-copy.zip for ml-1m: it has that layout",)
    assert ratings.item_table is None


def test_a_cached_file_that_is_no_release_is_not_taken(elsewhere):
    elsewhere.mkdir()
    (elsewhere / "ml-latest-small.zip").write_bytes(b"half a zip")
    with pytest.raises(SourceUnavailableError, match=r"cache: .*ml-latest-small.zip is not a whole ml-latest-small"):
        movielens("ml-latest-small", offline=True)


def test_the_mirror_for_real(elsewhere, monkeypatch):
    said = []
    monkeypatch.setattr(sources, "fetch_published", refuse)
    ratings = movielens("ml-100k", say=said.append)
    assert (len(ratings), ratings.item_table.height) == (100_000, 1682)
    assert [path.name for path in elsewhere.iterdir()] == [mirror.MIRROR]
    assert "must not be passed on" in said[0]
    assert movielens("ml-100k", offline=True).fingerprint() == ratings.fingerprint()


def refuse(*_):
    raise FetchFailedError("not today")


def test_a_mirror_with_other_ratings_is_refused(elsewhere, tmp_path, monkeypatch):
    def download(folder):
        (folder / "recbole.whl").write_bytes(zipped({mirror.MEMBER: "header\n1\t2\t3\t4\n"}))

    monkeypatch.setattr(sources, "fetch_published", refuse)
    monkeypatch.setattr(mirror, "_pip_download", download)
    with pytest.raises(SourceUnavailableError, match=r"package registry: .*does not hold the published ratings"):
        movielens("ml-100k")
    assert list(elsewhere.iterdir()) == []
    assert not mirror.is_mirror(tmp_path / "none.whl")


@pytest.mark.parametrize("outcome", ["fails", "hangs", "no pip"])
def test_a_pip_that_cannot_is_told(elsewhere, monkeypatch, outcome):
    def run(command, **_):
        if outcome == "hangs":
            raise subprocess.TimeoutExpired(command, 1)
        words = "No module named pip" if outcome == "no pip" else "ERROR: No matching distribution found"
        return subprocess.CompletedProcess(command, 1, "", f"something\n{words}\n")

    monkeypatch.setattr(sources, "fetch_published", refuse)
    monkeypatch.setattr(mirror.subprocess, "run", run)
    with pytest.raises(SourceUnavailableError, match=r"pip could not fetch recbole==1.2.1"):
        movielens("ml-100k")
    assert list(elsewhere.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(elsewhere):
    elsewhere.write_text("a file in its place")
    with pytest.raises(SourceUnavailableError, match="publisher: cannot write to"):
        find(SMALL, base="http://127.0.0.1:1")


def test_every_name_in_the_catalogue_has_terms():
    names = {known.name for known in catalogue.CATALOGUE}
    assert names == {f"ml-{tail}" for tail in ("100k", "1m", "10m", "20m", "25m", "32m", "latest", "latest-small")}
    assert all("acknowledge" in catalogue.terms(known) for known in catalogue.CATALOGUE)
    with pytest.raises(DataError):
        movielens("ml-100k", "/no/such/file")
