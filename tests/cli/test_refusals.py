"""Whatever comes in wrong: one line that says so, exit code 1; 2 for a misused command."""

import os
import shutil

import pytest

FILES = {
    "mine.csv": "user,item,rating\n1,10,4\n1,11,2\n2,10,3\n2,12,3\n",
    "empty.csv": "",
    "bad.csv": "user,item,rating\n1,10,4\n1,11,x\n2,10,nan\n2,12,3\n3,,4\n",
    "repeated.csv": "user,item,rating\n1,10,4\n1,10,2\n2,10,3\n",
    "given_word.csv": "title,rating\nAlien (1979),five\n",
    "given_short.csv": "title,rating\nAlien (1979)\n",
    "given_comma.csv": "title,rating\nSilence of the Lambs, The (1991),5\n",
    "given_nobody.csv": "title,rating\n,5\n",
    "given_columns.csv": "foo,bar\nAlien (1979),5\n",
    "given_twice.csv": "title,rating\nAlien (1979),5\nAlien (1979),4\n",
}

REFUSED = [
    ("train ml-100k -o new --model foo", "--model foo is unknown; expected one of dot, dot_bias, net"),
    ("train ml-100k -o new --layers 10,5", "model 'dot_bias' has no option 'layers'"),
    ("train ml-100k -o new --model net --layers a,b", "--layers 'a,b' came, expected numbers"),
    ("train ml-100k -o new --y-range 0,0.5", "cannot reach ratings from 1 to 5"),
    ("train ml-100k -o new --y-range 3", "expected two numbers such as 0,5.5"),
    ("train ml-100k -o new --split foo", "expected one of random, time, leave_last, u1"),
    ("train ml-100k -o new --split leave_last --valid-pct 0.1", "--valid-pct has no effect"),
    ("train ml-100k -o new --valid-pct 1.5", "--valid-pct 1.5"),
    ("train ml-100k -o new --seed -1", "--seed -1 came"),
    ("train ml-100k -o new --on-bad-rows drop", "--on-bad-rows came with ml-100k"),
    ("train nothere.csv -o new", "no file or folder 'nothere.csv', and no data set of that name"),
    ("train empty.csv -o new", "empty.csv is empty"),
    ("train mine.csv -o .", "is no bundle"),
    ("train mine.csv -o mine.csv", "is no bundle"),
    ("train mine.csv -o mine.csv/new", "mine.csv is a file; choose another folder"),
    ("train mine.csv -o new --query x", "which is no database"),
    ("train sqlite:///nothere.db -o new", "pass --query"),
    ("train sqlite:///nothere.db -o new --query x", "no SQLite database"),
    ("data check bad.csv", "3 of 5 rows cannot be read"),
    ("data check bad.csv", "pass --on-bad-rows drop"),
    ("data check bad.csv --on-bad-rows foo", "--on-bad-rows foo"),
    ("data check repeated.csv", "on lines 2 and 3"),
    ("data check mine.csv --rating stars", "no column 'stars'"),
    ("data get ml-2m", "no data set 'ml-2m'"),
    ("data get ml-100k --path mine.csv", "does not hold ml-100k"),
    ("data split mine.csv -o new --valid-pct 0", "--valid-pct 0 holds nothing out"),
    ("data split mine.csv -o new --split time", "needs timestamps"),
    ("data split mine.csv -o mine.csv", "mine.csv is a file"),
    ("evaluate nothere", "nothere is not there"),
    ("evaluate {bundle} --user u", "came without DATA"),
    ("recommend {bundle}", "expected one of USER, --given and --all"),
    ("recommend {bundle} 1 --all", "expected one of USER, --given and --all"),
    ("recommend {bundle} 99999", "user 99999 has no ratings in training"),
    ("recommend {bundle} ann", "ids here are int"),
    ("recommend {bundle} 196 -n 0", "-n 0 came"),
    ("recommend {bundle} 196 --objective foo", "--objective foo is unknown"),
    ("recommend {bundle} 196 --exclude 99999", "item '99999' is not among"),
    ("recommend {bundle} --all --why", "--why explains one list"),
    ("recommend {bundle} --given Alein_(1979)=5", "is not among the 1682 known items"),
    ("recommend {bundle} --given 50=9", "expected a number from 1 to 5"),
    ("recommend {bundle} --given 50=x", "'x' is no rating"),
    ("recommend {bundle} --given nothere.csv", "nothere.csv is not there"),
    ("recommend {bundle} --given given_word.csv", "line 2: 'five' is no rating"),
    ("recommend {bundle} --given given_short.csv", "line 2 has 1 fields, expected 2"),
    ("recommend {bundle} --given given_comma.csv", "put quotes around"),
    ("recommend {bundle} --given given_nobody.csv", "line 2 names no item"),
    ("recommend {bundle} --given given_columns.csv", "its columns are foo, bar"),
    ("recommend {bundle} --given given_twice.csv", "rated twice"),
    ("recommend {bundle} --given empty.csv", "it is empty"),
    ("recommend {bundle} --given 50=5 --on-unknown popular", "has no effect"),
    ("similar {bundle} 98 --min-count 0", "--min-count 0 came"),
    ("similar {bundle} 196 --user --min-count 2", "has no effect with --user"),
    ("inspect {bundle} -n 0", "-n 0 came"),
    ("inspect {bundle} --components 99", "99"),
]


