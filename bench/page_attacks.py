"""What a hostile page sends to the studio, and what is saved in the owner's folder meanwhile;
`bench/abuse_pages.py` runs each attack in a process of its own:
`python -m bench.page_attacks NETLOC NAME SECONDS`. It prints how many messages it sent."""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import random
import socket
import string
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count
from time import sleep

import orjson
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bench.abuse_files import mistaken
from moggy.config import Files
from moggy.designs import SCHEMAS
from moggy.home import home
from moggy.sim.studio.server import STATIC

BACK = [0.0, 0.0, 0.24]
"""A place on the skin, m."""


def say(text: str) -> str:
    """The message with these words."""
    return orjson.dumps({"type": "say", "text": text}).decode()


def long_sentences() -> Iterator[str]:
    """A hundred sentences of 2,000 characters."""
    return (say("you are the worst cat that ever was! " * 54) for _ in range(100))


def short_sentences() -> Iterator[str]:
    """Two thousand short sentences."""
    return (say(f"good cat, {n} times over") for n in range(2000))


def sentences() -> Iterator[str]:
    """Sentences of odd characters, without end."""
    letters = string.printable + "äßéñ喵にゃ😀\u200b\u0301\u202e"
    chance = random.Random(1)
    return (say("".join(chance.choices(letters, k=1990))) for _ in count())


def hits() -> Iterator[str]:
    """A thousand hits."""
    one = orjson.dumps({"type": "hit", "position": BACK, "strength": 1.0}).decode()
    return (one for _ in range(1000))


def endless_hits() -> Iterator[str]:
    """Hits, lifts and settings, without end."""
    kinds = [
        {"type": "hit", "position": BACK, "strength": 1.0},
        {"type": "lift"},
        {"type": "put_down"},
        {"type": "setting", "name": "lap", "on": True},
        {"type": "setting", "name": "lap", "on": False},
        {"type": "person", "change": "arrives"},
        {"type": "person", "change": "leaves"},
        {"type": "face", "valence": -1.0, "arousal": 1.0},
        {"type": "clear_faults"},
    ]
    texts = [orjson.dumps(kind).decode() for kind in kinds]
    return (texts[n % len(texts)] for n in count())


def touches() -> Iterator[str]:
    """Five hundred samples of a hand in each message, without end."""
    for n in count():
        samples = [
            {"t": n + k / 500, "position": [0.1 - k / 2500, 0.0, 0.24], "pressure": 0.5}
            for k in range(500)
        ]
        yield orjson.dumps({"type": "touch", "samples": samples}).decode()


def nonsense() -> Iterator[str | bytes]:
    """No JSON, deep JSON, wrong fields and wrong values, up to 500,000 characters."""
    chance = random.Random(2)
    wrong: list[Callable[[], str | bytes]] = [
        lambda: "[" * 100_000,
        lambda: '{"a":' * 50_000,
        lambda: orjson.dumps([[chance.random()] * 100] * 300).decode(),
        lambda: orjson.dumps({"type": "touch", "samples": [{}] * 5000}).decode(),
        lambda: '{"type":"say","text":"' + "x" * 500_000 + '"}',
        lambda: "".join(chance.choices(string.printable, k=1000)),
        lambda: b"\xff\xd8\xff" + chance.randbytes(50_000),
        lambda: chance.randbytes(1000),
        lambda: '{"type":"hit","position":[1e999,0,0]}',
    ]
    return (chance.choice(wrong)() for _ in count())


def files() -> Iterator[str]:
    """Files that are broken, deep, long or large, to be saved without end."""
    texts = [
        "a: " + "[" * 100_000,
        "a: &a {<<: *a}",
        "x: !!bool foo",
        "{" * 300,
        "a:\n" + "".join(f"{' ' * n}- \n" for n in range(400)),
        "a: [" + "1, " * 100_000 + "1]",
        "".join(f"k{n}: {n}\n" for n in range(30_000)),
        "a: 1\na: 2\n",
        "\x00\x01",
    ]
    for n in count():
        text = texts[n % len(texts)]
        yield orjson.dumps(
            {"type": "save", "file": "personalities/cat.yaml", "text": text}
        ).decode()


def valid_files() -> Iterator[str]:
    """Valid trees, saved without end: the shipped one with another number in it each time, and with
    many and long expressions."""
    tree = Files().shown("trees/cat.yaml")
    long = " + ".join(["bell(emotion.joy, 1, 2)"] * 16)
    lets = {
        "none": "",
        "long": "".join(f"  v{n}: {long}\n" for n in range(300)),
        "many": "".join(f"  v{n}: emotion.joy > 0.5\n" for n in range(2000)),
    }
    texts = [tree.replace("let:\n", f"let:\n{more}", 1) for more in lets.values()]
    for n in count():
        text = texts[n % len(texts)].replace("base: 0.", f"base: 0.{n % 9}", 1)
        yield orjson.dumps({"type": "save", "file": "trees/cat.yaml", "text": text}).decode()


