"""What the user does on the page: queued by the web server's thread, and read by the loop as a
sensor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Protocol

from moggy.characters import Arranging
from moggy.config import Invalid
from moggy.intake import Intake
from moggy.messages import AnySense, ClearFaults, Edited, Place, Setting, Touch, Words
from moggy.sim.bent_time import BentTime
from moggy.sim.day import Day
from moggy.sim.hands import Hands
from moggy.vocabulary import SETTINGS, nearest

LATEST = 0.4
"""Seconds by which a touch may be later than the hand on a slow page; above it the page's clock is
matched with the pet's again."""
SAMPLES_AT_ONCE = 8
"""Samples of a hand that are felt in one tick; the others wait. A page that sends 120 in a second
gives three."""
SAMPLES_KEPT = 500
"""Samples of a hand that wait for their time: four seconds of a page that sends 120 in one. The
oldest are dropped."""
STOP_TICKS = 5
"""Ticks that are lived in a pause so that the emergency stop, or its release, reaches the body and
its board has said so. Our choice."""
NO_BENDING = "this cat has a real body, whose time cannot be bent: `moggy sim` wakes one without"
"""What is said to who wants to pause or skip time then."""


class PageInputs(Protocol):
    """What the page can do to the pet. Called from the web server's thread, so no method may
    wait."""

    def touch(
        self,
        position: Place | None,
        pressure: float,
        area: float,
        pads: Mapping[str, float] | None = None,
        *,
        page_time: float | None = None,
    ) -> None:
        """One sample of a hand. `page_time`: the browser's clock in s, by which samples that come
        together keep their distances in time."""

    def release(self) -> None:
        """The hand has left the skin."""

    def hit(self, position: Place, strength: float) -> None:
        """A slap; `strength` 0..1."""

    def lift(self) -> None:
        """Hands take the pet up."""

    def put_down(self) -> None:
        """Hands put the pet down."""

    def say(self, text: str, lang: str) -> None:
        """Words to the pet; `lang` is a language code such as "en"."""

    def show(self, jpeg: bytes) -> None:
        """A picture of the person, from the browser's camera, a file or a video. It is not written
        to the disk."""

    def hear(self, sound: bytes) -> bool:
        """Sound from the browser's microphone: 16-bit samples at 16 kHz. It is not written to the
        disk. False where the pet does not hear by the page."""

    def sense(self, sense: AnySense) -> None:
        """A sense, as from the slider face. Its `at` is set when the loop reads it."""

    def save(self, file: str, text: str) -> None:
        """Save a designer's file. Raises `moggy.config.Invalid` if it is not valid; then the old
        one stays."""

    def files(self) -> list[str]:
        """Names of the designer's files."""

    def used(self) -> list[str]:
        """Names of those that the pet is made of now; the first is what the editor opens."""

    def read(self, file: str) -> str:
        """The text of a designer's file. Raises `moggy.config.Invalid` if there is none."""

    def character(self) -> Mapping[str, Any]:
        """What can be turned of the personality that lives, and its file."""

    def turn(self, key: str, value: float) -> None:
        """Turn and save one number of it. Raises `moggy.config.Invalid` if it is not valid."""

    def arrange(self, do: Arranging, file: str, name: str = "") -> None:
        """Do something with a character (`moggy.characters`). Raises `moggy.config.Invalid` where
        that cannot be."""

    def tree(self) -> Mapping[str, Any]:
        """The nodes of the tree that lives, and its file."""

    def bend(self, id: str, term: int | None, to: Mapping[str, float]) -> None:
        """Change and save numbers of an option of it, or of one of its terms (by its place, from
        0). Raises `moggy.config.Invalid` if they are not valid."""

    def add(self, template: str, id: str, after: str) -> None:
        """Save one more behaviour in it, from a template, behind another. Raises
        `moggy.config.Invalid` where that is not valid."""

    def coverage(self) -> Mapping[str, Any]:
        """What it does at which event in which mood, as far as that is worked out."""

    def setting(self, name: str, on: bool) -> None:
        """Change one of the owner's settings; "stop" is the emergency stop and its release. Raises
        `moggy.config.Invalid` for an unknown name."""

    def clear_faults(self) -> None:
        """Clear the board's faults."""

    def time(self) -> BentTime:
        """What bends the pet's time. Raises `moggy.config.Invalid` where its body is real."""

    def scenes(self) -> list[str]:
        """Names of the days that can be played; none where the body is real."""

    def play(self, file: str) -> None:
        """Play a day. Raises `moggy.config.Invalid` where it is wrong, or the body is real."""


