"""The studio's server over a real socket: what the page is told, what it may say, and who is kept
out."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import orjson
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from bench.page_attacks import FLOODS
from moggy.body import Body
from moggy.config import Files
from moggy.messages import (
    Affect,
    AnySense,
    BoardReport,
    ClearFaults,
    Command,
    Decision,
    Event,
    PersonEstimate,
    Purr,
    Setting,
    Tick,
    Touch,
    Trouble,
    Words,
)
from moggy.sim.studio.api import API, Building
from moggy.sim.studio.connections import (
    CONNECTIONS_PER_SECOND,
    FRAMES_PER_SECOND,
    MOST_CONNECTIONS,
    PARSED_BYTES,
    PageSocket,
)
from moggy.sim.studio.guard import HEADERS
from moggy.sim.studio.inbox import PageInbox, Shelf
from moggy.sim.studio.open_page import MESSAGES_PER_SECOND, MOST_WAITING
from moggy.sim.studio.server import MOST_PAGES, Studio
from tests.studio.test_inbox import OneFile

PATIENCE = 180.0
"""Seconds; only a bound for a machine that is very busy."""

BODY = Files().load("body/cat.yaml", Body)


class SlowFile(OneFile):
    """A shelf that saves nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_save = threading.Event()
        self.saved: list[str] = []

    def save(self, name: str, text: str) -> dict[str, str]:
        """See OneFile."""
        assert self.may_save.wait(PATIENCE)
        self.saved.append(text)
        return super().save(name, text)


class Rig:
    """A studio without a loop: the test is the loop."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.pictures: list[bytes] = []
        self.sound = bytearray()
        self.broken = False
        self.inbox = PageInbox(shelf or OneFile(), self.pictures.append)
        self.studio = Studio(
            BODY,
            inputs=self.inbox,
            port=0,
            sound=self._take,
            building=lambda: Building(text="compiling", done=0.5),
        )
        self.address = self.studio.start()
        self.place = urlsplit(self.address).netloc
        self._n = 0

    def _take(self) -> bytes:
        if self.broken:
            raise KeyError("a mistake of ours")
        taken, self.sound = bytes(self.sound), bytearray()
        return taken

    def live(
        self,
        *,
        senses: tuple[AnySense, ...] = (),
        events: tuple[Event, ...] = (),
        purr: float = 0.0,
    ) -> None:
        self._n += 1
        at = self._n * 0.02
        command = Command(at=at, pose={"head_pan": 0.25}, purr=Purr(level=purr))
        decision = Decision(at=at, behavior="loaf", why="rests")
        tick = Tick(
            at=at,
            n=self._n,
            person=PersonEstimate(),
            pet=Affect(),
            decision=decision,
            commanded=command,
            senses=senses,
            understood=senses,
            events=events,
        )
        self.studio(tick, {"head_pan": 0.25})

    def page(self, **changed: Any) -> contextlib.AbstractContextManager[ClientConnection]:
        opened: ClientConnection = connect(
            f"ws://{self.place}/live", **{"origin": f"http://{self.place}", **changed}
        )
        return opened

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        client = http.client.HTTPConnection(self.place)
        client.request("GET", path, headers=headers)
        answer = client.getresponse()
        answer.read()
        return answer


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    made.live()
    yield made
    made.studio.close()


STATES: WeakKeyDictionary[ClientConnection, dict[str, Any]] = WeakKeyDictionary()
"""What each page knows of the state."""


def until(page: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this type; of a state also what has not changed."""
    while True:
        message = page.recv(timeout=PATIENCE)
        if isinstance(message, str):
            said = dict(orjson.loads(message))
            if said["type"] == "state":
                said = STATES[page] = {**STATES.get(page, {}), **said}
            if said["type"] == kind:
                return said


def test_a_state_says_only_what_has_changed(rig: Rig) -> None:
    with rig.page() as page:
        while (said := orjson.loads(page.recv(timeout=PATIENCE)))["type"] != "state":
            pass
        assert {"angles", "person", "pet", "decision", "board", "purr"} <= said.keys()
        rig.live(purr=0.7)
        while "purr" not in (said := orjson.loads(page.recv(timeout=PATIENCE))):
            assert said == {"type": "state", "news": []}
        assert said.keys() == {"type", "at", "n", "purr", "news"}
    with rig.page() as late:
        assert until(late, "state")["angles"] == {"head_pan": 0.25}


