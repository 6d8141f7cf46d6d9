"""What the readers of words understand, and what it costs.

    python -m bench words --sentences 350           # every reader that is here
    python -m bench words --quick --sentences 1400  # words and embedding
    python -m bench words --phrases                 # only what is said to pets

The language model takes half a second a sentence. What is said to pets is scored by intent and by
feeling, on the lines it was developed on and on those held back.

The first table is of bench/said/held.tsv, by language and by kind of sentence: nothing was trained,
tuned or chosen on it. The readers learnt from bench/said/train*.tsv, bench/intents.tsv and
GoEmotions train; thresholds and temperatures were set on folds of them and on GoEmotions dev.
GoEmotions test, EmoBank dev and EmoryNLP test were never trained on. phrases.tsv was written by us
before the phrase matcher, and its odd lines were not looked at while it was made; but writer and
maker are the same, so its numbers are kinder than strangers will be.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from time import process_time

from bench.absent import ROOT, attempt, need
from bench.words_said import by_kind
from moggy.brain.language import (
    Question,
    Situation,
    SlowReader,
    TextReading,
    available_readers,
    bench_models,
    read_text,
)
from moggy.messages import Words
from moggy.sensors.words import understand
from moggy.vocabulary import CLASSES

HERE = ROOT / "bench"
"""Where phrases.tsv and situations.tsv are."""


def said_to_pets(slow: dict[str, SlowReader]) -> None:
    """Print the shares, 0..1, of phrases.tsv that are read right, by reader, half and language."""
    lines = [
        line.split("\t")
        for line in (HERE / "phrases.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    print(
        f"\n{'said to pets':26}{'half':>11}{'language':>10}{'sentences':>11}"
        f"{'intent':>9}{'feeling':>9}{'sign of valence':>17}"
    )
    for n in range(len(slow) + 1):
        readers = list(slow.values())[:n]
        way = "+".join(["words", *list(slow)[:n]])
        for name, half in (("developed", lines[0::2]), ("held back", lines[1::2])):
            for langs in (("en",), ("de", "zh"), ("fr", "es")):
                chosen = [line for line in half if line[0] in langs]
                rows = [read_text(text, lang, understand, readers) for lang, _, _, text in chosen]
                intent = sum(
                    row["intent"] == line[1] for row, line in zip(rows, chosen, strict=True)
                ) / len(rows)
                feeling = sum(
                    _top(row) == line[2] for row, line in zip(rows, chosen, strict=True)
                ) / len(rows)
                signed = [
                    (row["valence"], line[2])
                    for row, line in zip(rows, chosen, strict=True)
                    if line[2] not in ("neutral", "surprised")
                ]
                sign = sum((valence > 0.0) == (felt == "happy") for valence, felt in signed) / len(
                    signed
                )
                print(
                    f"{way:26}{name:>11}{'/'.join(langs):>10}{len(rows):>11}"
                    f"{intent:>9.3f}{feeling:>9.3f}{sign:>17.3f}"
                )


def in_context(judge: SlowReader) -> None:
    """Print in how many of the 30 pairs of situations.tsv the language model proposes more pleasure
    for the same words in the kinder situation."""

    def pleasure(words: str, happened: str, look: str) -> float:
        seen = Situation(
            before=() if happened == "-" else ((happened, 2.0),),
            person_looks=next((name for name in CLASSES if name == look), "neutral"),
            person_sure=0.8 if look != "-" else 0.0,
        )
        return judge.answer(Question(text=words, situation=seen)).nudges.get("pleasure", 0.0)

    lines = [
        line.split("\t")
        for line in (HERE / "situations.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    pairs = [
        (pleasure(words, *better), pleasure(words, *worse))
        for words, *rest in lines
        for better, worse in [(rest[:2], rest[2:])]
    ]
    right = sum(better > worse for better, worse in pairs)
    apart = sum(better - worse for better, worse in pairs) / len(pairs)
    print(
        f"\nsame words, two situations: the kinder one pleases more in {right} of {len(pairs)}; "
        f"apart by {apart:.3f} on average"
    )


def _top(row: TextReading) -> str:
    return str(max(row["probabilities"], key=row["probabilities"].__getitem__))


def pace() -> None:
    """Print the milliseconds of CPU of the first tier: median, 99th percentile, and for a text of
    100,000 characters."""
    texts = [
        line.split("\t")[3]
        for line in (HERE / "phrases.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    took = sorted(_milliseconds(text) for text in texts * 5)
    longest = [
        _milliseconds(text * (100_000 // len(text) + 1))
        for text in ("word ", "x", "I love you! ", "😀", "!?")
    ]
    print(
        f"\nfirst tier, CPU: median {took[len(took) // 2]:.2f} ms, "
        f"p99 {took[int(len(took) * 0.99)]:.2f} ms; "
        f"100,000 characters: at most {max(longest):.1f} ms"
    )


def _milliseconds(text: str) -> float:
    began = process_time()
    understand(Words(at=0.0, text=text))
    return 1000.0 * (process_time() - began)


def main() -> int:
    """Print the scores of every reader of words that is here; 2 where something is missing."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sentences", type=int, default=350, help="of each set")
    options.add_argument("--quick", action="store_true", help="without the language model")
    options.add_argument("--phrases", action="store_true", help="only what is said to pets")
    chosen = options.parse_args()
    ways = ("words", "embedding alone", "words+embedding") if chosen.quick else None
    code = 0
    if not chosen.phrases:
        code = attempt("the scores on data", lambda: on_data(chosen.sentences, ways))
    slow, missing = available_readers()
    for message in missing:
        print(f"left out: {message}")
    if chosen.quick:
        slow.pop("model", None)
    for name in ("held", "fresh", "hard"):
        by_kind(slow, name)
    said_to_pets(slow)
    if "model" in slow:
        in_context(slow["model"])
    pace()
    return max(code, 2 if missing and not chosen.quick else 0)


def on_data(sentences: int, ways: Sequence[str] | None) -> None:
    """Print the scores of these ways on so many sentences of each set."""
    data = need("text_goemotions", "text_emobank", "text_emorynlp")
    bench_models(sentences, first=understand, data=data, ways=ways)