class Shelf(Protocol):
    """Where the designers' files are. Each of these may raise `moggy.config.Invalid`."""

    def names(self) -> list[str]:
        """The files that can be edited."""
        ...

    def used(self) -> list[str]:
        """Those that the pet is made of now, its personality's file first."""
        ...

    def read(self, name: str) -> str:
        """The whole text to edit."""
        ...

    def save(self, name: str, text: str) -> Mapping[str, str]:
        """Save an edited text; gives name → text of what the pet has to take, in order."""
        ...

    def character(self) -> Mapping[str, Any]:
        """What can be turned of the living personality."""
        ...

    def turn(self, key: str, value: float) -> Mapping[str, str]:
        """Save one number of it; gives as `save`."""
        ...

    def arrange(self, do: Arranging, file: str, name: str = "") -> Mapping[str, str]:
        """Do something with a character; gives as `save`."""
        ...

    @property
    def living(self) -> str:
        """The personality that lives, with all that was saved and arranged here."""
        ...

    def scenes(self) -> list[str]:
        """Names of the days that can be played."""
        ...

    def scene(self, name: str) -> Day:
        """One of them."""

    def tree(self) -> Mapping[str, Any]:
        """The nodes of the living tree, and its file."""
        ...

    def bend(self, id: str, term: int | None, to: Mapping[str, float]) -> Mapping[str, str]:
        """Save numbers of an option of the living tree; gives as `save`."""
        ...

    def add(self, template: str, id: str, after: str) -> Mapping[str, str]:
        """Save one more behaviour in the living tree; gives as `save`."""
        ...

    def coverage(self) -> Mapping[str, Any]:
        """What the living tree does at which event in which mood; it does not wait for it."""
        ...


@dataclass(frozen=True, slots=True)
class _Sample:
    """A touch with the browser's time, before the pet's time of it is known."""

    touch: Touch
    page_time: float | None


