"""A folder of an export is whole or not there, and takes nobody else's place."""

import json

import pytest

from alsoliked.bundle import Contents, write_bundle
from alsoliked.errors import BundleError, OptionError
from alsoliked.export import to_onnx, to_parquet, to_usearch
from alsoliked.export.folder import whole_export, write_manifest

WRITERS = (to_parquet, to_onnx, to_usearch)


def holds(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_interruption_leaves_the_old_one_or_nothing(fits, tmp_path):
    def interrupted():
        with whole_export(tmp_path / "tables") as new:
            (new / "users.parquet").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not any(tmp_path.iterdir())
    to_parquet(fits("als"), tmp_path / "tables")
    before = holds(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert holds(tmp_path) == before


@pytest.mark.parametrize("write", WRITERS)
def test_an_older_export_is_replaced_whatever_it_was(fits, tmp_path, write):
    with whole_export(tmp_path / "place") as new:
        write_manifest(new, "another", {})
        (new / "left.over").write_text("x")
    write(fits("als"), tmp_path / "place")
    assert json.loads((tmp_path / "place" / "manifest.json").read_text())["export"] == write.__name__.removeprefix(
        "to_"
    )
    assert not (tmp_path / "place" / "left.over").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_no_export_is_left_alone(fits, tmp_path, write):
    fits("als").save(tmp_path / "bundle")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    before = holds(tmp_path)
    for name in ("bundle", "mine", "file"):
        with pytest.raises(OptionError, match=f"{name} is there already and is no export"):
            write(fits("als"), tmp_path / name)
    with pytest.raises(OptionError, match=r"cannot write to .*; choose another folder"):
        write(fits("als"), tmp_path / "file" / "below")
    assert holds(tmp_path) == before


def test_a_bundle_does_not_take_the_place_of_an_export(fits, tmp_path):
    to_parquet(fits("als"), tmp_path / "tables")
    with pytest.raises(BundleError, match="is there already and is no bundle"):
        write_bundle(tmp_path / "tables", Contents({}, {}, {}))
