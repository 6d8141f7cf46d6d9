"""Larger language models that no package ships. They are downloaded from their publishers, and only
when somebody asks for one by name.

Nothing else in moggy asks another host for anything. The publishers' files could not be downloaded
when this was written, so no hash is pinned: the hash of the first download is printed and recorded
beside the file, and a later download must have the same.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from moggy import cache

CHUNK = 1 << 20
"""Bytes that are read and written at a time."""
PATIENCE_S = 60.0
"""Seconds without a byte after which a download has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """A GGUF file in a publisher's repository."""

    name: str
    what: str
    """What it is, for people."""
    repository: str
    file: str
    size: int
    """Bytes, approximately."""
    licence: str


HUB: Mapping[str, HubModel] = {
    model.name: model
    for model in (
        HubModel(
            name="minicpm5-1b",
            what="language model, 1 billion parameters, English and Chinese",
            repository="openbmb/MiniCPM5-1B-GGUF",
            file="MiniCPM5-1B-Q4_K_M.gguf",
            size=650_000_000,
            licence="Apache-2.0",
        ),
        HubModel(
            name="qwen3-0.6b",
            what="language model, 0.6 billion parameters, many languages",
            repository="Qwen/Qwen3-0.6B-GGUF",
            file="Qwen3-0.6B-Q8_0.gguf",
            size=639_000_000,
            licence="Apache-2.0",
        ),
        HubModel(
            name="smollm2-360m",
            what="language model, 0.36 billion parameters, English",
            repository="HuggingFaceTB/SmolLM2-360M-Instruct-GGUF",
            file="smollm2-360m-instruct-q8_0.gguf",
            size=386_000_000,
            licence="Apache-2.0",
        ),
    )
}
"""The models, by name."""


class HubFailed(RuntimeError):
    """The download failed; the message says why. The part that came is kept for the next try."""


def place(model: HubModel) -> Path:
    """Where the model's file is, once it is fetched."""
    return cache.root() / "models" / model.name / model.file


def record(place: Path) -> Path:
    """Where the sha256 of a file lies for which none is pinned."""
    return place.with_suffix(".sha256")


def endpoint() -> str:
    """The hub's address, or that of a mirror which HF_ENDPOINT names, as for the hub's own
    tools."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def fetch(model: HubModel, say: Callable[[str], None] = print) -> Path:
    """Download a model, going on where an earlier try stopped; returns its file. A damaged one is
    downloaded again. Raises HubFailed."""
    target = place(model)
    if target.is_file():
        known = record(target)
        if not known.is_file() or known.read_text().strip() == cache.sha256(target):
            return target
        say(f"{target.name} is damaged")
    part = target.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    url = f"{endpoint()}/{model.repository}/resolve/main/{model.file}"
    say(f"fetching {model.file} ({model.size / 1e6:.0f} MB, {model.licence}) from {endpoint()}")
    with cache.lock(
        target.with_suffix(".lock"), lambda: say("somebody fetches it already; waiting …")
    ):
        _download(url, part, say)
        _agree(part, record(target), say)
        os.replace(part, target)
    return target


def _download(url: str, part: Path, say: Callable[[str], None]) -> None:
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            resumed = answer.status == 206
            have = have if resumed else 0
            total = have + int(answer.headers["Content-Length"])
            told = -1
            with part.open("ab" if resumed else "wb") as file:
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    if have * 20 // total > told:
                        told = have * 20 // total
                        say(f"  {have / 1e6:.0f} of {total / 1e6:.0f} MB")
    except urllib.error.HTTPError as error:
        if error.code != 416:  # range not satisfiable: all of it is here
            raise HubFailed(f"{url} answers {error.code} {error.reason}") from None
        return
    except (OSError, TypeError, http.client.HTTPException) as error:
        raise HubFailed(f"{url}: {error}; the same command goes on from here") from None
    if have != total:
        raise HubFailed(f"{url}: {have} of {total} bytes came; the same command goes on from here")


def _agree(part: Path, known: Path, say: Callable[[str], None]) -> None:
    """Compare with the hash of the first download, or record it."""
    found = cache.sha256(part)
    if known.is_file() and known.read_text().strip() != found:
        part.unlink()
        first = known.read_text().strip()
        raise HubFailed(
            f"the publisher's file has changed: sha256 {found}, the first download had {first}"
        )
    cache.write(known, found + "\n")
    say(
        f"  sha256 {found}, recorded: no hash is pinned, a later download is compared with this one"
    )