class PageInbox(PageInputs):
    """Takes what the page does (`PageInputs`) and gives it to the loop (`poll`)."""

    def __init__(
        self,
        shelf: Shelf,
        picture: Callable[[bytes], None],
        sound: Callable[[bytes], None] | None = None,
        bent: BentTime | None = None,
    ) -> None:
        """`picture` and `sound` take those of the page; without the second it is not heard. `bent`
        is the time of a simulated pet."""
        self._shelf, self._picture, self._sound, self._bent = shelf, picture, sound, bent
        self._lock = Lock()
        self._waiting = Intake("page")
        self._samples: deque[_Sample] = deque(maxlen=SAMPLES_KEPT)
        self._offset: float | None = None
        self._last_touch = self._polled = 0.0
        self._hands = Hands()

    # The page's side: see PageInputs.

    def touch(
        self,
        position: Place | None,
        pressure: float,
        area: float,
        pads: Mapping[str, float] | None = None,
        *,
        page_time: float | None = None,
    ) -> None:
        """Queue one sample of a hand."""
        touch = Touch(at=0.0, pressure=pressure, area=area, position=position, pads=pads)
        self._felt(_Sample(touch, page_time))

    def release(self) -> None:
        """Queue that the hand has left."""
        self._felt(_Sample(Touch(at=0.0, pressure=0.0), None))

    def _felt(self, sample: _Sample) -> None:
        with self._lock:
            if self._bent is not None and self._bent.clock.paused:
                self._samples.clear()  # a hand in a pause is felt where it is when that ends
            if len(self._samples) == SAMPLES_KEPT:
                self._waiting.dropped["Touch"] += 1
            self._samples.append(sample)

    def hit(self, position: Place, strength: float) -> None:
        """Queue a slap."""
        with self._lock:
            self._hands.hit(position, strength)

    def lift(self) -> None:
        """Queue that hands take the pet up."""
        with self._lock:
            self._hands.lift()

    def put_down(self) -> None:
        """Queue that hands put the pet down."""
        with self._lock:
            self._hands.put_down()

    def say(self, text: str, lang: str) -> None:
        """Queue words."""
        self.sense(Words(at=0.0, text=text, lang=lang))

    def show(self, jpeg: bytes) -> None:
        """Hand a picture to the vision process."""
        self._picture(jpeg)

    def hear(self, sound: bytes) -> bool:
        """Hand sound to the page's microphone; at another pace than ours it would be no voice."""
        if self._sound is None:
            return False
        if self._bent is None or self._bent.is_ours:
            self._sound(sound)
        return True

    def sense(self, sense: AnySense) -> None:
        """Queue a sense."""
        with self._lock:
            self._waiting.add(sense)

    def save(self, file: str, text: str) -> None:
        """Save a designer's file, and queue what the pet has to take of it."""
        self._take(self._shelf.save(file, text))

    def character(self) -> Mapping[str, Any]:
        """What can be turned of the personality that lives."""
        return self._shelf.character()

    def turn(self, key: str, value: float) -> None:
        """Save one number of it, and queue what the pet has to take."""
        self._take(self._shelf.turn(key, value))

    def arrange(self, do: Arranging, file: str, name: str = "") -> None:
        """Do something with a character, and queue what the pet has to take."""
        self._take(self._shelf.arrange(do, file, name))

    def tree(self) -> Mapping[str, Any]:
        """The nodes of the tree that lives, and its file."""
        return self._shelf.tree()

    def bend(self, id: str, term: int | None, to: Mapping[str, float]) -> None:
        """Save numbers of an option of it, and queue what the pet has to take."""
        self._take(self._shelf.bend(id, term, to))

    def add(self, template: str, id: str, after: str) -> None:
        """Save one more behaviour in it, and queue what the pet has to take."""
        self._take(self._shelf.add(template, id, after))

    def coverage(self) -> Mapping[str, Any]:
        """What it does at which event in which mood, as far as that is worked out."""
        return self._shelf.coverage()

    def _take(self, edits: Mapping[str, str]) -> None:
        living = self._shelf.living
        for name, saved in edits.items():
            # Each edit of the one that lives says so: the newest of a file stands for all.
            self.sense(Edited(at=0.0, file=name, text=saved, lives=name == living))

    def files(self) -> list[str]:
        """Names of the designer's files."""
        return self._shelf.names()

    def used(self) -> list[str]:
        """Names of those that the pet is made of now, its personality's file first."""
        return self._shelf.used()

    def read(self, file: str) -> str:
        """The whole text of a designer's file."""
        return self._shelf.read(file)

    def setting(self, name: str, on: bool) -> None:
        """Queue a change of one of the owner's settings. Raises Invalid for a name that is none."""
        for known in SETTINGS:
            if name == known:
                self.sense(Setting(at=0.0, name=known, on=on))
                if known == "stop" and self._bent is not None and self._bent.clock.paused:
                    self._bent.clock.step(STOP_TICKS)
                return
        raise Invalid("setting", 1, f"no setting {name[:40]!r}{nearest(name, SETTINGS)}")

    def clear_faults(self) -> None:
        """Queue that the board's faults are to be cleared."""
        self.sense(ClearFaults(at=0.0))

    def time(self) -> BentTime:
        """What bends the pet's time. Raises Invalid where its body is real."""
        if self._bent is None:
            raise Invalid("time", 1, NO_BENDING)
        return self._bent

    def scenes(self) -> list[str]:
        """Names of the days that can be played; none where the body is real."""
        return [] if self._bent is None else self._shelf.scenes()

    def play(self, file: str) -> None:
        """Play a day. Raises Invalid where it is wrong, or the body is real."""
        self.time().play(file, self._shelf.scene(file))

    # The loop's side.

    def poll(self, now: float) -> Sequence[AnySense]:
        """The senses that are due at `now`."""
        played = [] if self._bent is None else self._bent.due(now)
        with self._lock:
            touches = self._due(now)
            waiting = self._waiting.take(now)
            hands = self._hands.poll(now)
        self._polled = now
        return [*played, *touches, *hands, *(replace(sense, at=now) for sense in waiting)]

    def _due(self, now: float) -> list[Touch]:
        """Touches with the browser's times translated to the pet's. The first sample of a contact
        is now; the others keep their distance from it.

        A slow page sends many samples at once. They are not moved closer together, since that would
        be a faster hand: a sample from before the last poll shifts the contact to later, and one
        from after `now` waits.
        """
        touches: list[Touch] = []
        speed = 1.0 if self._bent is None else self._bent.clock.speed
        while self._samples and len(touches) < SAMPLES_AT_ONCE:
            sample = self._samples[0]
            at = max(self._last_touch, self._polled)
            if sample.page_time is not None:
                page_time = sample.page_time * speed
                if self._offset is None or abs(page_time + self._offset - now) > LATEST:
                    self._offset = now - page_time
                self._offset = max(self._offset, self._polled - page_time)
                at = max(page_time + self._offset, self._last_touch)
            if at > now:
                break
            self._samples.popleft()
            self._last_touch = at
            touches.append(replace(sample.touch, at=at))
            if sample.touch.pressure == 0.0:
                self._offset = None
        return touches
