"""Turns senses into Events (what happened to the pet) and Evidence (what the senses say of how a
person feels)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from moggy.brain.appraisals import Appraisals
from moggy.brain.feeling_shapes import Guess
from moggy.brain.perception.company import Company
from moggy.brain.perception.habits import Habits
from moggy.brain.perception.hands import Hands
from moggy.brain.perception.shown_feelings import ShownHistory, felt_chances, history_of
from moggy.brain.perception.spoken_wishes import SaidEvent, SpokenWishes
from moggy.brain.perception.surroundings import Surroundings
from moggy.brain.perception.touch import OngoingTouch, happenings
from moggy.brain.person import Attention, Contradictions, Liveness, SignKind, is_voice
from moggy.messages import (
    AnySense,
    Battery,
    BodyMotion,
    Event,
    Evidence,
    Face,
    Forget,
    Gesture,
    Happening,
    Impression,
    LocalTime,
    Person,
    Posture,
    Probabilities,
    Recalled,
    Setting,
    Thought,
    Voice,
    Words,
)
from moggy.ongoing import CONTACT_LOST_S
from moggy.vocabulary import (
    DIMENSIONS,
    DRIVES,
    EVENTS,
    LARGEST_ADVICE,
    NOBODY,
    SEEN_EVENTS,
    SOMEONE,
    UNRATED,
    Advisable,
    EvidenceChannel,
    GestureName,
    ZoneName,
)

SIGNS = (Face, Posture, Voice, Words, Thought, Happening, Impression)
"""Senses of a person that may come without a name."""
ADVISABLE = frozenset((*DIMENSIONS, *DRIVES))
"""What a thought may advise on; anything else that a model names is dropped."""
TOUCH_LEAST = 0.3
"""Least strength of `touched`, however light the hand, 0..1."""
KIND_VALENCE = 0.2
"""Valence of words from which they are a kindness."""
KIND_TOUCHES = frozenset(("stroked", "scratched", "patted"))
"""Touches that are a greeting when they come first."""
KIND_WISHES = frozenset(("praise", "call", "play", "comfort_me"))
"""Wishes that are a kindness."""
SORRY_VALENCE = -0.1
"""Valence of words, −1..1, below which they greet nobody, whatever they wish: who says *my mother
died* while they come in needs comfort and gives no joy."""


class Perception:
    """Reads one tick's senses after the other; keeps what it needs to tell a beginning from what
    goes on."""

    def __init__(self, number: Callable[[], int], habits: Habits) -> None:
        self._number = number
        self.attention = Attention()
        self.company = Company(habits, self.attention)
        self.speaking = SpokenWishes()
        self.surroundings = Surroundings()
        self._hands = Hands()
        self._contacts: dict[str, OngoingTouch] = {}
        self._liveness = Liveness()
        self._faces: dict[str, ShownHistory] = {}
        self._voices: dict[str, ShownHistory] = {}
        self._contradictions = Contradictions()
        self._urgent_at = -1.0
        self._events: list[Event] = []
        self._evidence: list[Evidence] = []
        self._gestures: dict[GestureName, Guess] = {}

    def adopt(self, table: Appraisals) -> None:
        """Go by what another table says from now on."""
        self._contradictions.channels, self._gestures = table.channels, table.gestures
        self.attention.presence.shape = table.presence

    def perceive(
        self, senses: Sequence[AnySense], now: float
    ) -> tuple[tuple[Event, ...], tuple[Evidence, ...]]:
        """(events, evidence) of this tick: of what came in, and of the silence of what did not.

        `now`: seconds on the pet's clock. A sense with a later time counts as of now.
        """
        if not senses and now < self.company.due:
            return (), ()
        for sense in senses:
            read = _READ.get(type(sense))
            if read is not None:
                at = min(sense.at, now)
                if at >= self.company.due:
                    self._silence(at)
                if isinstance(sense, SIGNS) and sense.person == SOMEONE:
                    somebody = self.attention.somebody(at)
                    sense = sense if somebody == SOMEONE else replace(sense, person=somebody)
                read(self, sense, at)
        if now >= self.company.due:
            self._silence(now)
        events, evidence = tuple(self._events), tuple(self._evidence)
        self._events.clear()
        self._evidence.clear()
        return events, evidence

    def _silence(self, until: float) -> None:
        for name, at, person, strength in self.company.silence(until):
            self._happened(name, at, (), person=person, strength=strength)

    def _happened(
        self,
        name: str,
        at: float,
        because: tuple[int, ...],
        *,
        zone: ZoneName | None = None,
        feeling: Advisable | None = None,
        by: float = 0.0,
        person: str | None = None,
        strength: float = 1.0,
        dose: float = 1.0,
        takes_back: str = "",
    ) -> None:
        kind = EVENTS[name]
        if kind.urgent:
            self._urgent_at = max(self._urgent_at, at)
        if name == "sent_off":
            self.company.habits.sent_off(at)
        elif kind.asks:
            self.company.habits.asked_for(at)
        self._events.append(
            Event(
                at=at,
                id=self._number(),
                name=name,
                zone=zone,
                feeling=feeling,
                by=by,
                person=person,
                strength=strength,
                dose=dose,
                urgent=kind.urgent,
                takes_back=takes_back,
                because=because,
            )
        )

    def _sign_of(
        self, person: str, at: float, because: tuple[int, ...], by: SignKind, kind: bool = False
    ) -> None:
        """A person gave a sign, `by` which they may arrive; a `kind` one may be a greeting."""
        for name, strength in self.company.sign(person, by, at, kind=kind):
            self._happened(name, at, because, person=person, strength=strength)

    def _says(self, said: Evidence) -> None:
        """Add evidence; where it begins to contradict another channel, add a `conflict` event."""
        self._evidence.append(said)
        contradicts = self._contradictions.heard(said)
        if contradicts is not None:
            strength, other = contradicts
            self._happened(
                "conflict", said.at, (*said.because, other), person=said.person, strength=strength
            )

    def _gesture(self, sense: Gesture, at: float) -> None:
        because = (sense.id, *sense.because)
        person = self.attention.touched(at)
        contact = self._contacts.get(sense.zone)
        alone = contact is None or at - contact.at > CONTACT_LOST_S
        if sense.phase == "begin" or contact is None or alone:
            contact = self._contacts[sense.zone] = OngoingTouch(at, person)
            self._hands.begins(person, at)
            if sense.phase != "end":
                self._happened(
                    "touched",
                    at,
                    because,
                    zone=sense.zone,
                    person=person,
                    strength=max(TOUCH_LEAST, sense.pressure),
                )
        alone = alone and sense.phase != "begin"
        kind = False
        for name, strength, dose in happenings(sense, contact, at, alone):
            self._happened(
                name, at, because, zone=sense.zone, person=person, strength=strength, dose=dose
            )
            kind = kind or name in KIND_TOUCHES
        contact.at = at
        if sense.phase == "end":
            del self._contacts[sense.zone]
            self._happened("released", at, because, zone=sense.zone, person=person)
        self._sign_of(person, at, because, "touch", kind)
        guess = self._gestures.get(sense.gesture)
        if guess is not None and guess.confidence > 0.0:
            manner = self._hands.manner(person, sense)
            self._says(
                Evidence(
                    at=at,
                    id=self._number(),
                    channel="touch",
                    person=person,
                    valence=manner.valence(guess.valence),
                    arousal=manner.arousal(guess.arousal, sense.gesture == "hold"),
                    probabilities=manner.probabilities(guess.probabilities) or None,
                    confidence=guess.confidence * sense.confidence,
                    because=because,
                )
            )

    def _face(self, sense: Face, at: float) -> None:
        kind = self._liveness.sign(sense, at, self.attention.presence.shape)
        if kind is None:
            return
        self.attention.notice(sense, at)
        because = (sense.id,)
        confidence = UNRATED if sense.confidence is None else sense.confidence
        face = history_of(self._faces, sense.person)
        smiled = False
        chances = felt_chances(sense.valence, sense.arousal, sense.probabilities)
        if chances:
            for feeling, strength in face.began(chances, min(1.0, confidence + 0.25), at):
                smiled = smiled or feeling == "happy"
                name = "smiled_at" if feeling == "happy" else SEEN_EVENTS[feeling]
                self._happened(name, at, because, person=sense.person, strength=strength)
        if face.looks(sense, at):
            self._happened("looked_at", at, because, person=sense.person, strength=sense.looking)
        self._sign_of(sense.person, at, because, kind, smiled)
        if chances:
            self._evidence_of(sense, "face", sense.person, at, confidence, sense.probabilities)

    def _posture(self, sense: Posture, at: float) -> None:
        if self._liveness.is_picture(sense.person, at, self.attention.presence.shape):
            return
        self.attention.notice(sense, at)
        self._sign_of(sense.person, at, (sense.id,), "other")
        if sense.valence is not None or sense.arousal is not None:
            self._evidence_of(
                sense,
                "posture",
                sense.person,
                at,
                UNRATED if sense.confidence is None else sense.confidence,
                None,
            )

    def _voice(self, sense: Voice, at: float) -> None:
        found = self.surroundings.voice(sense, at)
        if found is not None:
            self._happened(
                found[0],
                at,
                (sense.id,),
                person=sense.person if is_voice(sense) else None,
                strength=found[1],
            )
        if is_voice(sense):
            self.attention.notice(sense, at)
            soft = found is not None and found[0] == "soft_voice"
            self._sign_of(sense.person, at, (sense.id,), "voice", soft)
            if sense.valence is not None or sense.arousal is not None or sense.probabilities:
                confidence = UNRATED if sense.confidence is None else sense.confidence
                chances = felt_chances(sense.valence, sense.arousal, sense.probabilities)
                voice = history_of(self._voices, sense.person)
                for feeling, strength in voice.began(chances, min(1.0, confidence + 0.25), at):
                    name = SEEN_EVENTS[feeling]
                    self._happened(name, at, (sense.id,), person=sense.person, strength=strength)
                self._evidence_of(sense, "voice", sense.person, at, confidence, sense.probabilities)

    def _words(self, sense: Words, at: float) -> None:
        self.attention.notice(sense, at)
        confidence = UNRATED if sense.confidence is None else sense.confidence
        shown = (history_of(shows, sense.person) for shows in (self._faces, self._voices))
        doubted = any(history.is_cross(at) for history in shown)
        valence = sense.valence or 0.0
        kind = valence > KIND_VALENCE or (sense.intent in KIND_WISHES and valence > SORRY_VALENCE)
        self._sign_of(sense.person, at, (sense.id,), "words", kind and not doubted)
        for event in self.speaking.words(sense, confidence, at, doubted=doubted):
            self._said(event, at, (sense.id,), sense.person)
        if sense.valence is not None or sense.arousal is not None or sense.probabilities:
            self._evidence_of(sense, "words", sense.person, at, confidence, sense.probabilities)

    def _thought(self, sense: Thought, at: float) -> None:
        """A slow answer counts only before it expires, and if nothing urgent happened since it was
        asked."""
        if at > sense.expires or sense.asked <= self._urgent_at:
            return
        because = (sense.about, sense.id) if sense.about else (sense.id,)
        for event in self.speaking.thought(sense):
            self._said(event, at, because, sense.person)
        for feeling, by in sense.nudges.items():
            if by and feeling in ADVISABLE:
                by = max(-LARGEST_ADVICE, min(LARGEST_ADVICE, by))
                self._happened("advised", at, because, feeling=feeling, by=by)
        if sense.valence is not None or sense.arousal is not None or sense.probabilities:
            self._evidence_of(
                sense, "thought", sense.person, at, sense.confidence, sense.probabilities, because
            )

    def _said(self, said: SaidEvent, at: float, because: tuple[int, ...], person: str) -> None:
        self._happened(
            said.name,
            at,
            because,
            person=person,
            strength=said.strength,
            dose=said.dose,
            takes_back=said.takes_back,
        )

    def _evidence_of(
        self,
        sense: Face | Posture | Voice | Words | Thought | Impression,
        channel: EvidenceChannel,
        person: str,
        at: float,
        confidence: float,
        probabilities: Probabilities | None,
        because: tuple[int, ...] | None = None,
    ) -> None:
        self._says(
            Evidence(
                at=at,
                id=self._number(),
                channel=channel,
                person=person,
                valence=sense.valence,
                arousal=sense.arousal,
                probabilities=probabilities,
                confidence=confidence,
                because=(sense.id,) if because is None else because,
            )
        )

    def _motion(self, sense: BodyMotion, at: float) -> None:
        name = sense.motion
        if name == "still":
            return
        because = (sense.id, *sense.because)
        person = (
            self.attention.attended if self.attention.present(self.attention.attended, at) else None
        )
        dose = self.surroundings.carried(at) if name == "held" else 1.0
        if dose > 0.0:
            self._happened(name, at, because, person=person, strength=sense.strength, dose=dose)

    def _person(self, sense: Person, at: float) -> None:
        comes = sense.change == "arrives"
        if self.company.said(sense.person, comes, at):
            name = "arrived" if comes else "left"
            self._happened(name, at, (sense.id,), person=sense.person)

    def _battery(self, sense: Battery, at: float) -> None:
        for name, strength in self.surroundings.battery(sense):
            self._happened(name, at, (sense.id,), strength=strength)

    def _setting(self, sense: Setting, at: float) -> None:
        if not sense.on:
            return
        if sense.name == "stop":
            self._happened("stopped", at, (sense.id,))
        elif sense.name == "away":
            person = None if self.attention.attended == NOBODY else self.attention.attended
            self._happened("sent_off", at, (sense.id,), person=person)

    def _happening(self, sense: Happening, at: float) -> None:
        because = (sense.id, *sense.because)
        if sense.person is not None:
            self._sign_of(sense.person, at, because, "words")
        self._happened(
            sense.event,
            at,
            because,
            zone=sense.zone,
            person=sense.person,
            strength=sense.strength,
            dose=sense.dose,
        )

    def _impression(self, sense: Impression, at: float) -> None:
        because = (sense.id, *sense.because)
        self.attention.notice(sense, at)
        self._sign_of(sense.person, at, because, "words")
        self._evidence_of(
            sense,
            sense.channel,
            sense.person,
            at,
            sense.confidence,
            sense.probabilities,
            because,
        )

    def _forget(self, sense: Forget, at: float) -> None:
        """Drop a person's habits; `Mind` drops the rest at the event `forgotten`. Somebody who is
        there stays there, as a stranger."""
        self.company.habits.forget(sense.person)
        self._hands.forget(sense.person)
        self._happened("forgotten", at, (sense.id,), person=sense.person)

    def _local_time(self, sense: LocalTime, at: float) -> None:
        """Go by this hour from now on."""
        self.company.habits.set_clock(sense, at)

    def _recalled(self, sense: Recalled, at: float) -> None:
        """Tell of it; `Mind` takes what is recalled."""
        self._happened("recalled", at, (sense.id,))


_READ: dict[type, Callable[..., None]] = {
    Gesture: Perception._gesture,
    Face: Perception._face,
    Posture: Perception._posture,
    Voice: Perception._voice,
    Words: Perception._words,
    Thought: Perception._thought,
    BodyMotion: Perception._motion,
    Person: Perception._person,
    Battery: Perception._battery,
    Happening: Perception._happening,
    Impression: Perception._impression,
    Setting: Perception._setting,
    Forget: Perception._forget,
    Recalled: Perception._recalled,
    LocalTime: Perception._local_time,
}