def test_a_page_is_told_the_boards_state_and_its_faults_in_words(rig: Rig) -> None:
    with rig.page() as page:
        assert until(page, "state")["board"] is None
        rig.live(senses=(BoardReport(at=0.04, state="fault", faults=("battery",)),))
        rig.live()
        while (board := until(page, "state")["board"]) is None:
            pass
        assert board["state"] == "fault"
        (words,) = board["faults"]
        assert words.startswith("the battery is empty")


def test_the_pages_buttons_stop_the_body_release_it_and_clear_its_faults(rig: Rig) -> None:
    with rig.page() as page:
        for on in ("true", "false"):
            page.send(f'{{"type": "setting", "name": "stop", "on": {on}}}')
        page.send('{"type": "clear_faults"}')
        page.send('{"type": "setting", "name": "fly", "on": true}')
        until(page, "refused")
    assert rig.inbox.poll(1.0) == [
        Setting(at=1.0, name="stop", on=True),
        Setting(at=1.0, name="stop", on=False),
        ClearFaults(at=1.0),
    ]


def test_a_page_is_greeted_and_then_told_each_moment(rig: Rig) -> None:
    with rig.page() as page:
        hello = until(page, "hello")
        assert hello["files"] == ["personalities/one.yaml"]
        assert hello["rate"] == BODY.speaker.rate
        assert hello["api"] == API
        rig.live(purr=0.7)
        state = until(page, "state")
        while state["purr"]["level"] == 0.0:
            state = until(page, "state")
        assert state["decision"]["why"] == "rests"
        assert state["angles"] == {"head_pan": 0.25}
        assert state["building"] == {"text": "compiling", "done": 0.5}


def test_what_is_seen_are_the_servos_and_not_the_command(rig: Rig) -> None:
    rig.studio.drawn({"head_pan": 0.11}, Purr(level=0.2), 0.9)
    rig.live()
    with rig.page() as page:
        state = until(page, "state")
        assert state["angles"] == {"head_pan": 0.11}
        assert state["pupils"] == 0.9


def test_events_reach_a_page_even_when_states_are_skipped_and_late_pages_hear_of_troubles(
    rig: Rig,
) -> None:
    with rig.page() as page:
        until(page, "state")
        for n in range(30):
            rig.live(events=(Event(at=0.0, id=n, name="stroked", zone="back"),))
        heard: list[int] = []
        while len(heard) < 30:
            heard += [
                item["id"] for item in until(page, "state")["news"] if item["kind"] == "event"
            ]
        assert heard == list(range(30))
        rig.live(senses=(Trouble(at=0.0, part="vision", message="no camera"),))
        while not any(item["kind"] == "trouble" for item in until(page, "state")["news"]):
            pass
    with rig.page() as late:
        assert [trouble["message"] for trouble in until(late, "hello")["troubles"]] == ["no camera"]


def test_touches_words_and_pictures_reach_the_pet(rig: Rig) -> None:
    with rig.page() as page:
        page.send(
            orjson.dumps(
                {
                    "type": "touch",
                    "samples": [{"t": 1.0, "position": [0.1, 0.0, 0.24], "pressure": 0.5}],
                }
            ).decode()
        )
        page.send(orjson.dumps({"type": "say", "text": " good cat ", "lang": "en"}).decode())
        page.send(b"\xff\xd8\xff a picture")
        page.send('{"type": "read", "file": "personalities/one.yaml"}')
        assert until(page, "file")["text"] == "good: 1\n"
        senses = rig.inbox.poll(2.0)
    assert [type(sense) for sense in senses] == [Touch, Words]
    assert isinstance(senses[1], Words)
    assert senses[1].text == "good cat"
    assert rig.pictures == [b"\xff\xd8\xff a picture"]


