"""alsoliked interview: a talk line by line, with a person or a program, and what ends it."""

import json
import os
import signal
import subprocess

import pytest


@pytest.fixture
def reply(ask, work, tmp_path):
    """Interview with these answers, one a line, and give how it went."""

    def reply(*lines, options=()):
        answers = tmp_path / "answers.txt"
        answers.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return ask("interview", "runs/first", "--answers", answers, *options, at=work)

    return reply


def test_questions_are_talk_and_the_list_is_data(reply):
    done = reply("4", "-", "?", "nonsense", "9", "5", "q", options=["-n", 4, "--worth", 0])
    assert done.code == 0
    assert done.out.splitlines()[-1] == "(interview: 2 ratings, 1 not seen)"
    assert len(done.out.splitlines()) == 6
    asked = [line for line in done.err.splitlines() if "How do you rate" in line]
    assert [line[:3] for line in asked] == ["1/8", "2/8", "3/8", "4/8"]
    assert len({line[3:] for line in asked}) == 4
    assert "users rated it and you know it with a chance of" in done.err
    assert "'nonsense' came, expected a rating, - or nothing, ? or q." in done.err
    assert "expected a number from 1 to 5." in done.err
    widths = [float(line.split()[5].rstrip(":")) for line in done.err.splitlines() if "so far, give or take" in line]
    assert len(widths) == 3
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    ("form", "lines", "told"),
    [
        ("pair", ["", "x", "a", "="], "(interview: 2 comparisons, 1 not comparable)"),
        ("pick", ["2 5, 11", "3"], "(interview: 1 rating, 3 loved)"),
        ("pick", ["13", "-", ""], "(interview: 1 not seen)"),
    ],
)
def test_other_forms(reply, form, lines, told):
    done = reply(*lines, options=["--form", form, "--most", 3])
    assert done.code == 0
    assert done.out.splitlines()[-1] == told
    assert ("came, expected" in done.err) == (lines[0] == "13" or "x" in lines)


def test_knobs(reply):
    assert "Done: 2 questions were asked, which is the most." in reply(*"4444", options=["--most", 2]).err
    early = reply(*"44444", options=["--least", 1, "--worth", 0.9])
    assert early.err.count("How do you rate") == 1
    assert "expected to lower the error by a share of 0.0" in early.err
    given = reply(options=["--given", "Alien (1979)=5", "--given", "50=4"])
    assert given.out.splitlines()[-1] == "(interview: 2 given beforehand)"
    first = reply().err.splitlines()[1].partition("rate ")[2].rstrip("?")
    assert first not in reply(options=["--exclude", first]).err


def test_no_answer_at_all_is_a_list_as_well(reply):
    done = reply()
    assert done.code == 0
    assert done.out.splitlines()[-1] == "(interview: nothing said yet)"
    assert len(done.out.splitlines()) == 12


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--answers nowhere.txt", "nowhere.txt is no file; expected answers, one a line"),
        ("-n 0", "-n 0 came"),
        ("--most 0", "--most 0 came"),
        ("--worth -1", "--worth -1.0 came"),
        ("--given Nothing=5", "item 'Nothing' is not among the"),
    ],
)
def test_refusals(ask, work, line, told):
    done = ask("interview", "runs/first", *line.split(), at=work)
    assert done.code == 1
    assert told in done.err
    assert done.out == ""


@pytest.fixture
def started(environment, command_line, work):
    """Start it in a process of its own."""
    running = []

    def started(*options):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [*command_line, "interview", "runs/first", *options]
        running.append(subprocess.Popen(command, cwd=work, env=environment, text=True, encoding="utf-8", **pipes))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.communicate()


def test_another_program_drives_it(started):
    process = started("--json", "--most", "4", "--least", "4", "-n", "3")
    seen, answers = [], [{"rating": 4}, {"rating": 77}, {"loved": [1]}, "no JSON", {"rating": None}, {"rating": 2}]
    for answer in [*answers, {"rating": 5}]:
        told = json.loads(process.stdout.readline())
        seen.append(told)
        print(answer if isinstance(answer, str) else json.dumps(answer), file=process.stdin, flush=True)
    last = json.loads(process.stdout.readline())
    assert process.wait(60) == 0
    assert [sorted(told) for told in seen[2:5]] == [["error"]] * 3
    standing = [told for told in seen if "question" in told]
    assert [told["question"]["number"] for told in standing] == [1, 2, 3, 4]
    assert last["question"] is None
    assert last["why_done"] == "4 questions were asked, which is the most"
    assert last["width"] < standing[0]["width"]
    assert len(last["recommendations"]["items"]) == 3
    assert [reply["rating"] for reply in last["state"]["replies"]] == [4, None, 2, 5]
    assert process.stderr.read() == ""


def test_pairs_and_pages_as_json(reply):
    for form, answers in (("pair", ['{"preferred": "second"}', '{"stop": true}']), ("pick", ['{"loved": []}'])):
        done = reply(*answers, options=["--json", "--form", form, "-n", 2])
        first, second, *rest = (json.loads(line) for line in done.out.splitlines())
        assert len(first["question"]["items"]) == {"pair": 2, "pick": 12}[form]
        assert len(second["state"]["replies"]) == 1
        assert [told["why_done"] for told in rest] == ["stopped"] * (form == "pair")


def test_ctrl_c_ends_it_with_what_is_known_so_far(started):
    process = started("-n", "3")
    process.stdin.write("5\n")
    process.stdin.flush()
    for line in process.stderr:
        if line.startswith("2/8"):
            break
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.splitlines()[-1] == "(interview: 1 rating)"
    assert "Traceback" not in err
