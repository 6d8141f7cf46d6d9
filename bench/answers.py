"""Whether the cat answers what it understands: each sentence of a file is said to a fresh cat.

    python -m bench answers                              # bench/said/held.tsv, both tiers
    python -m bench answers --file train --only instant  # while developing
    python -m bench answers --only labels                # as if read without a mistake
    python -m bench answers --misses en                  # also print what was not answered

A person has been there for a minute when the sentence is said; the same minute without it is the
control. A sentence that carries a feeling or a wish is answered where the cat's own valence moves
by at least 0.1 in the right direction within 3 s, or where a fitting behaviour begins within 1 s
(the table ANSWERS says which). A neutral one is answered where its valence moves by less than 0.1
for 3 s; sarcasm where it is not taken for its words: not pleased by a reproach, not hurt by
tenderness. The language model is absent.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from typing import NamedTuple, cast

import moggy
from bench.absent import ROOT, attempt
from moggy import assemble
from moggy.brain.language import Asker, Embedding
from moggy.clock import RATE
from moggy.messages import AnySense, Person, Tick, Words
from moggy.pet import LivingPet
from moggy.vocabulary import CLASS_PLACES, Intent, PersonClass, nearest
from moggy.worker import SimulatedWorker

FOLDER = ROOT / "bench" / "said"
"""Where the files of sentences are; their columns are in their second line."""
TIERS = {"instant": "words", "embedding": "words+embedding", "labels": "as labelled"}
"""Name of an option -> the readers that take part; the last reads what the file says itself, and so
shows what the cat makes of a perfect reading."""
LABEL_SURE = 0.85
"""Probability of a labelled feeling, and how surely it is meant for whom the label says."""
LATENCY_S = 0.1
"""Seconds that the embedding takes, as in the simulator (moggy/assemble.py)."""
SAID_AT_S = 62.0
"""When the sentence is said: the person came at 0, so that no kindness is a greeting any more."""
EARLY_RATE = 5.0
"""Ticks a second before the sentence: a tenth of a robot's."""
BEGINS_WITHIN_S = 1.0
"""Seconds within which a fitting behaviour begins."""
MOVES_WITHIN_S = 3.0
"""Seconds within which the valence moves, or stays where it is."""
MOVES_BY = 0.1
"""How far the valence must move, or may move after a neutral sentence."""
ENGLISH_BAR = 0.9
"""Share of the English sentences with a feeling or a wish that must be answered."""
OTHER_BAR = 0.8
"""The same of each other language."""
NEUTRAL_BAR = 0.9
"""Share of the neutral sentences of each kind that must leave the cat as it is."""
WARY = frozenset({"keep_distance", "hide", "sulk"})
"""What a cat does that somebody is cross with."""
PLEASED = frozenset({"enjoy_praise", "greet", "head_bunt", "answer_call"})
"""What a cat does that somebody is kind to."""
CLOSE = frozenset({"comfort_person"})
"""What a cat does that somebody needs."""


class Fitting(NamedTuple):
    """What answers one kind of sentence."""

    way: int
    """Direction of the cat's valence: 1 up, -1 down, 0: it tells nothing."""
    behaviors: frozenset[str]


ANSWERS: Mapping[str, Fitting] = {
    "praise": Fitting(1, PLEASED),
    "love": Fitting(1, PLEASED),
    "slang_praise": Fitting(1, PLEASED),
    "greeting": Fitting(1, PLEASED),
    "thanks": Fitting(1, PLEASED),
    "comfort_pet": Fitting(1, PLEASED),
    "negated_scold": Fitting(1, PLEASED),
    "happy_report": Fitting(1, frozenset({"share_joy", "enjoy_praise"})),
    "calm": Fitting(1, frozenset({"keep_company", "slow_blink", "enjoy_praise"})),
    "sad_report": Fitting(0, CLOSE),
    "sad_to": Fitting(0, CLOSE),
    "afraid_report": Fitting(0, CLOSE),
    "afraid_to": Fitting(0, CLOSE),
    "closeness": Fitting(1, CLOSE | PLEASED),
    "angry_report": Fitting(0, CLOSE | {"keep_distance", "hear_out"}),
    "surprise": Fitting(0, frozenset({"wonder", "look_where", "share_joy"})),
    "play": Fitting(1, frozenset({"play"})),
    "call": Fitting(1, frozenset({"answer_call", "greet"})),
    "look_here": Fitting(1, frozenset({"look_where", "wonder"})),
    "leave_me_alone": Fitting(-1, frozenset({"leave_alone", "keep_distance", "hide"})),
    "scold": Fitting(-1, WARY),
    "slang_scold": Fitting(-1, WARY),
    "threat": Fitting(-1, WARY),
    "disgust_at": Fitting(-1, WARY),
    "negated_praise": Fitting(-1, WARY),
}
"""Kind of sentence -> what answers it."""
NEUTRAL = ("order", "answer", "small_talk", "question", "quote", "aside")
"""Kinds that carry nothing for the cat."""
SARCASM = "sarcasm"