ATTACKS: dict[str, Callable[[], Iterator[str | bytes]]] = {
    "100 sentences of 2,000 characters": long_sentences,
    "2,000 short sentences": short_sentences,
    "sentences without end": sentences,
    "1,000 hits": hits,
    "hits, lifts, faces without end": endless_hits,
    "touches without end": touches,
    "nonsense": nonsense,
    "files": files,
    "valid files": valid_files,
}
"""Attacks over one websocket, by name."""
FLOODS: dict[str, bytes] = {
    "pings": b"\x89\x80" + bytes(4),
    "pongs": b"\x8a\x80" + bytes(4),
    "empty fragments": b"\x00\x80" + bytes(4),
}
"""Attacks by frames of a page's line that are no message: the frame, masked with 0 (RFC 6455)."""
REQUESTS = "requests without waiting"
"""The attack that asks for a file again and again on one connection, and does not wait."""
CONNECTING = "pages opened and closed"
"""The attack that opens thirty pages at once, again and again, and asks for the page over HTTP."""


KINDS: dict[str, str | bytes] = {
    "touch": '{"type":"touch","samples":[{"t":1,"position":[0,0,0.24],"pressure":0.5}]}',
    **{kind: f'{{"type":"{kind}"}}' for kind in ("release", "lift", "put_down", "clear_faults")},
    "hit": '{"type":"hit","position":[0,0,0.24],"strength":1}',
    "say": say("good cat"),
    "face": '{"type":"face","valence":-1,"arousal":1}',
    "person": '{"type":"person","change":"arrives"}',
    "setting": '{"type":"setting","name":"lap","on":true}',
    "listen": '{"type":"listen","on":true}',
    "read": '{"type":"read","file":"trees/cat.yaml"}',
    "save": '{"type":"save","file":"personalities/cat.yaml","text":"a: 1"}',
    "picture": b"\xff\xd8\xff" + bytes(20_000),
}
"""A message of each kind that a page sends; each is one attack, `flood of KIND`."""
FLOOD_OF = "flood of "
"""How the names of these attacks begin."""
A_SECOND = 2000
"""Messages of one kind that are sent in a second, as far as they are read."""
HALF_OPEN: dict[str, str] = {
    "connections without a request": "",
    "requests without an end": "GET / HTTP/1.1\r\nHost: {place}\r\nX: a",
    "handshakes without an end": "GET /live HTTP/1.1\r\nHost: {place}\r\nUpgrade: websocket\r\n",
}
"""Attacks by connections that stay half open: what is sent on each."""
CONNECTIONS = 200
"""Connections that are held half open at once."""
UNREAD = "pages that never read"
"""The attack by more pages than may be open, which ask for files, save, and read nothing."""
PAGES = 20
"""Pages of it."""
HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: {place}\r\nOrigin: http://{place}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
"""How a page's line begins."""
NAMES = (*ATTACKS, *(FLOOD_OF + kind for kind in KINDS), *FLOODS, REQUESTS, CONNECTING, *HALF_OPEN,
         UNREAD)  # fmt: skip
"""Of all attacks."""


MISTAKEN = "mistaken files saved"
"""The attack by designers' files with mistakes in them, saved as editors do, without end."""
MANY = "400 motions saved at once"
"""The attack by so many new motions, then misnamed files, without end."""
SAVED = (MISTAKEN, MANY)
"""Attacks by files in the owner's folder (MOGGY_HOME)."""
MOTIONS = 400
"""Motions of it."""
A_SAVE_S = 0.1
"""Seconds between two files that are saved one after the other."""


