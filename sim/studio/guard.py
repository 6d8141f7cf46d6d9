"""Protects the studio from other pages in the same browser: only its own address is answered, and
its page can load nothing from other hosts. Where other machines reach it, it answers who has its
token alone."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from moggy.sim.studio.own_address import own_addresses

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
COOKIE_S = 400 * 86_400
"""Seconds for which a browser keeps the token, the longest that browsers allow (RFC 6265bis)."""
THIS_MACHINE = "127.0.0.1"
"""The address on which only this machine can connect."""
EVERY = ("0.0.0.0", "::")
"""The addresses that mean every network of this machine."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which requests are answered. Where others than this machine can connect, each needs
    the token: in the address at first, in a cookie from then on."""

    host: str
    port: int
    token: str
    """Empty where only this machine can connect."""

    @classmethod
    def of(cls, host: str, port: int, token: str = "") -> Guard:
        """For a server that listens on `host` (a number or localhost) and `port`. Raises ValueError
        where others could connect and there is no token."""
        if is_local(host):
            return cls(host, port, "")
        check_address(host)
        if not token:
            raise ValueError(f"a studio at {host} is never open without a token")
        return cls(host, port, token)

    @property
    def address(self) -> str:
        """The URL to open, with the token if there is one."""
        shown = self.host
        if self.host in EVERY:
            shown = next(iter(own_addresses()), THIS_MACHINE)
        place = f"[{shown}]" if ":" in shown else shown
        return f"http://{place}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    @property
    def cookie(self) -> str:
        """What gives a browser the token to keep: its scripts cannot read it, and other sites'
        pages cannot have it sent. The name has the port, since cookies are the same on all."""
        how = f"Max-Age={COOKIE_S}; Path=/; HttpOnly; SameSite=Strict"
        return f"{self._cookie_name}={self.token}; {how}"

    def admits_host(self, host: str) -> bool:
        """Whether a request with this Host header is answered. Only numbers, localhost and, with a
        token, this machine's name in its network (mDNS) are: any other name may be that of a
        foreign page and point here (DNS rebinding)."""
        found = HOST.fullmatch(host)
        if found is None or int(found["port"] or 80) != self.port:
            return False
        name = found["name"] or found["number"]
        if is_local(name) or not self.token:
            return is_local(name)
        here = socket.gethostname().partition(".")[0]
        return _is_number(name) or name.lower() == f"{here}.local".lower()

    def is_invited(self, query: str) -> bool:
        """Whether the token stands in the address."""
        return bool(self.token) and self._is_token(parse_qs(query).get("token", [""])[0])

    def admits(self, headers: Mapping[str, str], query: str) -> bool:
        """Whether who asks has the token, where one is needed."""
        if not self.token or self.is_invited(query):
            return True
        try:
            kept = SimpleCookie(headers.get("cookie", "")).get(self._cookie_name)
        except CookieError:
            return False
        return kept is not None and self._is_token(kept.value)

    def is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Whether a websocket comes from the studio's own page."""
        host, origin = headers.get("host", ""), headers.get("origin", "")
        return self.admits_host(host) and origin in (f"http://{host}", f"https://{host}")

    @property
    def _cookie_name(self) -> str:
        return f"moggy_{self.port}"

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())


def check_address(host: str) -> None:
    """Raises ValueError for what is no address to listen on."""
    if not is_local(host) and not _is_number(host):
        raise ValueError(
            f"{host!r} is no address to listen on: give a number such as 192.168.1.5, or 0.0.0.0 "
            "for every network of this machine"
        )


def _is_number(name: str) -> bool:
    try:
        return "%" not in str(ipaddress.ip_address(name))
    except ValueError:
        return False


def is_local(name: str) -> bool:
    """Whether only this machine can connect to an address."""
    return name.lower() == "localhost" or (
        _is_number(name) and ipaddress.ip_address(name).is_loopback
    )