class Said(NamedTuple):
    """A line of a file of sentences."""

    lang: str
    kind: str
    to: str
    feeling: PersonClass
    valence: int
    intent: Intent
    text: str


class Answer(NamedTuple):
    """What came of a sentence."""

    up: float
    """How far the valence rose above the control's at most; 0 or more."""
    down: float
    """How far it fell below it at most; 0 or more."""
    began: tuple[str, ...]
    """Behaviours that began within a second, and not in the control."""
    events: tuple[str, ...]
    read: str
    """What the last reader made of it, for the list of misses."""


class Course(NamedTuple):
    """The seconds after the sentence."""

    valence: list[float]
    began: set[str]
    events: list[str]
    read: str


def sentences(name: str) -> list[Said]:
    """The lines of `bench/said/NAME.tsv`. Raises ValueError where there is none."""
    file = FOLDER / f"{name}.tsv"
    if not file.is_file():
        names = [path.stem for path in FOLDER.glob("*.tsv")]
        raise ValueError(f"there is no file of sentences {name!r}{nearest(name, names)}")
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            lang, kind, to, feeling, valence, intent, text = line.split("\t")
            found.append(
                Said(
                    lang,
                    kind,
                    to,
                    cast(PersonClass, feeling),
                    int(valence),
                    cast(Intent, intent),
                    text,
                )
            )
    return found


@cache
def embedding() -> Embedding:
    """The second tier, loaded once in each process."""
    return Embedding()


@cache
def settled() -> LivingPet:
    """A cat with which a person has been for a minute. It lives on in forks of this process only:
    each sentence is said to the same cat."""
    pet = assemble.born(moggy.Pet(seed=1).start)
    for n in range(round(SAID_AT_S * EARLY_RATE)):
        came = [Person(at=0.0, person="anna", change="arrives")] if n == 0 else []
        pet.tick(n / EARLY_RATE, came)
    return pet


def as_labelled(said: Said) -> Words:
    """The words with the reading that their labels give."""
    place = CLASS_PLACES[said.feeling]
    valence = 0.5 * said.valence if said.feeling == "neutral" else place.valence
    return Words(
        at=SAID_AT_S,
        person="anna",
        text=said.text,
        valence=LABEL_SURE * valence,
        arousal=-0.2 if said.kind == "calm" else LABEL_SURE * place.arousal,
        probabilities={said.feeling: LABEL_SURE, "neutral": 1.0 - LABEL_SURE}
        if said.feeling != "neutral"
        else {"neutral": 1.0},
        intent=said.intent,
        to_pet={"pet": LABEL_SURE, "about": 1.0 - LABEL_SURE}.get(said.to),
        confidence=LABEL_SURE,
    )


def lived(task: tuple[Said | None, str]) -> Course:
    """What comes of a (sentence, tier) within MOVES_WITHIN_S; without a sentence it is the
    control."""
    said, tier = task
    pet, asker, thinks = settled(), Asker(), tier == TIERS["embedding"]
    thinker = SimulatedWorker(embedding, name="embedding", latency=LATENCY_S)
    course = Course([], set(), [], "")
    for n in range(round(MOVES_WITHIN_S * RATE) + 1):
        now = SAID_AT_S + n / RATE
        senses: list[AnySense] = list(thinker.poll(now)) if thinks else []
        if n == 0 and said is not None:
            read = tier == TIERS["labels"]
            senses.append(
                as_labelled(said) if read else Words(at=now, person="anna", text=said.text)
            )
        tick = pet.tick(now, senses)
        if thinks and (question := asker(tick)) is not None:
            thinker.offer(question, now)
        course = _noted(course, tick)
    return course


def _noted(course: Course, tick: Tick) -> Course:
    course.valence.append(tick.pet.valence)
    decision, since = tick.decision, tick.at - SAID_AT_S
    if decision.since >= SAID_AT_S and since <= BEGINS_WITHIN_S + 1e-9:
        course.began.add(decision.behavior)
    course.events.extend(event.name for event in tick.events)
    read = course.read
    for sense in tick.understood:
        if sense.kind in ("words", "thought"):
            read = (
                f"{getattr(sense, 'intent', '')} {getattr(sense, 'valence', 0.0) or 0.0:+.2f} "
                f"sure {getattr(sense, 'confidence', 0.0) or 0.0:.2f}"
                + (f" to {sense.to_pet}" if isinstance(sense, Words) else "")
            )
    return course._replace(read=read)


