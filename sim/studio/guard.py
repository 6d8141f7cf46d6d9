"""Protects the studio from other pages in the same browser: only its own address is answered, and
its page can load nothing from other hosts."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # the editor and the plots set styles from scripts
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
    "connection": "close",  # one connection, one request
}
"""Headers of every answer."""

HOST = re.compile(
    r"(?:(?P<name>[A-Za-z0-9.-]+)|\[(?P<number>[0-9A-Fa-f:.]+)\])(?::(?P<port>\d{1,5}))?"
)
"""A Host header: a name or a number, and a port; nothing else, such as a user before an @."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which requests are answered. Where others than this machine can connect, a token is
    required too."""

    host: str
    port: int
    token: str | None

    @classmethod
    def of(cls, host: str, port: int) -> Guard:
        """For a server that listens on `host` (a name or a number) and `port`."""
        return cls(host, port, None if _is_local(host) else secrets.token_urlsafe(16))

    @property
    def address(self) -> str:
        """The URL to open, with the token if there is one."""
        shown = (
            "127.0.0.1"
            if self.host in ("0.0.0.0", "::", "localhost")
            else f"[{self.host}]"
            if ":" in self.host
            else self.host
        )
        return f"http://{shown}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    def admits_host(self, host: str) -> bool:
        """Whether a request with this Host header is answered. Only numbers and localhost are: any
        other name may be that of a foreign page and point here (DNS rebinding)."""
        found = HOST.fullmatch(host)
        if found is None or int(found["port"] or 80) != self.port:
            return False
        name = found["name"] or found["number"]
        return _is_local(name) if self.token is None else name == "localhost" or _is_number(name)

    def admits_socket(self, headers: Mapping[str, str], query: str) -> bool:
        """Whether a websocket is accepted: it must come from the studio's own page."""
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if not self.admits_host(host) or origin not in (f"http://{host}", f"https://{host}"):
            return False
        given = parse_qs(query).get("token", [""])[0]
        return self.token is None or secrets.compare_digest(given.encode(), self.token.encode())


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_local(name: str) -> bool:
    return name.lower() == "localhost" or (
        _is_number(name) and ipaddress.ip_address(name).is_loopback
    )
