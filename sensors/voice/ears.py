"""Ears: what is said to the pet becomes words, as typed ones are.

    microphone ──sound──▶ Utterances (its thread) ──Utterance──▶ ProcessWorker ──▶ hearing_task
                                                   ◀── Words, Trouble ──           (own process)

Sound is kept for as long as an utterance lasts, in memory alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from moggy.messages import AnySense, Call, Tick
from moggy.sensors.voice.microphone import Listening
from moggy.sensors.voice.utterances import Utterance, Utterances, detector
from moggy.worker import Worker

STALE_S = 5.0
"""Seconds that an utterance waits for the hearing process, which may still be starting; an answer
that comes later is taken for one to something else. Our choice."""
RINGS_S = 0.5
"""Seconds after a call in which it can still be heard: the loudspeaker is up to 0.23 s late
(`actuators/speaker.py`), and a room rings. Our choice."""


class Ears:
    """A sensor: the newest utterance from a microphone goes to the hearing process, and its words
    come back. While that is busy the newest waits, and older ones are dropped. As a listener it
    hears when the pet calls, and is deaf then; its purr and its servos are not taken for speech."""

    def __init__(
        self, worker: Worker, microphone: Listening, lasts: Callable[[Call], float]
    ) -> None:
        """`worker` runs `hearing_task`; `lasts` says how many seconds a call sounds."""
        self._worker, self._microphone, self._lasts = worker, microphone, lasts
        self._utterances: Utterances | None = None
        self._waiting: Utterance | None = None
        self._deaf_until = float("-inf")

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Hear what the pet did in this tick."""
        for call in tick.calls:
            self._deaf_until = max(self._deaf_until, call.at + self._lasts(call) + RINGS_S)
        if self._utterances is not None:
            self._utterances.deaf = tick.at < self._deaf_until

    def poll(self, now: float) -> Sequence[AnySense]:
        """The words that were heard since the last call, and Troubles of the hearing process.
        Raises OSError where the detector of speech is not installed. Nothing is started before
        sound comes."""
        if not self._microphone.on:
            return ()
        if self._utterances is None:
            self._utterances = Utterances(detector())
            self._microphone.also = self._utterances.hear
        sound = self._utterances.take()
        if sound is not None:
            self._waiting = Utterance(now, sound)
        if self._waiting is not None and (
            now - self._waiting.at > STALE_S or self._worker.offer(self._waiting, now)
        ):
            self._waiting = None
        return self._worker.poll(now)

    def close(self) -> None:
        """End the hearing process."""
        self._microphone.also = None
        self._worker.close()
