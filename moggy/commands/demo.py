"""`moggy demo`: a minute in the cat's life, told in sentences, with its sound, a few pictures and a
plot of what it felt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from moggy import ctrl_c
from moggy.assemble import begin, body_of, born, in_virtual_time, recorder, simulated_body
from moggy.commands.terminal import Shown, styled
from moggy.config import Files
from moggy.home import home, private_file
from moggy.messages import Event, Tick
from moggy.sim.day import Day, senses_of
from moggy.sim.pictures import Pictures
from moggy.vocabulary import Emotion

PICTURES = 0.25
"""Pictures a second of its life: one every four seconds."""
TOLD = {"touched", "released", "looked_at", "left_alone"}
"""Events that need no line of their own."""


class Felt(NamedTuple):
    """What is plotted of a tick."""

    at: float
    emotions: Mapping[Emotion, float]
    pleasure: float
    """Pleasure of its mood, −1..1."""
    arousal: float
    person: float
    """The person's valence as it takes it, −1..1."""
    purr: float


@dataclass(slots=True)
class Teller:
    """A listener that prints what happened and what the pet did."""

    console: Shown
    last: str = ""
    told: dict[str, float] = field(default_factory=dict)
    feelings: list[Felt] = field(default_factory=list)

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        mood = tick.pet.mood
        self.feelings.append(
            Felt(
                at=tick.at,
                emotions=tick.pet.emotions,
                pleasure=mood.pleasure,
                arousal=mood.arousal,
                person=tick.person.valence,
                purr=tick.commanded.purr.level,
            )
        )
        for event in tick.events:
            self._tell(event)
        for call in tick.calls:
            self.console.print(styled(f"{tick.at:6.1f} s    ", (f"♪ {call.name}", "magenta")))
        if tick.decision.behavior != self.last:
            self.last = tick.decision.behavior
            self.console.print(
                styled(
                    f"{tick.at:6.1f} s  ",
                    (tick.decision.behavior, "bold"),
                    f": {tick.decision.why}",
                )
            )

    def _tell(self, event: Event) -> None:
        """Once for each thing that happens, not for each second that it lasts."""
        key = f"{event.name} {event.zone}"
        if event.name not in TOLD and event.at - self.told.get(key, -9.0) > 3.0:
            where = f" on the {event.zone}" if event.zone else ""
            who = f" by {event.person}" if event.person and event.person != "someone" else ""
            what = f"← {event.name.replace('_', ' ')}{where}{who}"
            self.console.print(styled(f"{event.at:6.1f} s    ", (what, "cyan")))
        self.told[key] = event.at


def demo(out: Path, *, personality: str, seed: int) -> None:
    """Live days/demo.yaml, tell it, and write what it leaves into a folder. Raises OSError, which
    names the first file that could not be written."""
    console = Shown()
    files = Files(home())
    day = files.load("days/demo.yaml", Day)
    start = begin(files, seed=seed, hour=day.hour, personality=personality)
    body = body_of(start)
    pet = born(start)
    teller = Teller(console)
    console.print(styled((day.about, "dim")))
    ctrl_c.raises()  # from here on there are records to end
    with recorder(out, start) as records:
        simulated = simulated_body(body)
        pictures = Pictures(out / "pictures", body, simulated.angles, per_second=PICTURES)
        in_virtual_time(
            pet,
            senses_of(day, body),
            day.seconds,
            body=simulated,
            listeners=[teller, records, pictures],
        ).run()
    if why := records.why or pictures.why:
        raise OSError(f"it lived, and not all is written: {why}")
    plot_feelings(teller, out / "feelings.png")
    console.print(
        styled(
            (
                f"In {out}: feelings.png, sound.wav, pictures/, journal.mcap"
                f" (try: moggy why {out / 'journal.mcap'} --at 12)",
                "dim",
            )
        )
    )


def plot_feelings(teller: Teller, path: Path) -> None:
    """Write a plot as PNG: emotions above; mood, purr and the person below. Raises OSError."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 6), sharex=True, layout="constrained")
    ats = [felt.at for felt in teller.feelings]
    for name in teller.feelings[0].emotions:
        values = [felt.emotions[name] for felt in teller.feelings]
        if max(values) > 0.05:
            above.plot(ats, values, label=name)
    above.set(ylabel="emotions", ylim=(0, 1))
    above.legend(loc="upper right", ncols=5, fontsize="small")
    for field_, label in (
        ("pleasure", "pleasure"),
        ("arousal", "arousal"),
        ("person", "the person's valence"),
        ("purr", "purr"),
    ):
        below.plot(ats, [getattr(felt, field_) for felt in teller.feelings], label=label)
    below.set(xlabel="s", ylabel="mood", ylim=(-1, 1))
    below.legend(loc="upper right", ncols=4, fontsize="small")
    picture = BytesIO()  # first, since not every format can be drawn
    figure.savefig(picture, dpi=120, format=path.suffix[1:] or None)
    with private_file(path) as file:
        file.write(picture.getvalue())
    plt.close(figure)
