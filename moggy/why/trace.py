"""Follows a recorded life tick by tick, and knows of every change of an actuator what led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, get_args

from moggy.config import Invalid
from moggy.journal import Entry
from moggy.messages import Mover
from moggy.motion import GROUND
from moggy.pet import Start
from moggy.vocabulary import LayerName, MoverLayer
from moggy.why.chain import WITHIN, Chain, MoverSource, NodeLink, OutputChange, SourceLayer
from moggy.why.felt import FeelingsRecord, in_words
from moggy.why.ledger import Ledger
from moggy.why.newest import Newest
from moggy.why.own_will import OwnWill
from moggy.why.repertoire import BehaviorInputs, InputsOf
from moggy.why.weighing import weighed

UNDECIDED = "posture: it stands as it woke, since no other has been decided"
"""The inner cause of the posture under everything."""
AT_REST = "mood at rest: its temperament and drives"
"""The inner cause of a feeling that nothing moved lately."""
ANSWERED_S = 2.0
"""Seconds after which the small answer to an event, and the jaw of a call, is over."""
APART_RAD = 2e-4
"""rad; what is sent may differ from the command by so much: whole centidegrees."""
PLAYED: tuple[LayerName, ...] = get_args(LayerName)
"""Layers of motions, which a decision plays."""
MOVER_LAYERS: tuple[MoverLayer, ...] = get_args(MoverLayer)


class Begun(NamedTuple):
    """A motion or a call, and the behaviour as it was chosen that began it."""

    at: float
    chosen: MoverSource
    holes: tuple[str, ...] = ()


class JournalWalk:
    """`take` every entry in order; then `changes` and `explain` are about the newest."""

    def __init__(self, start: Start, inputs_of: InputsOf) -> None:
        """`start` is the head of the journal; `inputs_of` says what its tree's behaviours read."""
        self.ledger = Ledger()
        self.entry: Entry | None = None
        self._before: Entry | None = None
        self._start, self._inputs_of = start, inputs_of
        self._inputs = inputs_of(start)
        self._edited = dict(start.files)
        """The newest text of every file, whether it was taken or refused."""
        self._felt, self._newest, self._board = FeelingsRecord(self.ledger), Newest(), OwnWill()
        self._chosen = MoverSource(
            layer="unknown", name="", at=0.0, holes=("nothing has been decided",)
        )
        self._key: tuple[str, float] | None = None
        self._decided = -1.0
        self._begun: dict[tuple[MoverLayer, str], Begun] = {}
        self._plays: set[tuple[MoverLayer, str]] = set()
        self._sources: dict[Mover, MoverSource] = {}

    def take(self, entry: Entry) -> None:
        """Move on to the next tick of the journal."""
        self._before, self.entry = self.entry, entry
        self._sources.clear()
        data = entry.data
        self.ledger.note(entry)
        self._newest.take(data)
        self._felt.take(entry.at, data["pet"]["stirred"])
        self._take_edits(data["senses"])
        trouble, stop = self._newest.board_trouble, self._newest.settings.get("stop")
        beside = [found.id for found in (trouble, stop) if found is not None]
        self._board.take(data["senses"], beside, self.ledger)
        if data["decision"]["at"] != self._decided:
            self._decide(data["decision"], entry)
        for call in data["calls"]:
            self._begun["voice", call["name"]] = Begun(call["at"], self._chosen)

    def changes(self) -> Iterator[OutputChange]:
        """Every output whose value is another than at the tick before."""
        entry, before = self.entry, self._before
        if entry is None:
            return
        at, now = entry.at, entry.data["commanded"]
        for call in entry.data["calls"]:
            yield OutputChange("voice", at, None, call["name"])
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
            # Sound and vibration follow level and breath: one output. The rate of its modulation
            # is another.
            if purr["level"] != purred["level"] or purr["breath"] != purred["breath"]:
                yield OutputChange("purr", at, purred["level"], purr["level"])
            if purr["rate"] != purred["rate"]:
                yield OutputChange("purr_rate", at, purred["rate"], purr["rate"])

    def explain(self, change: OutputChange) -> Chain:
        """The chain behind a change of the newest tick."""
        if change.by_board:
            return Chain(change=change, source=self._board.source, holes=self._board.source.holes)
        movers = self._movers(change)
        if not movers:
            hole = "no mover is named"
            source = MoverSource(layer="unknown", name="", at=change.at, holes=(hole,))
            return Chain(change=change, source=source, holes=(hole, *self._unsent(change)))
        source, others = self._source(movers[0]), movers[1:]
        strangers = [hole for mover in others for hole in self._source(mover).holes[:1]]
        return Chain(
            change=change,
            source=source,
            others=others,
            carried=self._is_over(source),
            holes=(*source.holes, *strangers, *self._unsent(change)),
        )

    def _movers(self, change: OutputChange) -> tuple[Mover, ...]:
        """What the tick says moves the output, strongest first."""
        data = self._now.data
        if change.output == "voice":
            call = next(call for call in data["calls"] if call["name"] == change.after)
            because = tuple(call["because"])
            return (Mover(layer="voice", name=call["name"], because=because),)
        output = "purr" if change.output == "purr_rate" else change.output
        return tuple(
            [
                Mover(layer=mover["layer"], name=mover["name"], because=tuple(mover["because"]))
                for mover in data["moved"].get(output, ())
            ]
        )

    def _source(self, mover: Mover) -> MoverSource:
        source = self._sources.get(mover)
        if source is None:
            source = self._sources[mover] = self._found(mover)
        return source

    def _found(self, mover: Mover) -> MoverSource:
        """What a mover goes back to."""
        layer, name, at = mover.layer, mover.name, self._now.at
        begun = self._begun.get((layer, name))
        if begun is not None:
            return self._of_node(mover, begun)
        if layer == "posture" and name == GROUND:
            feelings = self._of_feelings(mover, self._now.data["pet"]["because"])
            return replace(feelings, within=(*feelings.within, UNDECIDED))
        if layer in PLAYED or layer == "voice" or layer not in MOVER_LAYERS:
            hole = f"nothing is known of {layer} {name}"
            return MoverSource(layer="unknown", name=name, at=at, holes=(hole,))
        if layer == "mood":
            return self._of_feelings(mover, mover.because)
        if layer == "reaction":
            return self._of_event(mover)
        if layer == "purr":
            return self._of_node(mover, Begun(self._decided, self._chosen))
        if layer == "gaze":
            face = self._newest.face(at) if name in ("person", "away") else ()
            looks = replace(mover, because=(*mover.because, *face))
            return self._of_node(looks, Begun(self._decided, self._chosen))
        return MoverSource(layer=layer, name=name, at=0.0, within=(WITHIN[layer],))

    def _of_node(self, mover: Mover, begun: Begun) -> MoverSource:
        """What a behaviour moves; `because` beside what led to the behaviour itself."""
        chosen = begun.chosen
        more = tuple([number for number in mover.because if number not in chosen.because])
        because = (*chosen.because, *more)
        return replace(
            chosen,
            layer=mover.layer,
            name=mover.name,
            at=begun.at,
            felt=self._felt.by(because, self._now.at) if more else chosen.felt,
            because=because,
            holes=(*chosen.holes, *begun.holes, *self.ledger.holes(more)),
        )

    def _of_event(self, mover: Mover) -> MoverSource:
        """The small answer to an event, which nobody decided."""
        event = self.ledger.found.get(mover.because[0]) if mover.because else None
        unnamed = () if mover.because else (f"no event is named for the answer to {mover.name}",)
        return MoverSource(
            layer="reaction",
            name=mover.name,
            at=self._now.at if event is None else event.at,
            felt=self._felt.by(mover.because, self._now.at),
            because=mover.because,
            holes=(*unnamed, *self.ledger.holes(mover.because)),
        )

    def _of_feelings(self, mover: Mover, because: Sequence[int]) -> MoverSource:
        """What shows the feelings: by the events that moved them, or from within."""
        at = self._now.at
        inner = self._felt.from_within(at)
        within = [in_words(felt.cause) for felt in inner[:3]]
        return MoverSource(
            layer=mover.layer,
            name=mover.name,
            at=at,
            felt=(*self._felt.by(because, at), *inner),
            because=tuple(because),
            within=tuple(within if because or within else [AT_REST]),
            holes=self.ledger.holes(because),
        )

    def _is_over(self, source: MoverSource) -> bool:
        """Whether it no longer moves, and the limiter carries on what it began."""
        layer: SourceLayer = source.layer
        if layer in PLAYED:
            return source.node is not None and (layer, source.name) not in self._plays
        return layer in ("reaction", "voice") and self._now.at - source.at > ANSWERED_S

    def _take_edits(self, senses: Sequence[Mapping[str, Any]]) -> None:
        """Read the tree again when a file was edited, as the pet does: with all edits so far, else
        with this one alone; where both fail it has refused the edit, and goes on as before."""
        for sense in senses:
            if sense["kind"] != "edited":
                continue
            edit = {sense["file"]: sense["text"]}
            self._edited = {**self._edited, **edit}
            for files in (self._edited, {**self._start.files, **edit}):
                with suppress(Invalid):
                    changed = replace(self._start, files=files)
                    self._inputs, self._start = self._inputs_of(changed), changed
                    break

    def _decide(self, decision: Mapping[str, Any], entry: Entry) -> None:
        """A new decision: perhaps another behaviour, perhaps other motions."""
        self._decided = decision["at"]
        key, node = (decision["behavior"], decision["since"]), self._chosen.node
        if key != self._key or node is None:
            self._key = key
            self._choose(decision, entry)
        elif tuple(decision["path"]) != node.path:
            node = replace(node, path=tuple(decision["path"]), why=decision["why"])
            self._chosen = replace(self._chosen, node=node)
        self._plays.clear()
        for play in decision["plays"]:
            motion, started = play["motion"], play["started"]
            self._plays.add((play["layer"], motion))
            known = self._begun.get((play["layer"], motion))
            if known is None or known.at != started:
                missing = f"the decision that began {motion} at {started:.2f} s is missing"
                holes = () if started == decision["at"] else (missing,)
                self._begun[play["layer"], motion] = Begun(started, self._chosen, holes)

    def _choose(self, decision: Mapping[str, Any], entry: Entry) -> None:
        """A behaviour begins: keep how it was chosen for all that comes of it."""
        behavior, since, at = decision["behavior"], decision["since"], decision["at"]
        inputs = self._inputs.get(behavior, BehaviorInputs())
        weighing = weighed(decision, inputs.role)
        because = (*decision["because"], *self._beside(inputs, entry))
        within = inputs.within(entry.data["pet"])
        holes = self.ledger.holes(because)
        if weighing is None:
            holes += (f"the scores of {behavior} are missing",)
        if since != at:
            holes += (f"the decision that began {behavior} at {since:.2f} s is missing",)
        if not because and not within:
            holes += (f"no cause of {behavior} is named",)
        path, n = tuple(decision["path"]), entry.data["n"]
        self._chosen = MoverSource(
            layer="unknown",
            name=behavior,
            at=at,
            node=NodeLink(behavior, path, since, at, n, decision["why"]),
            weighing=weighing,
            felt=self._felt.by(because, entry.at),
            because=because,
            within=within,
            holes=holes,
        )

    def _beside(self, inputs: BehaviorInputs, entry: Entry) -> Iterator[int]:
        """Ids that a behaviour goes back to beside events: what was said of the person, settings,
        the battery."""
        newest = self._newest
        if inputs.reads("person"):
            yield from newest.said_of(entry.data["person"]["person"], entry.at)
        if inputs.reads("setting"):
            yield from (setting.id for setting in newest.settings.values())
        if newest.battery is not None and (inputs.reads("battery") or inputs.reads("charging")):
            yield newest.battery.id

    def _unsent(self, change: OutputChange) -> tuple[str, ...]:
        """Whether the last link is there: what went over the wire is what was commanded."""
        entry = self._now
        if change.output not in entry.data["commanded"]["pose"] or not entry.sent:
            return ()
        if change.sent is None or not isinstance(change.after, float | int):
            return (f"{change.output} was not sent",)
        if abs(change.sent - change.after) > APART_RAD:
            return (f"{change.output} was sent as {change.sent:.4f}",)
        return ()

    @property
    def _now(self) -> Entry:
        assert self.entry is not None, "take comes first"
        return self.entry