class Attack:
    """One attack on the studio at an address."""

    def __init__(self, place: str) -> None:
        """`place`: host and port."""
        self._place = place
        self.sent = 0
        """Messages, or pages, so far."""

    def send(self, messages: Iterator[str | bytes]) -> None:
        """Send these, on a new line where one is closed; waits while the studio does not read."""
        while True:
            with contextlib.suppress(WebSocketException, OSError), self._page() as line:
                for message in messages:
                    line.send(message)
                    self.sent += 1
                while True:  # the line stays open, and what was sent is read
                    line.recv()

    def open_and_close(self) -> None:
        """Open pages and ask for files, without end."""
        script = next(STATIC.glob("studio-*.js")).name
        while True:
            with contextlib.ExitStack() as pages:
                for _ in range(30):
                    with contextlib.suppress(WebSocketException, OSError):
                        pages.enter_context(self._page())
                        self.sent += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                client = http.client.HTTPConnection(self._place, timeout=5.0)
                client.request("GET", f"/static/{script}")
                client.getresponse().read()
                self.sent += 1

    def flood(self, frame: bytes) -> None:
        """Send a frame without end, on a new line where one is closed."""
        while True:
            with contextlib.suppress(WebSocketException, OSError), self._page() as line:
                line.socket.sendall(b"\x01\x81" + bytes(4) + b"a")  # what fragments continue
                while True:
                    line.socket.sendall(frame * 5000)
                    self.sent += 5000

    def ask(self) -> None:
        """Ask for a file without end, on a new connection where one is closed."""
        host, _, port = self._place.rpartition(":")
        asked = f"GET /static/index.html HTTP/1.1\r\nHost: {self._place}\r\n\r\n".encode()
        while True:
            with (
                contextlib.suppress(OSError),
                socket.create_connection((host, int(port))) as line,
            ):
                threading.Thread(target=_read_on, args=(line,), daemon=True).start()
                while True:
                    line.sendall(asked * 200)
                    self.sent += 200

    def flood_of(self, message: str | bytes) -> None:
        """Send a message A_SECOND times a second, on a new line where one is closed."""
        while True:
            with contextlib.suppress(WebSocketException, OSError), self._page() as line:
                threading.Thread(target=_read_all, args=(line,), daemon=True).start()
                while True:
                    for _ in range(A_SECOND // 50):
                        line.send(message)
                        self.sent += 1
                    sleep(1 / 50)

    def half_open(self, begin: str) -> None:
        """Hold CONNECTIONS open on which no more than `begin` comes, without end."""
        host, _, port = self._place.rpartition(":")
        lines: list[socket.socket] = []
        while True:
            with contextlib.suppress(OSError):
                lines.append(socket.create_connection((host, int(port)), timeout=1.0))
                lines[-1].sendall(begin.format(place=self._place).encode())
                self.sent += 1
            if len(lines) > CONNECTIONS:
                lines.pop(0).close()

    def never_read(self) -> None:
        """Open PAGES pages, ask on each for files and save, and read nothing, without end."""
        for _ in range(PAGES - 1):
            threading.Thread(target=self._unread, daemon=True).start()
        self._unread()

    def _unread(self) -> None:
        asked = [
            orjson.dumps({"type": kind, "file": "personalities/cat.yaml", **more})
            for kind, more in (
                ("read", {}),
                ("read", {}),
                *([("save", {"text": "a: 😀" + "e" * 390_000})] * 4),
            )
        ]
        host, _, port = self._place.rpartition(":")
        while True:
            with contextlib.suppress(OSError), socket.socket() as line:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                line.connect((host, int(port)))
                line.sendall(HANDSHAKE.format(place=self._place).encode())
                line.recv(1)
                while True:
                    for text in asked:
                        size = len(text).to_bytes(8, "big")
                        line.sendall(b"\x81\xff" + size + bytes(4) + text)
                        self.sent += 1

    def save(self, files: Iterator[tuple[str, str]], apart: float) -> None:
        """Save these, name and text, in one step each, so many seconds apart."""
        for name, text in files:
            path = home() / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8", errors="surrogatepass")
            beside.replace(path)
            self.sent += 1
            sleep(apart)

    def save_many(self) -> None:
        """Save MOTIONS at once, then misnamed ones."""
        yawn = Files().read("motions/yawn.yaml")
        self.save(((f"motions/m{n}.yaml", f"{yawn}# {n}\n") for n in range(MOTIONS)), 0.0)
        self.save(((f"motions/{n:0100}.yaml", yawn) for n in count()), 1.0)

    def _page(self) -> ClientConnection:
        """A line as the studio's own page opens it."""
        origin = Origin(f"http://{self._place}")
        return connect(f"ws://{self._place}/live", origin=origin, close_timeout=1.0)


def _read_on(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while line.recv(65536):
            pass


def _read_all(line: ClientConnection) -> None:
    with contextlib.suppress(WebSocketException, OSError):
        while True:
            line.recv()


def _begun(attack: Attack, name: str) -> Callable[[], None]:
    if name == CONNECTING:
        return attack.open_and_close
    if name == REQUESTS:
        return attack.ask
    if name == UNREAD:
        return attack.never_read
    if name == MANY:
        return attack.save_many
    if name == MISTAKEN:
        chance = random.Random(3)
        return functools.partial(
            attack.save, (mistaken(chance, SCHEMAS) for _ in count()), A_SAVE_S
        )
    if name in HALF_OPEN:
        return functools.partial(attack.half_open, HALF_OPEN[name])
    if name.startswith(FLOOD_OF):
        return functools.partial(attack.flood_of, KINDS[name.removeprefix(FLOOD_OF)])
    if name in FLOODS:
        return functools.partial(attack.flood, FLOODS[name])
    return functools.partial(attack.send, ATTACKS[name]())


def run() -> None:
    """Run the attack that the arguments name, for as long as they say."""
    place, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    attack = Attack(place)
    threading.Thread(target=_begun(attack, name), daemon=True).start()
    sleep(seconds)
    print(attack.sent, flush=True)
    os._exit(0)


if __name__ == "__main__":
    run()
