"""A bundle is whole or refused: what was edited, cut short, mixed up or never ours is told apart."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import pickletools
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import load_file, save_file

from alsoliked import Ratings, Recommender, random_split
from alsoliked.bundle import Contents, read_bundle, write_bundle
from alsoliked.contents import from_contents, to_contents
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import BundleError
from alsoliked.solvers.choice import Choice

ARRAYS = "arrays.safetensors"


@pytest.fixture(scope="module")
def recs() -> dict[str, Recommender]:
    """Models of two kinds and two sizes, fitted to ratings with titles, timestamps and held-out ratings."""
    found = {}
    for name, n_users in (("dot_bias", 30), ("net", 30), ("smaller", 20)):
        ratings = planted_ratings(n_users, 15, density=0.5, levels=range(1, 6), seed=1).ratings
        titles = pl.DataFrame(
            {"item": range(15), "title": [f"Film {i}" for i in range(15)], "genres": [["a", "b"]] * 15}
        )
        frame = ratings.to_frame()
        stamped = Ratings.from_columns(frame["user"], frame["item"], frame["rating"], range(len(ratings)))
        train, valid = random_split(stamped.with_tables(item_table=titles), 0.1, seed=1)
        options = {"layers": (8,)} if name == "net" else {"n_factors": 4}
        model = "net" if name == "net" else "dot_bias"
        found[name] = Recommender(model, epochs=4, lr=0.1, wd=0.01, **options).fit(train, valid)
    return found


@pytest.fixture(params=["dot_bias", "net"])
def bundle(request: pytest.FixtureRequest, recs: dict[str, Recommender], tmp_path: Path) -> Path:
    """A bundle on disk, to do things to."""
    return recs[request.param].save(tmp_path / "bundle")


def reseal(folder: Path, **changes: Any) -> None:
    """Give a manifest changes and make every digest right again: what somebody who knows the format could do."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= changes
    files = manifest["files"]
    manifest["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    manifest["sha256"] = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def refused(folder: Path, says: str) -> None:
    with pytest.raises(BundleError, match=says) as caught:
        Recommender.load(folder)
    assert "\n" not in str(caught.value)


def test_what_is_in_it(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == 1
    assert {"alsoliked", "recommender", "data", "model", "files", "sha256"} <= manifest.keys()
    assert set(manifest["files"]) == {p.name for p in bundle.iterdir()} - {"manifest.json"}
    assert {p.suffix for p in bundle.iterdir()} == {".json", ".safetensors", ".parquet"}
    assert manifest["data"]["users"] == 30


def test_no_pickle_anywhere(bundle: Path) -> None:
    for path in bundle.iterdir():
        with pytest.raises(ValueError, match=r"."):
            pickletools.dis(path.read_bytes(), out=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        assert path.read_bytes()[:9].endswith(b"{") or path.read_bytes().startswith((b"{", b"PAR1"))


def test_round_trip_keeps_the_ratings_whole(bundle: Path, recs: dict[str, Recommender]) -> None:
    loaded = Recommender.load(bundle)
    train, original = loaded.train_ratings, recs["dot_bias"].train_ratings
    assert train.fingerprint() == original.fingerprint()
    assert (train.timestamp == original.timestamp).all()
    assert (train.rating_scale, train.levels, train.name) == (original.rating_scale, original.levels, original.name)
    assert train.item_table.equals(original.item_table)
    assert loaded.held_out_.fingerprint() == recs["dot_bias"].held_out_.fingerprint()
    assert loaded.recommend(1).titles[0].startswith("Film ")


def test_what_else_is_kept(recs: dict[str, Recommender], tmp_path: Path) -> None:
    about = {"rmse": 0.9, "words": "schön", "list": [1, None, True]}
    folder = recs["dot_bias"].save(tmp_path / "bundle", about=about)
    assert read_bundle(folder).manifest["about"] == about
    for unfit in ({"rmse": float("nan")}, {"when": object()}):
        with pytest.raises(BundleError, match="cannot be written as JSON"):
            recs["dot_bias"].save(tmp_path / "other", about=unfit)
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


def test_the_run_is_kept(recs: dict[str, Recommender], tmp_path: Path) -> None:
    rec = recs["dot_bias"]
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    assert rec.history_ is not None
    assert loaded.history_ == rec.history_
    assert loaded.options_ == rec.options_
    assert loaded.options_["epochs"] == len(rec.history_)
    popular = Recommender("popular").fit(rec.train_ratings)
    assert Recommender.load(popular.save(tmp_path / "other")).history_ is None
    again = Recommender.load(loaded.save(tmp_path / "again"))
    assert again.history_ == rec.history_


def test_a_history_that_is_none_of_ours(recs: dict[str, Recommender], tmp_path: Path) -> None:
    rec = recs["dot_bias"]
    contents = to_contents(rec.fitted, None, {"recommender": rec.get_params(), "history": {"epochs": [{"epoch": 0}]}})
    with pytest.raises(BundleError, match="train again"):
        Recommender.load(write_bundle(tmp_path / "bundle", contents))


def test_numpy_options_are_saved_as_numbers(recs: dict[str, Recommender], tmp_path: Path) -> None:
    train = recs["dot_bias"].train_ratings
    rec = Recommender("dot_bias", n_factors=np.int64(3), lr=np.float32(0.05), epochs=4, seed=np.int64(4)).fit(train)
    assert Recommender.load(rec.save(tmp_path / "bundle")).get_params()["n_factors"] == 3


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_truncated(bundle: Path, share: float) -> None:
    for path in sorted(bundle.glob("*")):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(bundle, path.name)
        path.write_bytes(whole)
    Recommender.load(bundle)


def test_one_bit_flipped(bundle: Path) -> None:
    for path in sorted(bundle.glob("*.safetensors")) + sorted(bundle.glob("*.parquet")):
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole)
        refused(bundle, rf"{path.name} is not what was saved \(truncated or edited\)")
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole)


def test_an_edited_manifest(bundle: Path) -> None:
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["model"]["rating"]["y_range"] = [0, 100]
    path.write_text(json.dumps(manifest))
    refused(bundle, r"manifest\.json is not what was saved \(edited\)")


def test_a_file_missing(bundle: Path) -> None:
    for path in [p for p in bundle.iterdir() if p.name != "manifest.json"]:
        path.rename(bundle.parent / path.name)
        refused(bundle, f"{path.name} is missing from the bundle")
        (bundle.parent / path.name).rename(path)


def test_not_there_or_not_ours(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "is not there; expected a folder")
    refused(tmp_path, r"has no manifest\.json; expected a folder")
    (tmp_path / "file").write_text("hello")
    refused(tmp_path / "file", "is not there|no manifest")
    for text, says in (
        ("{", "is no JSON"),
        ("\x00\xff", "is no JSON|names no format"),
        ("[]", "names no format: not a bundle"),
        ('{"name": "an app", "icons": []}', "names no format: not a bundle"),
    ):
        (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
        refused(tmp_path, says)


@pytest.mark.parametrize("version", [0, 3, "1", None])
def test_another_format(bundle: Path, version: object) -> None:
    reseal(bundle, format=version)
    says = rf"has format {version!r}, this version .* reads formats 1 and 2; it was written by alsoliked .* train again"
    refused(bundle, says)


@pytest.mark.parametrize("files", [None, [], {}, {"../manifest.json": "x", ARRAYS: "y"}])
def test_a_list_of_files_that_is_none(bundle: Path, files: object) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text()) | {"files": files}
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    manifest["sha256"] = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    refused(bundle, "does not list its files")


def test_arrays_of_another_bundle(recs: dict[str, Recommender], tmp_path: Path) -> None:
    """Every digest is right, and yet the parts do not belong together."""
    smaller = recs["smaller"].save(tmp_path / "smaller")
    for name in ("dot_bias", "net"):
        folder = recs[name].save(tmp_path / name)
        shutil.copy(smaller / ARRAYS, folder / ARRAYS)
        reseal(folder)
        refused(folder, "not those it was trained on|do not fit")


def cut(array: np.ndarray) -> np.ndarray:
    return array[:-1].copy()


@pytest.mark.parametrize(
    "part",
    [
        "rating.user_factors",
        "rating.item_factors",
        "rating.user_bias",
        "rating.item_bias",
        "choice.weights",
        "prior.mean",
        "prior.precision",
        "train.user_index",
        "train.timestamp",
        "held_out.rating",
    ],
)
@pytest.mark.parametrize("change", [cut, None], ids=["shorter", "gone"])
def test_arrays_that_do_not_fit(
    part: str, change: Callable[[np.ndarray], np.ndarray] | None, recs: dict[str, Recommender], tmp_path: Path
) -> None:
    folder = recs["dot_bias"].save(tmp_path / "bundle")
    arrays = load_file(folder / ARRAYS)
    if change is None:
        del arrays[part]
    else:
        arrays[part] = change(arrays[part])
    save_file(arrays, folder / ARRAYS)
    reseal(folder)
    if change is None and part in ("prior.mean", "held_out.rating", "train.timestamp"):
        Recommender.load(folder)  # these may be absent: nothing to hold them against
        return
    refused(folder, "fit|not those it was trained on")


def test_indices_past_the_end(recs: dict[str, Recommender], tmp_path: Path) -> None:
    folder = recs["dot_bias"].save(tmp_path / "bundle")
    for value in (99, -1):
        arrays = load_file(folder / ARRAYS)
        arrays["held_out.item_index"][0] = value
        save_file(arrays, folder / ARRAYS)
        reseal(folder)
        refused(folder, "do not fit its vocabularies")


def test_a_vocabulary_of_another_bundle(recs: dict[str, Recommender], tmp_path: Path) -> None:
    smaller = recs["smaller"].save(tmp_path / "smaller")
    for name in ("dot_bias", "net"):
        folder = recs[name].save(tmp_path / name)
        shutil.copy(smaller / "users.parquet", folder / "users.parquet")
        reseal(folder)
        refused(folder, "not those it was trained on|do not fit")


def test_a_manifest_with_parts_missing(bundle: Path) -> None:
    whole = json.loads((bundle / "manifest.json").read_text())
    for part in ("model", "data"):
        reseal(bundle, **{part: {}})
        refused(bundle, "do not fit each other")
        reseal(bundle, **{part: whole[part]})
    reseal(bundle, recommender={"model": "dot_bias", "from_the_future": 1})
    refused(bundle, "names options this version does not know")


def kept(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_an_older_bundle_is_replaced(recs: dict[str, Recommender], tmp_path: Path) -> None:
    folder = recs["net"].save(tmp_path / "deep" / "bundle")
    recs["dot_bias"].save(folder)
    assert Recommender.load(folder).model == "dot_bias"
    assert not any("net" in key for key in load_file(folder / ARRAYS))
    reseal(folder, format=99)  # of any format
    recs["net"].save(folder)
    (folder / "manifest.json").write_text("damaged")
    recs["net"].save(folder)
    assert Recommender.load(folder).model == "net"
    assert [p.name for p in folder.parent.iterdir()] == ["bundle"]
    (tmp_path / "empty").mkdir()
    recs["net"].save(tmp_path / "empty")


def test_the_current_folder(recs: dict[str, Recommender], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recs["dot_bias"].save("bundle")
    assert Recommender.load("bundle").model == "dot_bias"
    assert Recommender.load(str(tmp_path / "bundle")).model == "dot_bias"


@pytest.mark.parametrize(
    "files", [{"thesis.txt": "mine"}, {"manifest.json": '{"name": "a web page"}', "index.html": ""}]
)
def test_what_is_no_bundle_is_left_alone(files: dict[str, str], recs: dict[str, Recommender], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / "taken").mkdir(exist_ok=True)
        (tmp_path / "taken" / name).write_text(text)
    before = kept(tmp_path / "taken")
    with pytest.raises(BundleError, match="is there already and is no bundle"):
        recs["dot_bias"].save(tmp_path / "taken")
    assert kept(tmp_path / "taken") == before
    (tmp_path / "a file").write_text("mine")
    with pytest.raises(BundleError, match="is there already and is no bundle"):
        recs["dot_bias"].save(tmp_path / "a file")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a file", "taken"]


def test_a_place_that_cannot_be_written(recs: dict[str, Recommender], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match=r"cannot write to .*; choose another folder"):
        recs["dot_bias"].save(tmp_path / "file" / "bundle")


class Unwritable(pl.DataFrame):
    """A table that cannot be written: the disk is full."""

    def write_parquet(self, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_the_old_bundle(recs: dict[str, Recommender], tmp_path: Path) -> None:
    folder = recs["dot_bias"].save(tmp_path / "bundle")
    before = kept(folder)
    contents = Contents({}, {"a": np.zeros(1)}, {"users": Unwritable()})
    with pytest.raises(BundleError, match=r"cannot write .*bundle \(No space left on device\)"):
        write_bundle(folder, contents)
    assert kept(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
import numpy as np, polars as pl
from alsoliked.bundle import Contents, read_bundle, write_bundle

target = Path(sys.argv[1]) / "bundle"
left = {"steps": -1, "deliver": None}

def watch(event, args):  # stands between Python and the operating system at each of these
    if event == "shutil.rmtree":
        left["steps"] = -1  # what follows is cleaning up
    if event in ("open", "os.rename", "os.chmod", "os.mkdir") and left["steps"] >= 0:
        left["steps"] -= 1
        if left["steps"] < 0:
            left["deliver"]()

def before():
    raise KeyboardInterrupt

def during():
    os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(watch)

def contents(value):
    return Contents({"value": value}, {"a": np.full(3, value)}, {"users": pl.DataFrame({"user": [value]})})

write_bundle(target, contents(0))
value, interrupted = 0, 0
for deliver in (before, during):
    for steps in range(40):
        left.update(steps=steps, deliver=deliver)
        try:
            write_bundle(target, contents(value + 1))
            done = True
        except KeyboardInterrupt:
            done, interrupted = False, interrupted + 1
        finally:
            reached, left["steps"] = left["steps"] < 0, -1
        found = read_bundle(target)  # whole, whatever happened
        assert found.manifest["value"] in ({value + 1} if done else {value, value + 1}), (deliver, steps)
        assert found.arrays["a"][0] == found.manifest["value"] == found.tables["users"]["user"][0]
        others = [p for p in target.parent.iterdir() if p != target]
        assert all(p.name.startswith(".bundle-") and not any(p.iterdir()) for p in others), (deliver, steps, others)
        if deliver is before:
            assert not others, (steps, others)
        for empty in others:
            empty.rmdir()
        value = found.manifest["value"]
        if done and not reached:
            break
assert interrupted > 8, interrupted
print("whole")
"""


def test_an_interrupt_at_any_step_leaves_a_whole_bundle(tmp_path: Path) -> None:
    """Ctrl-C before, and during, each call to the operating system: the old bundle or the new, never half of one."""
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stdout.strip() == "whole", ran.stderr


@pytest.fixture(params=["dot_bias", "net"])
def apart(request: pytest.FixtureRequest, recs: dict[str, Recommender], tmp_path: Path) -> tuple[Recommender, Path]:
    """A model, and a bundle of it as if its arrays were large: nearly each in a file of its own."""
    rec = recs[request.param]
    contents = to_contents(rec.fitted, rec.held_out_, {"recommender": rec.get_params(), "options": rec.options_})
    return rec, write_bundle(tmp_path / "bundle", contents, large=100)


def test_large_arrays_have_files_of_their_own(apart: tuple[Recommender, Path]) -> None:
    rec, folder = apart
    assert json.loads((folder / "manifest.json").read_text())["format"] == 2
    small = load_file(folder / ARRAYS)
    assert all(array.nbytes < 100 for array in small.values())
    for path in folder.glob("*.safetensors"):
        if path.name != ARRAYS:
            assert [(name, array.nbytes >= 100) for name, array in load_file(path).items()] == [(path.stem, True)]
    assert (folder / "train.rating.safetensors").is_file()
    same = Recommender.load(rec.save(folder.parent / "ordinary"))
    together = write_bundle(folder.parent / "together", read_bundle(folder))
    assert json.loads((together / "manifest.json").read_text())["format"] == 1
    assert {path.name for path in together.glob("*.safetensors")} == {ARRAYS}
    for loaded in (Recommender.load(folder), Recommender.load(folder, verify=False)):
        assert loaded.train_ratings.fingerprint() == rec.train_ratings.fingerprint()
        for user in (1, 2):
            assert loaded.recommend(user) == same.recommend(user)
        assert loaded.recommend(given={1: 5, 2: 1}) == same.recommend(given={1: 5, 2: 1})


def test_large_arrays_are_mapped_not_read(apart: tuple[Recommender, Path]) -> None:
    _, folder = apart
    mapped, read = read_bundle(folder, large=100).arrays, read_bundle(folder).arrays
    assert mapped.keys() == read.keys()
    in_files = {name for name, array in mapped.items() if _backing(array) is not None}
    assert in_files == {name for name, array in read.items() if array.nbytes >= 100}
    assert not any(_backing(array) for array in read.values())
    for name, array in mapped.items():
        assert (array.dtype, array.shape, array.flags.aligned) == (read[name].dtype, read[name].shape, True)
        np.testing.assert_array_equal(array, read[name])
    with pytest.raises(ValueError, match="read-only"):
        mapped["train.rating"][0] = 5


def _backing(array: np.ndarray) -> mmap.mmap | None:
    """Return the map of a file behind an array, if that is what is behind it."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    base = base.obj if isinstance(base, memoryview) else base
    return base if isinstance(base, mmap.mmap) else None


def test_what_is_mapped_answers_alike(apart: tuple[Recommender, Path]) -> None:
    """Nothing writes into what it was given."""
    rec, folder = apart
    (one, held), (other, _) = (from_contents(read_bundle(folder, large=large)) for large in (1, 1 << 40))
    assert held is not None
    users, items = held.user_index, held.item_index
    np.testing.assert_array_equal(one.predict(users, items), other.predict(users, items))
    np.testing.assert_array_equal(one.top(np.arange(30), 5)[0], other.top(np.arange(30), 5)[0])
    given = np.array([0, 3]), np.float32([5, 2])
    for name in ("fold_in", "fold_in_item"):
        np.testing.assert_array_equal(*(getattr(answers, name)(*given).row for answers in (one, other)))
    again = to_contents(one, held, {"recommender": rec.get_params()})
    assert Recommender.load(write_bundle(folder, again)).recommend(3).items == rec.recommend(3).items  # over itself


def test_damage_in_a_large_array(apart: tuple[Recommender, Path]) -> None:
    _, folder = apart
    path = next(folder.glob("rating*user*.safetensors"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-4] + b"\x00\x01\x02\x03")
    refused(folder, rf"{path.name} is not what was saved \(truncated or edited\)")
    Recommender.load(folder, verify=False)  # as its docstring warns
    path.write_bytes(whole[:-4])
    with pytest.raises(BundleError, match="cannot be read"):
        Recommender.load(folder, verify=False)
    path.unlink()
    with pytest.raises(BundleError, match="is missing"):
        Recommender.load(folder, verify=False)


def test_two_files_with_one_array(recs: dict[str, Recommender], tmp_path: Path) -> None:
    folder = recs["dot_bias"].save(tmp_path / "bundle")
    shutil.copy(folder / ARRAYS, folder / "again.safetensors")
    files = json.loads((folder / "manifest.json").read_text())["files"]
    reseal(folder, files={**files, "again.safetensors": ""})
    refused(folder, "stands in two files")


def test_a_mapped_array_is_written_by_block(tmp_path: Path) -> None:
    """Of any shape and order in memory, beyond the size of a block, and read by the library as well."""
    arrays = {
        "long": np.arange(5_000_000, dtype=np.int64),
        "turned": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "every other": np.arange(9, dtype=np.float64)[::2],
        "empty": np.zeros((0, 4), np.float32),
        "truth": np.array([True, False]),
    }
    folder = write_bundle(tmp_path / "bundle", Contents({}, arrays, {}), large=1)
    read = read_bundle(folder, large=1).arrays
    by_library = {name: array for path in folder.glob("*.safetensors") for name, array in load_file(path).items()}
    assert read.keys() == by_library.keys() == arrays.keys()
    for name, array in arrays.items():
        for found in (read[name], by_library[name]):
            assert found.dtype == array.dtype
            np.testing.assert_array_equal(found, array)


CRAMPED = """
import resource, sys
from pathlib import Path
import numpy as np
from alsoliked.bundle import Contents, read_bundle, write_bundle

held = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmData" in line)
resource.setrlimit(resource.RLIMIT_DATA, ((held + 64 * 1024) * 1024,) * 2)  # 64 MiB more than it has now
source, target = (Path(name) for name in sys.argv[1:3])
big = np.load(source, mmap_mode="r")
write_bundle(target, Contents({}, {"big": big, "small": np.ones(3)}, {}))
read = read_bundle(target).arrays
assert read["small"].sum() == 3
assert read["big"][-1] == 7
print("mapped", flush=True)
read_bundle(target, large=1 << 60)
print("read")
"""


def test_a_bundle_larger_than_memory(tmp_path: Path) -> None:
    """Written and read where it does not fit; held in memory as a whole it would not."""
    big = np.lib.format.open_memmap(tmp_path / "big.npy", mode="w+", dtype=np.float32, shape=(1 << 25,))  # 128 MiB
    big[-1] = 7
    command = [sys.executable, "-c", CRAMPED, str(tmp_path / "big.npy"), str(tmp_path / "bundle")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout.split() == ["mapped"], ran.stderr
    assert ran.returncode != 0


def test_strangers_are_folded_in_as_choice_was_solved(recs: dict[str, Recommender]) -> None:
    """A bundle says how: defaults of a later version must not change its answers."""
    answers, how = recs["dot_bias"].fitted, Choice(n_factors=4, user_scaling=0.5, item_scaling=0.0)
    train = answers.train
    solved = how.solve(train.user_index, train.item_index, train.n_users, train.n_items)
    mine = replace(answers, choice=solved, choice_how=how)
    again, _ = from_contents(to_contents(mine, None, {}))
    assert again.choice_how == how
    given = np.array([0, 3, 5])
    np.testing.assert_array_equal(*(a.stranger(given, None, "choice") for a in (mine, again)))
    own, trained = train.by_user().row(0)[0], solved.users(np.array([0]))
    np.testing.assert_allclose(mine.stranger(own, None, "choice"), trained, rtol=1e-3, atol=1e-5)
