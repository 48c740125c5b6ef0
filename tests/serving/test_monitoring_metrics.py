"""What a running service tells those who watch it: metrics, lines of the log, spans; and the files that go with it."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from alsoliked.cli.app import run
from alsoliked.errors import OptionError
from alsoliked.serving.app import create_app
from alsoliked.serving.monitoring.lines import JsonLines, TextLines, log_to_stderr
from alsoliked.serving.monitoring.metrics import clean_folder
from alsoliked.serving.monitoring.spans import ENDPOINT, Spans, configured
from alsoliked.serving.monitoring.watching import Watching
from alsoliked.serving.settings import Settings

yaml = pytest.importorskip("yaml")
LIST = "/users/{user}/recommendations"
WORKER = """
import sys
from alsoliked.serving.monitoring.metrics import Metrics
metrics = Metrics()
metrics.request("/ratings", "POST", 200, 0.01)
metrics.models(2)
if len(sys.argv) > 1:
    from prometheus_client import generate_latest
    print(generate_latest(metrics.gathered()).decode())
"""


def samples(serving) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = serving.http.get("/metrics").text
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def value(found, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def test_requests_are_counted_by_pattern_and_no_id_is_a_label(serving) -> None:
    before = samples(serving)
    for user in ("3", "nobody-of-this-name"):
        serving.http.get(f"/users/{user}/recommendations")
    serving.http.get("/no/such/place")
    serving.http.request("PROPFIND", "/no/such/place")
    serving.http.post("/ratings", json={"user": "77", "item": "5", "rating": 3})
    serving.http.post("/ratings", json={"user": "77", "item": "5", "rating": 3000})
    listed = serving.http.get("/users/77/recommendations").json()
    shown = {"recommendation_id": listed["recommendation_id"], "items": [listed["items"][0]["item"]]}
    serving.http.post("/exposures", json=shown)
    after = samples(serving)

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("alsoliked_requests_total", route=LIST, method="GET", status="200") == 3
    assert more("alsoliked_requests_total", route="unknown", method="GET", status="404") == 1
    assert sum(v for (n, labels), v in after.items() if ("method", "other") in labels and n.endswith("_total")) == 1
    assert more("alsoliked_request_seconds_count", route=LIST) == 3
    assert more("alsoliked_cold_lists_total") == 1
    assert more("alsoliked_ratings_total", outcome="accepted") == 1
    assert more("alsoliked_ratings_total", outcome="refused") == 1
    assert more("alsoliked_exposures_total", stage="stable") == 1
    assert value(after, "alsoliked_database_up") == 1
    assert value(after, "alsoliked_live_model", model=listed["model"]) == 1
    assert not any("nobody-of-this-name" in label for _, labels in after for _, label in labels)


def named(expression: str) -> set[str]:
    return set(re.findall(r"\balsoliked_[a-z_]+", expression))


def balanced(expression: str) -> bool:
    """Brackets close in order: as much of PromQL as can be checked without Prometheus."""
    plain, open_ = re.sub(r'"[^"]*"', '""', expression), []
    for letter in plain:
        if letter in "([{":
            open_.append(letter)
        elif letter in ")]}" and (not open_ or open_.pop() + letter not in ("()", "[]", "{}")):
            return False
    return not open_


def test_shipped_rules_and_dashboard_name_what_is_there(serving, capsys: pytest.CaptureFixture[str]) -> None:
    serving.http.get("/users/3/recommendations")
    serving.http.get("/users/none-at-all/recommendations")
    declared = set(re.findall(r"# TYPE (\S+)", serving.http.get("/metrics").text))
    known = declared | {f"{name}_bucket" for name in declared}
    assert run(["monitor", "--alerts"]) == 0
    rules = [rule for group in yaml.safe_load(capsys.readouterr().out)["groups"] for rule in group["rules"]]
    assert run(["monitor", "--dashboard"]) == 0
    panels = json.loads(capsys.readouterr().out)["panels"]
    expressions = [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(rules) > 8
    assert len({panel["id"] for panel in panels}) == len(panels) > 12
    for expression in expressions:
        assert named(expression) <= known, expression
        assert balanced(expression), expression
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in rules)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not here")
def test_each_alert_fires_when_it_should_and_not_otherwise(tmp_path: Path, capsys) -> None:
    assert run(["monitor", "--alerts"]) == 0
    (tmp_path / "alerts.yml").write_text(capsys.readouterr().out)
    shutil.copy(Path(__file__).parent / "alerts_test.yml", tmp_path)
    done = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tests, rules = (yaml.safe_load((tmp_path / name).read_text()) for name in ("alerts_test.yml", "alerts.yml"))
    held = {test["alertname"] for case in tests["tests"] for test in case["alert_rule_test"]}
    assert held == {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


def test_what_has_not_happened_yet_is_0_not_silence(serving) -> None:
    jobs = [line for line in serving.http.get("/metrics").text.splitlines() if line.startswith("alsoliked_jobs{")]
    assert sorted(jobs) == [
        f'alsoliked_jobs{{kind="retrain",state="{state}"}} 0.0' for state in ("done", "failed", "lost", "running")
    ]


def test_workers_of_one_machine_are_added_up(tmp_path: Path) -> None:
    folder = clean_folder(tmp_path)
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for last in ([], ["print"]):
        done = subprocess.run(
            [sys.executable, "-c", WORKER, *last], env=environment, capture_output=True, text=True, check=True
        )
    found = {
        (one.name, one.labels.get("route")): one.value
        for family in text_string_to_metric_families(done.stdout)
        for one in family.samples
    }
    assert found["alsoliked_requests_total", "/ratings"] == 2
    assert found["alsoliked_models_in_memory", None] == 2  # of the worker that lives, not of the one that is gone
    clean_folder(tmp_path)
    assert not list(folder.iterdir())


@pytest.fixture
def lines():
    kept: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = kept.append
    logger = logging.getLogger("alsoliked.serving.requests")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_line_says_what_and_by_which_model_and_not_who(serving, lines) -> None:
    answer = serving.http.get("/users/31/recommendations", headers={"X-Request-ID": "from-outside-1"})
    told = json.loads(JsonLines().format(lines[-1]))
    assert answer.headers["X-Request-ID"] == told["request_id"] == "from-outside-1"
    assert (told["method"], told["route"], told["status"], told["level"]) == ("GET", LIST, 200, "info")
    assert (told["model"], told["stage"], told["served_by"]) == (answer.json()["model"], "stable", "model")
    assert told["milliseconds"] > 0
    assert told["recommendation"]
    assert "31" not in json.dumps({name: told[name] for name in ("message", "route", "model", "recommendation")})
    assert json.loads(JsonLines(paths=True).format(lines[-1]))["path"] == "/users/31/recommendations"
    assert "GET /users/{user}/recommendations 200" in TextLines().format(lines[-1])
    n = len(lines)
    serving.http.get("/health/live")
    assert len(lines) == n
    strange = serving.http.get("/users/31/recommendations", headers={"X-Request-ID": "two words"})
    assert re.fullmatch("[0-9a-f]{32}", strange.headers["X-Request-ID"])


def test_forms() -> None:
    with pytest.raises(OptionError, match="expected json or text"):
        log_to_stderr("xml")
    failed = logging.LogRecord("alsoliked", logging.ERROR, "", 0, "no\nway", (), (ValueError, ValueError("x"), None))
    line = JsonLines().format(failed)
    assert "\n" not in line
    assert json.loads(line)["error"].endswith("ValueError: x")


def test_spans_of_request_and_database(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr("alsoliked.serving.app.configured", lambda: Spans(provider))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with TestClient(create_app(Settings(home=tmp_path / "home", bundle=bundle)), "http://127.0.0.1") as client:
        kept.clear()
        client.get("/users/4/recommendations", headers={"traceparent": parent})
        found = kept.get_finished_spans()
    request = next(span for span in found if span.name == f"GET {LIST}")
    assert format(request.context.trace_id, "032x") == "0af7651916cd43dd8448eb211c80319c"
    assert request.attributes["http.response.status_code"] == 200
    asked = [span for span in found if span.name == "database" and span.context.trace_id == request.context.trace_id]
    assert asked
    assert not any("'4'" in span.attributes["db.query.text"] for span in asked)


def test_no_spans_without_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    with configured().span("x") as nothing:
        assert nothing is None
    assert Watching(None).spans is not None