@pytest.fixture
def desk(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_refused_in_one_line(ask, desk, work, line, says):
    done = ask(*(part.format(bundle=work / "runs/first") for part in line.split()), at=desk)
    last = done.err.splitlines()[-1]
    assert done.code == 1
    assert says in last
    assert last.startswith("alsoliked: ")
    assert done.out == ""
    assert "Traceback" not in done.err
    assert {path.name for path in desk.iterdir()} == set(FILES)


def test_a_title_that_is_no_title_and_one_that_is_two(ask, work):
    near = ask("similar", "runs/first", "Silence of the Lambs", at=work).err
    assert "Did you mean 'Silence of the Lambs, The (1991)'" in near
    assert "belongs to 2 items (ids 246, 268)" in ask("similar", "runs/first", "Chasing Amy (1997)", at=work).err


def test_bad_rows_and_repeats_can_be_told_what_to_do_with(ask, desk):
    dropped = ask("data", "check", "bad.csv", "--on-bad-rows", "drop", at=desk)
    assert dropped.code == 0
    assert "left out 3 rows" in dropped.err
    kept = ask("data", "check", "repeated.csv", "--on-repeat", "mean", "--json", at=desk)
    assert kept.json["n_ratings"] == 2
    assert kept.json["mean"] == 3


def test_an_unknown_user_may_get_what_is_popular(ask, work):
    found = ask("recommend", "runs/first", 99999, "--on-unknown", "popular", "-n", 2, "--json", at=work).json
    assert len(found["items"]) == 2
    assert found["served_by"].startswith("popular")


@pytest.mark.parametrize("name", ["arrays.safetensors", "manifest.json", "items.parquet"])
def test_a_damaged_bundle_says_which_file(ask, work, tmp_path, name):
    shutil.copytree(work / "runs/first", tmp_path / "b")
    whole = (tmp_path / "b" / name).read_bytes()
    (tmp_path / "b" / name).write_bytes(whole[: len(whole) // 2])
    done = ask("recommend", "b", 196, at=tmp_path)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert name in done.err


def test_a_folder_of_somebody_else_stays_as_it_is(ask, desk):
    (desk / "site").mkdir()
    (desk / "site/manifest.json").write_text('{"name": "a web page"}')
    done = ask("train", "mine.csv", "-o", "site", "--model", "popular", at=desk)
    assert done.code == 1
    assert "is no bundle" in done.err
    assert [path.name for path in (desk / "site").iterdir()] == ["manifest.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unwritable to root")
def test_an_unwritable_place_is_refused_before_training(ask, desk):
    (desk / "shut").mkdir(mode=0o500)
    done = ask("train", "mine.csv", "-o", "shut/new", at=desk)
    assert done.code == 1
    assert "may not be written to" in done.err
    assert "epoch" not in done.err


@pytest.mark.parametrize("line", ["train", "train mine.csv", "trian", "train mine.csv -o b --epochs x", "demo --foo"])
def test_misuse(ask, desk, line):
    done = ask(*line.split(), at=desk)
    assert done.code == 2
    assert "Usage:" in done.err
    assert done.out == ""


def test_a_password_is_neither_shown_nor_kept(ask, desk):
    done = ask("train", "postgresql://me:secret@nowhere/x", "-o", "b", at=desk)
    assert done.code == 1
    assert "me:***@nowhere" in done.err
    assert "secret" not in done.err


def test_the_real_process_refuses_alike(call, desk):
    done = call("data", "check", "bad.csv", at=desk)
    assert done.code == 1
    assert done.out == ""
    assert done.err.count("\n") == 1
