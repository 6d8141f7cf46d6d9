"""The files of the built page, sent as they were compressed when it was built."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Name of an encoding → how the names of files in it end; the smallest first."""
NAMED_BY_CONTENT = re.compile(r"-[A-Z0-9]{8}\.(js|css)$")
"""The end of a name that changes with what is in the file."""
FOR_EVER = "public, max-age=31536000, immutable"
"""How long a browser keeps such a file: a year. Of others it asks whether they have changed."""


class PageFiles(StaticFiles):
    """The page's files; 404 for all of them where the page is not built."""

    async def check_config(self) -> None:
        """Accept a folder that is not there yet."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file in the smallest encoding that the browser takes and that was built. Raises
        HTTPException for a file that is not there."""
        accepted = accepted_encodings(Headers(scope=scope).get("accept-encoding", ""))
        for encoding, ending in ENCODINGS.items():
            if encoding in accepted:
                try:
                    found = await super().get_response(path + ending, scope)
                except HTTPException:
                    continue
                found.headers["content-encoding"] = encoding
                return _kept(found, path)
        return _kept(await super().get_response(path, scope), path)


def _kept(answer: Response, path: str) -> Response:
    if NAMED_BY_CONTENT.search(path):
        answer.headers["cache-control"] = FOR_EVER
    answer.headers["vary"] = "accept-encoding"
    return answer


def accepted_encodings(header: str) -> set[str]:
    """The encodings that an Accept-Encoding header names, without those of weight 0."""
    found = set()
    for item in header.lower().split(","):
        name, _, weight = item.partition(";")
        if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight):
            found.add(name.strip())
    return found
