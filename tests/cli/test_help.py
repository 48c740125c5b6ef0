"""What --help says, how wide, and how little it needs."""

import subprocess
import sys

import pytest

VERBS = ["", "demo", "train", "evaluate", "recommend", "similar", "inspect", "data", "data get", "data check"]


@pytest.mark.parametrize("verb", [*VERBS, "data split"])
def test_help_fits_eighty_columns_and_cuts_nothing(ask, tmp_path, monkeypatch, verb):
    monkeypatch.setenv("COLUMNS", "80")
    done = ask(*verb.split(), "--help", at=tmp_path)
    assert done.code == 0
    assert done.err == ""
    assert max(len(line) for line in done.out.splitlines()) <= 80
    assert "..." not in done.out.replace("[ARGS]...", "")


def test_examples_in_the_help_are_commands_that_parse():
    from typer.testing import CliRunner

    from alsoliked.cli.verbs import app

    for verb in VERBS:
        told = CliRunner().invoke(app, [*verb.split(), "--help"]).output
        for line in told.partition("Examples:")[2].splitlines():
            words = line.replace("'", "").replace('"', "").split()
            if words:
                flags = [word for word in words if word.startswith("--")]
                assert words[0] == "alsoliked"
                assert all(flag in told for flag in flags)


def test_help_imports_neither_torch_nor_polars(environment, tmp_path):
    script = (
        "import sys; from alsoliked.cli.app import run; code = run(['train', '--help']);"
        "heavy = {'torch', 'polars', 'numpy', 'altair', 'httpx'} & set(sys.modules); sys.exit(code or len(heavy))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0


def test_version(ask, tmp_path):
    from alsoliked import __version__

    assert ask("--version", at=tmp_path).out == f"alsoliked {__version__}\n"
