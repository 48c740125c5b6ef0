"""deploy/: what Spark asks of Kubernetes when submit.sh is run, told to a stand-in for the API server."""

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


class Recorder(BaseHTTPRequestHandler):
    """Writes down what is to be made, and says that it was."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})

    def do_POST(self):
        made = json.loads(self._body())
        self.server.made.append(made)
        self._answer(201, {**made, "metadata": {**made["metadata"], "uid": str(len(self.server.made))}})

    do_PATCH = do_POST

    def _body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, code, value):
        text = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture
def api():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.made = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.cluster
def test_the_driver_that_is_submitted_sees_the_volume_and_is_not_root(api):
    pyspark = pytest.importorskip("pyspark")
    home = Path(pyspark.__file__).parent
    own = {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "IMAGE": "registry.example/alsoliked:1"}
    own |= {"MASTER": f"k8s://http://127.0.0.1:{api.server_address[1]}"}
    subprocess.run(
        [DEPLOY / "submit.sh", "--model", "als"], cwd=ROOT, env=os.environ | own, timeout=120, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,  # it ends badly: nobody tells it how the pod fares
    )  # fmt: skip
    pod = next(made for made in api.made if made["kind"] == "Pod")["spec"]
    (driver,) = pod["containers"]
    assert driver["image"] == "registry.example/alsoliked:1"
    assert driver["args"][0] == "driver"
    told = driver["args"][driver["args"].index("local:///opt/job.py") + 1 :]
    assert told[0] == "train"
    assert told[-2:] == ["--model", "als"]
    assert {"name": "work", "mountPath": "/work"} in driver["volumeMounts"]
    assert driver["resources"]["limits"]["memory"] == "4096Mi"
    assert pod["serviceAccountName"] == "alsoliked-driver"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert driver["securityContext"]["allowPrivilegeEscalation"] is False
    templates = [made for made in api.made if made["kind"] == "ConfigMap" and "podspec" in made["metadata"]["name"]]
    assert "app.kubernetes.io/component: executor" in str(templates)  # the driver takes it along


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["driver", "--class", "X", "job.py"], ["--deploy-mode client", "bindAddress=10.1.1.1 --class X job.py"]),
        (["executor"], ["-Done=1 -Dten=10 -Xms2g -Xmx2g -cp", "KubernetesExecutorBackend --driver-url spark://d"]),
        (["echo", "as it is"], ["as it is"]),
    ],
)
def test_the_entry_point_starts_what_the_pod_is_for(tmp_path, arguments, begins):
    for name in ("bin/java", "bin/spark-submit"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('#!/bin/sh\necho "$@"\n')
        path.chmod(0o755)
    told = {"EXECUTOR_MEMORY": "2g", "DRIVER_URL": "spark://d", "EXECUTOR_ID": "1", "EXECUTOR_CORES": "2"}
    told |= {"APPLICATION_ID": "a", "EXECUTOR_POD_IP": "10.1.1.2", "RESOURCE_PROFILE_ID": "0"}
    told |= {"EXECUTOR_POD_NAME": "p", "DRIVER_BIND_ADDRESS": "10.1.1.1", "HOME": str(tmp_path)}
    told |= {"JAVA_OPT_10": "-Dten=10", "JAVA_OPT_1": "-Done=1"}
    env = {"JAVA_HOME": str(tmp_path), "PATH": os.environ["PATH"], **{f"SPARK_{k}": v for k, v in told.items()}}
    done = subprocess.run(
        [DEPLOY / "entrypoint.sh", *arguments], env=env, capture_output=True, text=True, check=True, timeout=20
    )
    assert all(part in done.stdout for part in begins), done.stdout


def test_the_image_has_the_versions_that_the_tests_ran_with():
    dockerfile, makefile = (path.read_text() for path in (DEPLOY / "Dockerfile", ROOT / "Makefile"))
    wanted = re.findall(r"(?:torchrec|fbgemm-gpu-cpu)==[\d.]+", makefile)
    assert len(wanted) == 2
    assert all(name in dockerfile for name in wanted)
    assert "USER 10001" in dockerfile
    copied = re.findall(r"^COPY (?:--\S+ )?(.+) /\S+$", dockerfile, flags=re.MULTILINE)
    assert all((ROOT / name).exists() for line in copied for name in line.split())
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text()
    assert all(f"!{name}" in kept for line in copied for name in line.split())
