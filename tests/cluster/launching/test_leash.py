"""The leash of a worker whose driver is on another machine, where nobody sees whether it lives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from alsoliked.cluster.launching.leash import this_process
from alsoliked.cluster.launching.reported import JOB, word_of, written_whole

HELD = """
import sys, time
from pathlib import Path
from alsoliked.cluster.launching.leash import hold_leash
from alsoliked.cluster.launching.reported import Reported
folder = Path(sys.argv[1])
reported = Reported(folder, 0)
reported.started()
hold_leash(folder, reported, {"host": "another machine", "pid": 1, "began": 0.5})
print("held", flush=True)
time.sleep(60)
"""


def test_a_worker_whose_attempt_another_driver_cleared_away_ends_itself(tmp_path: Path) -> None:
    job = {"driver": {"host": "another machine", "pid": 1, "began": 0.5}}
    written_whole(tmp_path / JOB, job)
    command = [sys.executable, "-c", HELD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "held\n"
        assert worker.poll() is None
        written_whole(tmp_path / JOB, {"driver": this_process()})
        assert worker.wait(30) == 143
    assert json.loads(word_of(tmp_path, 0).read_text())["state"] == "stopped"
