"""Files and folders are whole or as they were before; what an interruption leaves, the bundle's own test tries out."""

from __future__ import annotations

from pathlib import Path

import pytest

from alsoliked.whole import is_free, whole_folder, write_whole


def test_a_folder_takes_its_place_when_all_of_it_is_there(tmp_path: Path) -> None:
    place = tmp_path / "above" / "place"
    for text in ("first", "second"):
        with whole_folder(place) as new:
            (new / text).write_text(text)
            assert not (place / text).exists()
        assert [path.name for path in place.iterdir()] == [text]
    with pytest.raises(ZeroDivisionError), whole_folder(place) as new:
        (new / "third").write_text(str(1 / 0))
    assert [path.name for path in place.iterdir()] == ["second"]
    assert [path.name for path in place.parent.iterdir()] == ["place"]


def test_a_folder_that_cannot_be_moved_leaves_the_old_one(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "old").write_text("old")
    with pytest.raises(FileNotFoundError), whole_folder(place) as new:
        new.rmdir()  # somebody cleans up under our hands
    assert [path.name for path in place.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "words.json"
    write_whole(path, "é", fsync=True)
    assert path.read_bytes() == "é".encode()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new", fsync=True)
    assert path.read_bytes() == "é".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["words.json"]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_only_ours_or_nothing_makes_room(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    places = [tmp_path / "nothing", tmp_path / "empty", tmp_path, tmp_path / "file"]
    assert [is_free(place, lambda _: False) for place in places] == [True, True, False, False]
    assert is_free(tmp_path, lambda found: (found / "file").is_file())