def test_a_page_that_goes_away_takes_its_hands_with_it(rig: Rig) -> None:
    with rig.page() as page:
        page.send(
            orjson.dumps(
                {
                    "type": "touch",
                    "samples": [{"t": 1.0, "position": [0.1, 0.0, 0.24], "pressure": 0.5}],
                }
            ).decode()
        )
        page.send('{"type": "read", "file": "personalities/one.yaml"}')
        until(page, "file")
    felt: list[AnySense] = []
    for n in range(1, 6000):  # at most a minute, for a machine that is very busy
        felt += rig.inbox.poll(n * 0.02)
        if len(felt) == 2:
            break
        threading.Event().wait(0.01)
    assert [sense.pressure for sense in felt if isinstance(sense, Touch)] == [0.5, 0.0]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("{", "not JSON"),
        ("[]", "dictionary"),
        ('{"type": "fly"}', "fly"),
        (
            '{"type": "touch", "samples": [{"t": 1, "position": [99, 0, 0], "pressure": 0.5}]}',
            "less than or equal to 2",
        ),
        ('{"type": "face", "valence": NaN, "arousal": 0}', "not JSON"),
        ('{"type": "say", "text": "' + "meow " * 20000 + '"}', "100000 characters"),
        ('{"type": "setting", "name": "fly", "on": true}', "no setting 'fly'"),
        (b"not a picture", "JPEG"),
        (b"\xff\xd8\xff" + b"x" * 590_000, "JPEG of at most"),
    ],
)
def test_nonsense_is_answered_and_the_line_stays_open(
    rig: Rig, said: str | bytes, error: str
) -> None:
    with rig.page() as page:
        page.send(said)
        answer = until(page, "refused" if "setting" in str(said)[:30] else "error")
        assert error in answer["message"]
        rig.live()
        until(page, "state")
    assert rig.inbox.poll(1.0) == []


def test_a_message_that_is_far_too_long_costs_its_page_the_line_and_nobody_else(rig: Rig) -> None:
    with rig.page() as good, rig.page() as bad:
        until(bad, "hello")
        with contextlib.suppress(Exception):
            bad.send("x" * 2_000_000)
            while True:
                bad.recv(timeout=PATIENCE)
        rig.live()
        until(good, "state")


def test_a_refused_file_names_its_line(rig: Rig) -> None:
    with rig.page() as page:
        page.send('{"type": "save", "file": "personalities/one.yaml", "text": "bad"}')
        refused = until(page, "refused")
        assert (refused["file"], refused["line"], refused["message"]) == (
            "personalities/one.yaml",
            3,
            "not good",
        )
        page.send('{"type": "save", "file": "personalities/one.yaml", "text": "good: 3"}')
        until(page, "saved")


def test_sound_goes_to_pages_that_listen(rig: Rig) -> None:
    with rig.page() as deaf, rig.page() as listening:
        listening.send('{"type": "listen", "on": true}')
        listening.send('{"type": "read", "file": "personalities/one.yaml"}')
        until(listening, "file")
        rig.sound += b"\x01\x00" * 500
        rig.live()
        message = listening.recv(timeout=PATIENCE)
        while isinstance(message, str):
            message = listening.recv(timeout=PATIENCE)
        assert message == b"\x01\x00" * 500
        assert isinstance(deaf.recv(timeout=PATIENCE), str)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", None])
def test_a_foreign_page_gets_no_line(rig: Rig, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, rig.page(origin=origin):
        pass
    answer = refused.value.response
    assert answer.status_code == 403
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_name_that_points_here_is_not_our_address(rig: Rig) -> None:
    port = rig.place.rpartition(":")[2]
    assert rig.get("/", Host=f"evil.example:{port}").status == 421
    assert rig.get("/", Host="").status == 421
    assert rig.get("/").status == 200


def test_the_page_may_ask_no_other_host(rig: Rig) -> None:
    answer = rig.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [("/", None, 200), ("/none", None, 404), ("/", "evil.example", 421), ("/none", "evil", 421)],
)
def test_every_answer_has_the_strict_headers_and_ends_its_connection(
    rig: Rig, path: str, host: str | None, status: int
) -> None:
    answer = rig.get(path, **({} if host is None else {"Host": host}))
    assert answer.status == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.will_close


