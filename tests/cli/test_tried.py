"""Training several models at once: what is told, kept, and refused."""

import json

import pytest

FEW = ("--valid-pct", "0")


def test_auto_tells_what_it_tried(books, ask):
    done = ask("train", "ratings.csv", "-o", "made", "--model", "auto", "--budget", "0.000001", at=books)
    assert done.code == 0, done.err
    head, *rows = [line.split() for line in done.out.split("\n\n")[0].splitlines()[1:]]
    assert head == ["model", "settings", "rmse", "seconds", "chosen"]
    assert rows[0][0] == "damped_bias"
    assert rows[0][-1] == "<"
    assert [row[0] for row in rows[2:5]] == ["als", "dot_bias", "net"]
    assert rows[2][2:] == ["0.0", "not", "tried:", "no", "time", "was", "left"]
    manifest = json.loads((books / "made" / "manifest.json").read_text())
    assert [row["model"] for row in manifest["tried"]][:3] == ["damped_bias", "global_mean", "als"]
    assert manifest["recommender"] == {"model": "auto", "budget": 1e-6, "seed": 0}


def test_as_json_nothing_else_is_printed(books, ask):
    arguments = ("train", "ratings.csv", "-o", "made", *FEW, "--model", "blend", "--of", "als+damped_bias", "--json")
    told = ask(*arguments, at=books).json
    assert told["recommender"]["of"] == "als+damped_bias"
    assert [row["model"] for row in told["tried"]] == ["als", "damped_bias"]
    assert sum(row["weight"] for row in told["tried"]) == pytest.approx(1, abs=0.3)


def test_a_blend_tells_its_weights(books, ask):
    of = "als:n_factors=3,epochs=2+damped_bias"
    done = ask("train", "ratings.csv", "-o", "made", *FEW, "--model", "blend", "--of", of, at=books)
    assert done.code == 0, done.err
    head, first, second = done.out.splitlines()[1:4]
    assert head.split() == ["model", "settings", "rmse", "seconds", "weight"]
    assert first.split()[:2] == ["als", "n_factors=3,epochs=2"]
    assert second.split()[:2] == ["damped_bias", "defaults"]
    listed = ask("recommend", "made", "r3", "-n", "2", "--json", at=books)
    assert listed.code == 0, listed.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--model blend --of als", "--of als came, expected from 2 to 8 models, such as ['als', 'dot_bias']."),
        ("--model blend --of als+ease", "'ease' predicts no ratings and cannot be part of a blend; leave it out."),
        ("--model blend --budget 3", "model 'blend' has no option 'budget'; its options are: of."),
        ("--model auto --budget 0", "--budget 0.0 came, expected seconds, more than 0."),
        ("--model auto --of als+net", "model 'auto' has no option 'of'; its options are: budget."),
    ],
)
def test_refusals_come_before_anything_is_read(flags, said, tmp_path, ask):
    done = ask("train", "not-there.csv", "-o", "made", *flags.split(), at=tmp_path)
    assert done.code == 1
    assert done.err.strip() == f"alsoliked: {said}"
