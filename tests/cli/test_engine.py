"""--engine: refused or settled before anything starts; what a whole run prints stands in tests/cluster."""

import subprocess
import sys

import pytest

REFUSED = [
    ("train ml-100k -o new --master spark://head:7077", "--master is about --engine; pass --engine spark, too"),
    ("train ml-100k -o new --workers 3", "--workers is about --engine"),
    ("train ml-100k -o new --resume", "--resume is about --engine"),
    ("train ml-100k -o new --conf a=b", "--conf is about --engine"),
    ("train ml-100k -o new --work w", "--work is about --engine"),
    ("train ml-100k -o new --shards 4", "--shards is about --engine"),
    ("train ml-100k -o new --optimizer adamw", "--optimizer is about --engine"),
    ("train ml-100k -o new --checkpoint-every 5", "--checkpoint-every is about --engine"),
    ("train ml-100k -o new --attempts 2", "--attempts is about --engine"),
    ("train ml-100k -o new --engine ray", "--engine ray is unknown; expected one of spark, torchrun"),
    ("train ml-100k -o new --engine torchrun --master spark://head:7077", "it is Spark's and has no effect on"),
    ("train ml-100k -o new --engine torchrun --conf a=b", "--conf a came; it is Spark's"),
    ("train ml-100k -o new --engine spark --conf spark.executor.memory", "expected KEY=VALUE"),
    ("train ml-100k -o new --engine torchrun --workers 0", "--workers 0 came, expected a whole number of at least 1"),
    ("train ml-100k -o new --engine torchrun --attempts 0", "--attempts 0 came"),
    ("train ml-100k -o new --engine torchrun --shards 0", "--shards 0 came"),
    ("train ml-100k -o new --engine torchrun --checkpoint-every 0", "--checkpoint-every 0 came"),
    ("train ml-100k -o new --engine torchrun --optimizer sgd", "--optimizer sgd is unknown; expected adamw or"),
    ("train ml-100k -o new --engine torchrun --model hybrid", "model 'hybrid' is not trained on an engine"),
    ("train ml-100k -o new --engine torchrun --model als", "als is solved by Spark"),
    ("train ml-100k -o new --engine spark --model als --optimizer rowwise_adagrad", "has no effect on als"),
    ("train ml-100k -o new --engine spark --model als --reg-scaling 0.5", "Spark's ALS knows 1 alone"),
    ("train ml-100k -o new --engine torchrun --patience 2", "model 'dot_bias' has no option 'patience'"),
    ("train ml-100k -o new --engine torchrun --loss cross_entropy", "has no option 'loss'"),
    ("train ml-100k -o new --engine torchrun --split time", "by --valid-pct"),
    ("train ml-100k -o new --engine torchrun --valid-pct 1", "--valid-pct 1"),
    ("train sqlite:///x.db -o new --engine torchrun --query x", "no database is read on an engine"),
    ("train nothere.csv -o new --engine torchrun", "no file or folder 'nothere.csv', and no data set of that name"),
    ("train table:db.votes -o new --engine torchrun", "is for --engine spark to read"),
    ("recommend nothere --all --engine spark --out new", "nothere is not there"),
    ("evaluate nothere --engine spark", "nothere is not there"),
    ("train ml-100k -o new --engine torchrun --resume", "holds no run that stopped; leave --resume out"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_one_line_says_what_is_wrong(ask, tmp_path, line, said):
    done = ask(*line.split(), at=tmp_path)
    assert done.code == 1
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last.startswith("alsoliked: ")
    assert said in last
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("loads", ["alsoliked.cli.verbs", "alsoliked.recommender", "alsoliked.cli.clustered"])
def test_nothing_else_loads_an_engine(loads):
    engines = "{'pyspark', 'torchrec', 'fbgemm_gpu', 'pyarrow'}"
    script = f"import {loads}, sys; sys.exit(', '.join({engines} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_help_has_the_flags_of_engines_under_a_heading_of_their_own(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for verb in ("train", "recommend", "evaluate"):
        own = ask(verb, "--help", at=tmp_path).out.partition("On an engine (alsoliked[spark]):")[2]
        assert all(flag in own for flag in ("--engine NAME", "--master URL", "--workers N", "--conf KEY=VALUE"))
        assert "--help" not in own