def test_a_taken_port_is_said_at_once(rig: Rig) -> None:
    port = int(rig.place.rpartition(":")[2])
    second = Studio(BODY, inputs=rig.inbox, port=port)
    with pytest.raises(OSError, match="in use; another pet may have it") as refused:
        second.start()
    assert refused.value.filename == f"port {port} for the studio"


def test_only_a_name_or_number_with_a_port_is_an_address(rig: Rig) -> None:
    port = rig.place.rpartition(":")[2]
    for host in (f"evil@127.0.0.1:{port}", f"127.0.0.1:{port}@evil", f"127.0.0.1:{port}/evil"):
        assert rig.get("/", Host=host).status == 421
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert rig.get("/", Host=host).status == 200


def test_a_page_that_is_not_built_has_no_files_and_says_so() -> None:
    studio = Studio(
        BODY, inputs=PageInbox(OneFile(), lambda jpeg: None), port=0, static=Path("nowhere")
    )
    client = http.client.HTTPConnection(urlsplit(studio.start()).netloc)
    try:
        for path, status in (("/static/studio.js", 404), ("/", 200)):
            client.request("GET", path)
            answer = client.getresponse()
            assert answer.status == status
            body = answer.read()
        assert b"make page" in body
    finally:
        studio.close()


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0.000", None),
        ("identity", None),
    ],
)
def test_the_pages_files_are_sent_as_they_were_compressed(
    tmp_path: Path, accepts: str, encoding: str | None
) -> None:
    text = b"moggy;" * 500
    (tmp_path / "studio-ABCD1234.js").write_bytes(text)
    (tmp_path / "studio-ABCD1234.js.gz").write_bytes(gzip.compress(text))
    (tmp_path / "studio-ABCD1234.js.br").write_bytes(b"as brotli has it")
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    studio = Studio(BODY, inputs=PageInbox(OneFile(), lambda jpeg: None), port=0, static=tmp_path)
    client = http.client.HTTPConnection(urlsplit(studio.start()).netloc)
    try:
        client.request("GET", "/static/studio-ABCD1234.js", headers={"accept-encoding": accepts})
        answer = client.getresponse()
        body = answer.read()
        assert answer.getheader("content-encoding") == encoding
        assert answer.getheader("content-type", "").startswith("text/javascript")
        assert "immutable" in answer.getheader("cache-control", "")
        assert body == {None: text, "br": b"as brotli has it"}.get(encoding, body)
        assert encoding != "gzip" or gzip.decompress(body) == text
        client.request("GET", "/static/icon.svg", headers={"accept-encoding": accepts})
        answer = client.getresponse()
        assert (answer.read(), answer.getheader("content-encoding")) == (b"<svg/>", None)
        assert answer.getheader("cache-control") == "no-cache"
    finally:
        studio.close()


def test_a_page_that_floods_is_read_no_faster_and_its_last_word_counts(rig: Rig) -> None:
    began = monotonic()
    with rig.page() as page:
        for n in range(400):
            page.send(f'{{"type": "say", "text": "{n}"}}')
        page.send('{"type": "nonsense"}')
        until(page, "error")
    # A second's worth comes at once.
    assert monotonic() - began >= 400 / MESSAGES_PER_SECOND - 1.1
    heard = [sense.text for sense in drained(rig.inbox) if isinstance(sense, Words)]
    assert len(heard) < 10
    assert heard[-1] == "399"


def drained(inbox: PageInbox) -> list[AnySense]:
    return [sense for n in range(50) for sense in inbox.poll(n / 50)]


def test_no_more_pages_are_open_than_can_be_drawn(rig: Rig) -> None:
    with contextlib.ExitStack() as pages:
        for _ in range(MOST_PAGES):
            until(pages.enter_context(rig.page()), "hello")
        with rig.page() as one_more, pytest.raises(ConnectionClosedError, match="close one"):
            one_more.recv(timeout=PATIENCE)
    with rig.page() as again:
        until(again, "hello")