def answer(with_: Course, without: Course) -> Answer:
    """What came of a sentence, beside the control."""
    moved = [a - b for a, b in zip(with_.valence, without.valence, strict=True)]
    return Answer(
        max(0.0, *moved),
        max(0.0, *(-by for by in moved)),
        tuple(sorted(with_.began - without.began)),
        tuple(dict.fromkeys(with_.events)),
        with_.read,
    )


def fits(said: Said, found: Answer) -> bool:
    """Whether the answer is the right one."""
    if said.kind in NEUTRAL:
        return max(found.up, found.down) < MOVES_BY
    if said.kind == SARCASM:
        return (found.up if said.valence < 0 else found.down) < MOVES_BY
    way, behaviors = ANSWERS[said.kind]
    moved = found.up if way > 0 else found.down if way < 0 else 0.0
    return moved >= MOVES_BY or bool(behaviors.intersection(found.began))


def shares(rows: Sequence[tuple[Said, bool]]) -> Iterator[tuple[str, str, int, float]]:
    """(language, kind, sentences, share answered) by language and kind, and of all that carry a
    feeling or a wish and of all neutral ones ("all felt", "all neutral")."""
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for said, right in rows:
        groups[said.lang, said.kind].append(right)
        if said.kind in ANSWERS:
            groups[said.lang, "all felt"].append(right)
        elif said.kind in NEUTRAL:
            groups[said.lang, "all neutral"].append(right)
    for kind in (*ANSWERS, *NEUTRAL, SARCASM, "all felt", "all neutral"):
        for (lang, group), found in groups.items():
            if group == kind:
                yield lang, kind, len(found), sum(found) / len(found)


def bar(lang: str, kind: str) -> float | None:
    """The share that must be answered; None where none is asked for."""
    if kind == "all neutral" or kind in NEUTRAL:
        return NEUTRAL_BAR
    return None if kind != "all felt" else ENGLISH_BAR if lang == "en" else OTHER_BAR


def report(tier: str, rows: Sequence[tuple[Said, bool]]) -> bool:
    """Print the table of one tier, kinds down and languages across; whether all bars are met."""
    table = {(lang, kind): (n, share) for lang, kind, n, share in shares(rows)}
    langs = list(dict.fromkeys(said.lang for said, _ in rows))
    met = True
    print(f"\n{tier:18}" + "".join(f"{lang:>15}" for lang in langs))
    for kind in dict.fromkeys(kind for _, kind in table):
        line = f"{kind:18}"
        for lang in langs:
            n, share = table.get((lang, kind), (0, 0.0))
            least = bar(lang, kind)
            short = least is not None and n > 0 and share < least
            met = met and not short
            cell = f"{share:.2f} of {n}{' <' if short else '  '}" if n else "-  "
            line += f"{cell:>15}"
        print(line)
    return met


def measured(said: Sequence[Said], tier: str) -> list[tuple[Said, Answer]]:
    """Say every sentence, each in a fork of this process, where the cat stands ready."""
    settled()
    if tier == TIERS["embedding"]:
        embedding()
    tasks = [(each, tier) for each in (None, *said)]
    with get_context("fork").Pool(maxtasksperchild=1) as pool:
        without, *courses = pool.imap(lived, tasks)
    return [(each, answer(course, without)) for each, course in zip(said, courses, strict=True)]


def run(options: argparse.Namespace) -> int:
    """Print the tables; 1 where a bar is not met."""
    try:
        said = sentences(options.file)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    said = [s for s in said if not options.lang or s.lang == options.lang]
    said = said[:: options.every]
    met = True
    tiers = (options.only,) if options.only else ("instant", "embedding")
    for tier in (TIERS[name] for name in tiers):
        found = measured(said, tier)
        met = report(tier, [(s, fits(s, a)) for s, a in found]) and met
        for s, a in found:
            if s.lang == options.misses and not fits(s, a):
                print(
                    f"  {s.kind:14} {a.up:+.2f} {-a.down:+.2f} {s.text!r} {a.read}; "
                    f"{', '.join(a.events)}; began {', '.join(a.began)}"
                )
    print("\n< below its bar" if not met else "\nall bars are met")
    return 0 if met else 1


def main() -> int:
    """Print how many sentences are answered, by language and kind, and compare with the bars."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--file", default="held", help="held, fresh, hard, or a file of training")
    options.add_argument("--only", choices=TIERS, help="only up to this reader")
    options.add_argument("--lang", default="", help="only this language")
    options.add_argument("--misses", default="", help="print what this language did not get")
    options.add_argument("--every", type=int, default=1, help="only every so many-th sentence")
    chosen = options.parse_args()
    return attempt("the answers", lambda: run(chosen))
