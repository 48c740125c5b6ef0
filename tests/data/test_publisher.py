"""The publisher: downloads from a real HTTP server in its place, good and bad ones."""

import contextlib
import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alsoliked.data.movielens import catalogue
from alsoliked.data.movielens.fetching import movielens
from alsoliked.data.movielens.publisher import FetchFailedError, fetch_published
from alsoliked.data.movielens.sources import find
from alsoliked.errors import SourceUnavailableError

SMALL = catalogue.release("ml-latest-small")
FILES = {
    "ml-latest-small/ratings.csv": "userId,movieId,rating,timestamp\r\n1,2,3.5,1147868817\r\n",
    "ml-latest-small/movies.csv": "movieId,title,genres\r\n2,Fall (2006),Drama\r\n",
}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


WHOLE = zipped({**FILES, "ml-latest-small/README.txt": "x" * 400_000})  # more than one chunk of a download
MD5 = hashlib.md5(WHOLE).hexdigest()


@contextlib.contextmanager
def publisher(answers, cut=None):
    """A server that answers these paths; `cut` bytes of a body are sent, however long it claims to be."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write((body or b"")[: cut if self.path.endswith(".zip") else None])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def served(md5=None):
    answers = {"/ml-latest-small.zip": WHOLE}
    return answers if md5 is None else {**answers, "/ml-latest-small.zip.md5": md5.encode()}


@pytest.mark.parametrize("form", ["{} *ml-latest-small.zip\n", "MD5 (ml-latest-small.zip) = {}\n"])
def test_a_download_is_checked_and_kept(elsewhere, form):
    seen, said = [], []
    with publisher(served(form.format(MD5))) as base:
        found = find(SMALL, base=base, progress=lambda *step: seen.append(step), say=said.append)
    assert found.path == elsewhere / "ml-latest-small.zip"
    assert found.path.read_bytes() == WHOLE
    assert [path.name for path in elsewhere.iterdir()] == ["ml-latest-small.zip"]
    assert seen[-1] == (len(WHOLE), len(WHOLE))
    assert len(said) == 1
    assert "GroupLens" in said[0]
    assert movielens("ml-latest-small", offline=True).notes == ()  # from the cache now


@pytest.mark.usefixtures("elsewhere")
def test_without_a_listener_the_terms_stand_in_the_notes():
    with publisher(served(MD5)) as base:
        assert "research" in find(SMALL, base=base).notes[0]


@pytest.mark.parametrize(
    ("answers", "cut", "reason"),
    [
        (served("0" * 32), None, f"has md5 {MD5}, expected {'0' * 32}"),
        (served(MD5), 200_000, "RemoteProtocolError|ReadError"),
        ({}, None, "holds no checksum"),
        (served(), None, "holds no checksum"),
        (served("not a checksum"), None, "holds no checksum"),
        ({"/ml-latest-small.zip.md5": MD5.encode()}, None, "404"),
    ],
)
def test_a_download_that_is_not_what_was_published_leaves_nothing(elsewhere, answers, cut, reason):
    with publisher(answers, cut) as base, pytest.raises(SourceUnavailableError, match=reason):
        find(SMALL, base=base)
    assert list(elsewhere.iterdir()) == []


def test_the_remembered_checksum_serves_where_the_published_one_is_gone(tmp_path):
    known = catalogue.Release("ml-latest-small", "csv", MD5)
    with publisher(served()) as base:
        assert fetch_published(known, tmp_path, None, base).read_bytes() == WHOLE
    wrong = catalogue.Release("ml-latest-small", "csv", "1" * 32)
    with publisher(served()) as base, pytest.raises(FetchFailedError, match="expected 1111"):
        fetch_published(wrong, tmp_path, None, base)


@pytest.mark.usefixtures("elsewhere")
def test_connection_refused_is_told():
    with publisher({}) as base:
        pass
    with pytest.raises(SourceUnavailableError, match=r"publisher: .*ConnectError"):
        find(SMALL, base=base)


def test_an_interrupt_leaves_nothing(elsewhere):
    def interrupt(*_):
        raise KeyboardInterrupt

    with publisher(served(MD5)) as base, pytest.raises(KeyboardInterrupt):
        find(SMALL, base=base, progress=interrupt)
    assert list(elsewhere.iterdir()) == []