def test_a_mistake_in_a_state_is_told_once_and_the_next_state_is_shown(rig: Rig) -> None:
    with rig.page() as page:
        until(page, "state")
        rig.broken = True
        told = until(page, "error")["message"]
        assert told == "a state could not be shown: KeyError: 'a mistake of ours'"
        rig.broken = False
        rig.live(senses=(Trouble(at=0.0, part="files", message="mine/gr\udcfcn.yaml: wrong"),))
        while not (news := until(page, "state")["news"]):
            pass
        assert news[0]["message"] == "mine/gr\\udcfcn.yaml: wrong"


def test_connections_that_ask_for_nothing_are_bounded_and_cost_nobody_the_page(rig: Rig) -> None:
    host, _, port = rig.place.partition(":")
    with contextlib.ExitStack() as open_ones, rig.page() as page:
        until(page, "hello")
        idle = [
            open_ones.enter_context(socket.create_connection((host, int(port))))
            for _ in range(2 * MOST_CONNECTIONS)
        ]
        ended, end = set[int](), monotonic() + PATIENCE
        while len(ended) < MOST_CONNECTIONS:
            assert monotonic() < end
            for number, one in enumerate(idle):
                one.settimeout(0.01)
                with contextlib.suppress(TimeoutError):
                    with contextlib.suppress(ConnectionError):
                        one.recv(1)
                    ended.add(number)
        rig.live()
        assert until(page, "state")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(b"Content-Length: 1000000\r\n", id="a body that does not come"),
        pytest.param(b"", id="answers that are not read"),
    ],
)
def test_requests_without_an_end_keep_no_new_page_out(rig: Rig, asked: bytes) -> None:
    host, _, port = rig.place.partition(":")
    request = b"GET / HTTP/1.1\r\nHost: " + rig.place.encode() + b"\r\n" + asked + b"\r\n"
    with contextlib.ExitStack() as stalled, rig.page() as page:
        until(page, "hello")
        for _ in range(MOST_CONNECTIONS + 6):
            one = stalled.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            one.connect((host, int(port)))
            with contextlib.suppress(ConnectionError):
                one.sendall(request if asked else request * 200)
        end = monotonic() + PATIENCE
        while True:
            assert monotonic() < end
            try:
                with rig.page() as another:
                    until(another, "hello")
                break
            except (OSError, WebSocketException):
                continue
        rig.live()
        assert until(page, "state"), "who was there before stays"


def test_a_connection_is_for_one_request(rig: Rig) -> None:
    host, _, port = rig.place.partition(":")
    request = b"GET /healthz HTTP/1.1\r\nHost: " + rig.place.encode() + b"\r\n\r\n"
    with socket.create_connection((host, int(port))) as line:
        line.settimeout(PATIENCE)
        line.sendall(request * 20)
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    assert heard.count(b"HTTP/1.1 200") == 1
    assert b"connection: close" in heard.lower()


def test_a_request_that_does_not_end_is_bounded(rig: Rig) -> None:
    host, _, port = rig.place.partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.settimeout(PATIENCE)
        line.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            send_on(line, b"X: " + b"a" * 1000 + b"\r\n")


def send_on(line: socket.socket, data: bytes) -> None:
    """Send it again and again."""
    while True:
        line.sendall(data)


