"""A large model comes from its publisher, goes on where it stopped, and is the same the second
time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from moggy.models import hub

WEIGHTS = bytes(range(256)) * 40
MODEL = hub.HubModel(
    name="large",
    what="for a test",
    repository="somebody/large",
    file="large.gguf",
    size=len(WEIGHTS),
    licence="MIT",
)


class Publisher(ThreadingHTTPServer):
    """Serves one file, or its rest; `breaks_after` closes the line in the middle of an answer."""

    content = WEIGHTS
    breaks_after: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Shelf)
        self.asked: list[str | None] = []


class Shelf(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.path != "/somebody/large/resolve/main/large.gguf":
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        rest = self.server.content[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.breaks_after])

    def log_message(self, *_: object) -> None:
        """In silence."""


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    server = Publisher()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path))
    yield server
    server.shutdown()
    server.server_close()


def test_a_large_model_comes_whole_and_its_hash_is_recorded(publisher: Publisher) -> None:
    told: list[str] = []
    place = hub.fetch(MODEL, told.append)
    assert place.read_bytes() == WEIGHTS
    assert place.with_suffix(".sha256").read_text().strip() == hashlib.sha256(WEIGHTS).hexdigest()
    assert any("no hash is pinned" in line for line in told)
    hub.fetch(MODEL, told.append)
    assert len(publisher.asked) == 1, "what is here is not asked for again"


def test_a_broken_download_goes_on_where_it_stopped(publisher: Publisher) -> None:
    publisher.breaks_after = 4000
    with pytest.raises(hub.HubFailed, match="goes on from here"):
        hub.fetch(MODEL, lambda _: None)
    assert not hub.place(MODEL).exists()
    publisher.breaks_after = None
    assert hub.fetch(MODEL, lambda _: None).read_bytes() == WEIGHTS
    assert publisher.asked == [None, "bytes=4000-"]


def test_a_file_that_changed_at_the_publishers_is_refused(publisher: Publisher) -> None:
    hub.fetch(MODEL, lambda _: None).unlink()
    publisher.content = WEIGHTS[::-1]
    with pytest.raises(hub.HubFailed, match="has changed"):
        hub.fetch(MODEL, lambda _: None)
    assert not hub.place(MODEL).exists()


def test_a_damaged_file_is_downloaded_again(publisher: Publisher) -> None:
    place = hub.fetch(MODEL, lambda _: None)
    place.write_bytes(WEIGHTS[::-1])
    told: list[str] = []
    assert hub.fetch(MODEL, told.append).read_bytes() == WEIGHTS
    assert told[0] == "large.gguf is damaged"
    hub.fetch(MODEL, told.append)
    assert len(publisher.asked) == 2


def test_a_model_that_is_not_there_is_said_in_a_sentence(publisher: Publisher) -> None:
    lost = hub.HubModel(
        name="lost", what="", repository="somebody/lost", file="lost.gguf", size=1, licence="MIT"
    )
    with pytest.raises(hub.HubFailed, match="404"):
        hub.fetch(lost, lambda _: None)
