"""Follows a recorded life tick by tick, and knows of every change of an actuator what led to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import Any

import orjson

from moggy.journal import Entry
from moggy.motion import GROUND
from moggy.ongoing import CONTACT_LOST_S
from moggy.overlay import compose
from moggy.pet import Start
from moggy.why.chain import WITHIN, Chain, Felt, Layer, MoverSource, NodeLink, OutputChange
from moggy.why.ledger import Ledger
from moggy.why.own_will import OwnWill
from moggy.why.repertoire import BehaviorInputs, inputs_by_id
from moggy.why.weighing import weighed

UNDECIDED = "posture: it stands as it woke, since no other has been decided"
ANSWERED = 2.0
"""Seconds after which a small answer to a touch or an event is over."""
SAID = 30.0
"""Seconds for which evidence about a person counts as a cause."""
TOLD = 8
"""Changes of feelings that are kept with a source: the strongest."""
FADES = 30.0
"""Seconds after which what was felt counts 37 % beside what is felt now."""
APART = 2e-4
"""rad; what is sent may differ from the command by so much: whole centidegrees."""
GAZE = re.compile(r"^gaze:\s*(\w+)", re.MULTILINE)


class JournalWalk:
    """`take` every entry in order; then `changes` and `explain` are about the newest."""

    def __init__(self, start: Start) -> None:
        self.ledger = Ledger()
        self._files = dict(start.files)
        self._tree = start.tree
        self._inputs: Mapping[str, BehaviorInputs] = self._inputs_now()
        self._gazes = {
            _stem(name): GAZE.findall(text)[:1]
            for name, text in self._files.items()
            if name.startswith("motions/")
        }
        self._sources: dict[str, MoverSource] = {
            name: MoverSource(name, name, 0.0, within=(why,)) for name, why in WITHIN.items()
        }
        self._stirred: list[Mapping[str, Any]] = []
        self._stirs: dict[int, tuple[Felt, ...]] = {}
        self._inner: dict[str, tuple[float, Felt]] = {}
        self._latest: dict[str, tuple[float, int]] = {}
        self._chosen = MoverSource("unknown", "", 0.0, holes=("nothing has been decided",))
        self._key: tuple[str, float] | None = None
        self._decided = -1.0
        self._plays: set[str] = set()
        self._mood: tuple[tuple[int, ...], MoverSource] | None = None
        self._board = OwnWill()
        self.entry: Entry | None = None
        self._before: Entry | None = None

    def take(self, entry: Entry) -> None:
        """One tick on."""
        self._before, self.entry = self.entry, entry
        data = entry.data
        self.ledger.note(entry)
        self._hear(data["senses"], data["refused"])
        self._understand(data)
        beside = [
            self._latest[name][1] for name in ("trouble", "setting stop") if name in self._latest
        ]
        self._board.take(data["senses"], beside, self.ledger)
        if data["decision"]["at"] != self._decided:
            self._decide(data["decision"], data["pet"], entry)
        for call in data["calls"]:
            self._sources[call["name"]] = self._of_node(
                "voice", call["name"], call["at"], call["because"]
            )

    def changes(self) -> Iterator[OutputChange]:
        """Every output whose value is another than at the tick before."""
        entry, before = self.entry, self._before
        if entry is None:
            return
        at, now = entry.at, entry.data["commanded"]
        for call in entry.data["calls"]:
            yield OutputChange("voice", at, None, call["loudness"])
        yield from self._board.changes
        if before is None:
            return
        was, sent, had = before.data["commanded"], entry.sent, before.sent
        for joint, angle in now["pose"].items():
            old = was["pose"].get(joint)
            if angle != old or sent.get(joint) != had.get(joint):
                yield OutputChange(joint, at, old, angle, sent.get(joint))
        if now["pupils"] != was["pupils"]:
            yield OutputChange("pupils", at, was["pupils"], now["pupils"])
        purr, purred = now["purr"], was["purr"]
        if purr["level"] or purred["level"]:
            # Sound and vibration follow level and breath: one output, and the rate of its
            # modulation is another.
            if purr["level"] != purred["level"] or purr["breath"] != purred["breath"]:
                yield OutputChange("purr", at, purred["level"], purr["level"])
            if purr["rate"] != purred["rate"]:
                yield OutputChange("purr_rate", at, purred["rate"], purr["rate"])

    def explain(self, change: OutputChange) -> Chain:
        """The chain behind a change of the newest tick."""
        assert self.entry is not None, "take comes first"
        if change.output == "board" or change.output.startswith("driven "):
            return Chain(change, self._board.source, holes=self._board.source.holes)
        if change.output == "voice":
            calls: Sequence[Mapping[str, Any]] = self.entry.data["calls"]
            source = self._sources[
                next(call["name"] for call in calls if call["loudness"] == change.after)
            ]
            return Chain(change, source, holes=source.holes)
        names: Sequence[str] = self.entry.data["moved"].get(
            "purr" if change.output == "purr_rate" else change.output, ()
        )
        if not names:
            source = MoverSource("unknown", "", change.at, holes=("no mover is named",))
        elif change.output in ("purr", "purr_rate"):
            source = self._of_node(
                "purr", "purr", change.at, self.entry.data["decision"]["because"]
            )
        else:
            source = self._source(names[0])
        others = tuple(names[1:])
        strangers = tuple(
            [f"nothing is known of {name}" for name in others if not self._knows(name)]
        )
        return Chain(
            change,
            source,
            others,
            self._is_over(source),
            (*source.holes, *strangers, *_sent(change, self.entry)),
        )

    def _source(self, name: str) -> MoverSource:
        source = self._sources.get(name)
        if source is not None:
            return source
        if name == "mood":
            return self._feelings()
        if name == GROUND:
            # Nobody has decided it: it only leans with the feelings.
            feelings = self._feelings()
            return replace(
                feelings, layer="posture", name=GROUND, within=(*feelings.within, UNDECIDED)
            )
        return MoverSource("unknown", name, 0.0, holes=(f"nothing is known of {name}",))

    def _knows(self, name: str) -> bool:
        return name in self._sources or name in ("mood", GROUND, self._chosen.name)

    def _is_over(self, source: MoverSource) -> bool:
        if source.layer in ("posture", "motion", "reflex", "gaze"):
            return source.name not in self._plays and source.node is not None
        return (
            source.layer in ("reaction", "voice")
            and self.entry is not None
            and self.entry.at - source.at > ANSWERED
        )

    def _hear(self, senses: Sequence[Mapping[str, Any]], refused: Sequence[str]) -> None:
        """What was edited, and the newest of what a behaviour may go back to without an event."""
        for sense in senses:
            kind = sense["kind"]
            if kind == "setting":
                self._latest[f"setting {sense['name']}"] = (sense["at"], sense["id"])
            elif kind == "battery":
                self._latest["battery"] = (sense["at"], sense["id"])
            elif kind == "trouble" and sense["part"] == "board":
                self._latest["trouble"] = (sense["at"], sense["id"])
            elif kind == "edited":
                if any(words.startswith(f"{sense['file']}:") for words in refused):
                    continue
                self._files[sense["file"]] = sense["text"]
                self._inputs = self._inputs_now()
                if sense["file"].startswith("motions/"):
                    self._gazes[_stem(sense["file"])] = GAZE.findall(sense["text"])[:1]

    def _inputs_now(self) -> Mapping[str, BehaviorInputs]:
        """What the behaviours of the tree read, with all files that it is made of. JSON is YAML."""
        return inputs_by_id(orjson.dumps(compose(self._tree, self._files).data).decode())

    def _understand(self, data: Mapping[str, Any]) -> None:
        """What moves by itself: small answers; and what moved the feelings."""
        for sense in data["understood"]:
            if sense["kind"] == "gesture":
                name, before = (
                    f"touch on the {sense['zone'].replace('_', ' ')}",
                    self._latest.get("gesture"),
                )
                if (
                    sense["phase"] == "begin"
                    or before is None
                    or sense["at"] - before[0] > CONTACT_LOST_S
                    or name not in self._sources
                ):
                    self._sources[name] = self._of_ids(
                        "reaction", name, sense["at"], (sense["id"],)
                    )
                self._latest["gesture"] = (sense["at"], sense["id"])
            elif sense["kind"] == "face":
                self._latest["face"] = (sense["at"], sense["id"])
        for said in data["evidence"]:
            self._latest[f"{said['person']} {said['channel']}"] = (said["at"], said["id"])
        stirred = data["pet"].get("stirred", [])
        # Feelings stand for some ticks until they are looked at again.
        news, self._stirred = stirred if stirred != self._stirred else (), stirred
        for stir in news:
            felt = Felt(stir["feeling"], stir["by"], " ".join(stir["cause"].split()), stir["event"])
            if felt.event:
                self._stirs[felt.event] = (*self._stirs.get(felt.event, ()), felt)
            else:
                self._inner[felt.cause] = (data["at"], felt)
        for event in data["events"]:
            self._sources[event["name"]] = self._of_ids(
                "reaction", event["name"], event["at"], (event["id"],)
            )

    def _decide(self, decision: Mapping[str, Any], pet: Mapping[str, Any], entry: Entry) -> None:
        """A new decision: perhaps another behaviour, perhaps other motions or another gaze."""
        self._decided = decision["at"]
        key = (decision["behavior"], decision["since"])
        path = tuple(decision["path"])
        node = self._chosen.node
        if key != self._key or node is None:
            self._choose(decision, pet, entry)
            self._key = key
        elif path != node.path:
            changed = NodeLink(
                node.behavior, path, node.since, node.decided, node.tick, decision["why"]
            )
            self._chosen = replace(self._chosen, node=changed)
        where = [f"gaze {decision['gaze']}"]
        names = set()
        for play in decision["plays"]:
            motion, started = play["motion"], play["started"]
            names.add(motion)
            known = self._sources.get(motion)
            if known is None or known.at != started or known.layer != play["layer"]:
                begun = (
                    ()
                    if started == decision["at"]
                    else (f"the decision that began {motion} at {started:.2f} s is missing",)
                )
                self._sources[motion] = self._of_node(
                    play["layer"], motion, started, decision["because"], begun
                )
            where += [f"gaze {each}" for each in self._gazes.get(motion, ())]
        for name in where:
            self._sources[name] = self._of_node(
                "gaze", name, decision["at"], (*decision["because"], *self._looked_at(name))
            )
        self._plays = names | set(where)

    def _choose(self, decision: Mapping[str, Any], pet: Mapping[str, Any], entry: Entry) -> None:
        """A behaviour begins: keep how it was chosen for all that comes of it."""
        behavior = decision["behavior"]
        inputs = self._inputs.get(behavior, BehaviorInputs())
        weighing = weighed(decision, inputs.role)
        node = NodeLink(
            behavior,
            tuple(decision["path"]),
            decision["since"],
            decision["at"],
            entry.data["n"],
            decision["why"],
        )
        because = (*decision["because"], *self._beside(inputs, entry))
        within = inputs.within(pet)
        holes = self.ledger.holes(because)
        if weighing is None:
            holes += (f"the scores of {behavior} are missing",)
        if decision["since"] != decision["at"]:
            holes += (
                f"the decision that began {behavior} at {decision['since']:.2f} s is missing",
            )
        if not because and not within:
            holes += (f"no cause of {behavior} is named",)
        self._chosen = MoverSource(
            "unknown",
            behavior,
            decision["at"],
            node,
            weighing,
            self._felt(because),
            because,
            within,
            holes,
        )

    def _beside(self, inputs: BehaviorInputs, entry: Entry) -> Iterator[int]:
        """Numbers that a behaviour goes back to besides events: what was said of the person,
        settings, the battery."""
        if inputs.reads("person"):
            person = f"{entry.data['person']['person']} "
            yield from (
                number
                for name, (at, number) in self._latest.items()
                if name.startswith(person) and entry.at - at < SAID
            )
        if inputs.reads("setting"):
            yield from (
                number for name, (_, number) in self._latest.items() if name.startswith("setting ")
            )
        if (inputs.reads("battery") or inputs.reads("charging")) and "battery" in self._latest:
            yield self._latest["battery"][1]

    def _looked_at(self, gaze: str) -> tuple[int, ...]:
        name = {"gaze person": "face", "gaze away": "face", "gaze touch": "gesture"}.get(gaze)
        at, number = self._latest.get(name or "", (-SAID, 0))
        return (number,) if self.entry is not None and self.entry.at - at < SAID else ()

    def _of_node(
        self,
        layer: Layer,
        name: str,
        at: float,
        because: Sequence[int],
        holes: tuple[str, ...] = (),
    ) -> MoverSource:
        """What the running behaviour moves; `because` beside what led to the behaviour itself."""
        chosen = self._chosen
        more = tuple([number for number in because if number not in chosen.because])
        felt = chosen.felt if not more else self._felt((*chosen.because, *more))
        missing = (*chosen.holes, *holes, *self.ledger.holes(more))
        return MoverSource(
            layer,
            name,
            at,
            chosen.node,
            chosen.weighing,
            felt,
            (*chosen.because, *more),
            chosen.within,
            missing,
        )

    def _of_ids(self, layer: Layer, name: str, at: float, because: tuple[int, ...]) -> MoverSource:
        return MoverSource(
            layer,
            name,
            at,
            felt=self._felt(because),
            because=because,
            holes=self.ledger.holes(because),
        )

    def _feelings(self) -> MoverSource:
        """The mood's ears, tail, lids and pupils: by the events that moved the feelings, or from
        within."""
        assert self.entry is not None, "take comes first"
        because = tuple(self.entry.data["pet"]["because"])
        if self._mood is None or self._mood[0] != because:
            inner = [(at, felt) for at, felt in self._inner.values() if self.entry.at - at < SAID]
            within = tuple(
                [felt.cause for _, felt in sorted(inner, key=lambda pair: -pair[1].by)[:3]]
            )
            felt = (*self._felt(because), *[felt for _, felt in inner])
            rest = () if because or within else ("mood at rest: its temperament and drives",)
            self._mood = (
                because,
                MoverSource(
                    "mood",
                    "mood",
                    self.entry.at,
                    None,
                    None,
                    felt,
                    because,
                    within + rest,
                    self.ledger.holes(because),
                ),
            )
        return self._mood[1]

    def _felt(self, because: Sequence[int]) -> tuple[Felt, ...]:
        """What those events did to the feelings: the strongest, where what is long ago counts less."""
        if self.entry is None:
            return ()
        found: list[tuple[float, Felt]] = []
        for number in because:
            stirs, cause = self._stirs.get(number), self.ledger.found.get(number)
            if stirs and cause is not None:
                fades = exp((cause.at - self.entry.at) / FADES)
                found += [(-abs(felt.by) * fades, felt) for felt in stirs]
        return tuple([felt for _, felt in sorted(found, key=lambda pair: pair[0])[:TOLD]])


def _sent(change: OutputChange, entry: Entry) -> tuple[str, ...]:
    """Whether the command's last step is there: what went over the wire is what was commanded."""
    if change.output not in entry.data["commanded"]["pose"] or not entry.sent:
        return ()
    if change.sent is None or not isinstance(change.after, float | int):
        return (f"{change.output} was not sent",)
    return (
        ()
        if abs(change.sent - change.after) <= APART
        else (f"{change.output} was sent as {change.sent:.4f}",)
    )


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")