@pytest.mark.parametrize("name", FLOODS)
def test_frames_that_are_no_message_cost_their_page_the_line_and_nobody_else(
    name: str, rig: Rig
) -> None:
    with rig.page() as page, rig.page() as hostile:
        until(page, "hello")
        until(hostile, "hello")
        for _ in range(5):  # as many as a browser may send
            hostile.ping()
        rig.live()
        assert until(hostile, "state")
        hostile.socket.sendall(b"\x01\x81" + bytes(4) + b"a")  # what fragments continue
        with pytest.raises(OSError):  # noqa: PT011 - also when its own end has closed it
            send_on(hostile.socket, FLOODS[name] * 2000)
        rig.live()
        assert until(page, "state")


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_taken_apart_only_until_its_line_is_closed(
    name: str, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16 kB of the smallest frames hold the loop for 16 ms."""
    frames: list[bool] = []
    is_in_time = PageSocket._is_in_time

    def counted(line: PageSocket) -> bool:
        frames.append(is_in_time(line))
        return frames[-1]

    monkeypatch.setattr(PageSocket, "_is_in_time", counted)
    with rig.page() as hostile:
        until(hostile, "hello")
        hostile.socket.sendall(b"\x01\x81" + bytes(4) + b"a")
        with pytest.raises(OSError):  # noqa: PT011 - also when its own end has closed it
            send_on(hostile.socket, FLOODS[name] * 2000)
    assert FRAMES_PER_SECOND < len(frames) <= 2 * FRAMES_PER_SECOND + PARSED_BYTES // 6


def test_what_clients_do_wrong_does_not_fill_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    rig = Rig()  # made here, so that its log goes where the test reads
    try:
        address = urlsplit(rig.address)
        for _ in range(20):
            with socket.create_connection((address.hostname, address.port)) as line:
                line.sendall(b"nonsense\r\n\r\n")
                assert line.recv(100).startswith(b"HTTP/1.1 400")
        with rig.page() as page, contextlib.suppress(ConnectionClosedError):
            page.protocol.send_text(b"\xff\xfe")
            for data in page.protocol.data_to_send():
                page.socket.sendall(data)
            while True:
                page.recv(timeout=PATIENCE)
    finally:
        rig.studio.close()
    assert capfd.readouterr().err == ""


@pytest.fixture
def slow() -> Iterator[tuple[Rig, SlowFile]]:
    """A studio whose saves wait until the test lets them."""
    shelf = SlowFile()
    rig = Rig(shelf)
    rig.live()
    yield rig, shelf
    shelf.may_save.set()
    rig.studio.close()


def save(page: ClientConnection, text: str) -> None:
    said = {"type": "save", "file": "personalities/one.yaml", "text": text}
    page.send(orjson.dumps(said).decode())


def test_a_stop_is_obeyed_before_the_pages_own_save_is_done(slow: tuple[Rig, SlowFile]) -> None:
    rig, shelf = slow
    with rig.page() as page:
        for n in range(MOST_WAITING + 3):
            save(page, f"good: {n}")
        page.send('{"type": "setting", "name": "stop", "on": true}')
        began = monotonic()
        while not (felt := rig.inbox.poll(1.0)):
            assert monotonic() - began < PATIENCE
        assert felt == [Setting(at=1.0, name="stop", on=True)]
        assert shelf.saved == []
        # One is under way and MOST_WAITING wait, or all that wait were asked for before it began.
        assert "try again" in until(page, "refused")["message"]
        shelf.may_save.set()
        for _ in range(MOST_WAITING):
            until(page, "saved")
    assert shelf.saved[:MOST_WAITING] == [f"good: {n}" for n in range(MOST_WAITING)]


def test_a_save_is_done_though_its_page_is_closed(slow: tuple[Rig, SlowFile]) -> None:
    rig, shelf = slow
    with rig.page() as page:
        save(page, "good: 1")
        save(page, "good: 2")
        page.send("{")
        until(page, "error")
    shelf.may_save.set()
    began = monotonic()
    while shelf.saved != ["good: 1", "good: 2"]:
        assert monotonic() - began < PATIENCE
        threading.Event().wait(0.01)


def test_pages_are_greeted_while_others_wait_for_their_saves(slow: tuple[Rig, SlowFile]) -> None:
    rig, _ = slow
    with contextlib.ExitStack() as pages:
        for _ in range(MOST_PAGES - 1):  # more than there are threads
            page = pages.enter_context(rig.page(close_timeout=0.1))
            save(page, "good: 2")
            page.send("{")
            until(page, "error")
        until(pages.enter_context(rig.page(close_timeout=0.1)), "hello")


def test_connections_are_taken_in_no_faster_than_the_loop_can_bear(rig: Rig) -> None:
    host, _, port = rig.place.partition(":")
    with rig.page() as page:
        until(page, "hello")
        count, began = 3 * int(CONNECTIONS_PER_SECOND), monotonic()
        for _ in range(count):
            with socket.create_connection((host, int(port))) as line:
                line.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 15_000)
        page.send('{"type": "setting", "name": "stop", "on": true}')
        while not rig.inbox.poll(1.0):
            assert monotonic() - began < PATIENCE
        assert rig.get("/healthz").status == 200
        # A second's worth is taken at once.
        assert monotonic() - began >= count / CONNECTIONS_PER_SECOND - 1.2
