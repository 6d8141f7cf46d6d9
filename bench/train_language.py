"""Trains the head of the embedding, or of the language model (`--model smollm2`), and writes it to
brain/language/heads.

On one core the embedding takes about ten minutes the first time, the language model ten minutes for
880 sentences.

On dev the language model's reading adds nothing to the first two tiers together (loss 1.021 with
it, 1.022 without, from 420 sentences), so it only reads where no embedding answered: together with
the first tier alone it lowers the loss from 1.048 to 1.035.

Feelings and valence are learnt from GoEmotions train (Demszky et al. 2020, Apache-2.0), wishes from
bench/intents.tsv (ours) with GoEmotions as *none*. The weights that join a reading with the one
before it are set on GoEmotions dev. EmoBank (CC BY-SA) is not trained on. Vectors are kept in
`--cache`, so that a second training takes a minute.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast
from zlib import crc32

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression, Ridge

from bench.absent import need
from bench.train_words import goemotions
from moggy import models
from moggy.brain.language import head as heads
from moggy.messages import Words
from moggy.sensors.words import understand
from moggy.vocabulary import CLASS_PLACES, CLASS_PRIOR, CLASSES, INTENTS, Intent, PersonClass

EACH = {"embedding": 2000, "smollm2": 60}
"""Sentences of each class at most: balanced, since a class of 1.7 % is not learnt from its share
(dev: 0.50 → 0.61 mean recall)."""
HELD_BACK = {"embedding": 430, "smollm2": 30}
"""Sentences of each class at most, of dev. The language model takes a third of a second for one, so
it is given few."""
WEIGHT = {"embedding": 0.004, "smollm2": 0.002}
"""Inverse L2 penalty on the feelings, from dev."""
WISH_WEIGHT = {"embedding": 0.05, "smollm2": 0.002}
"""Inverse L2 penalty on the wishes."""
RIDGE = {"embedding": 50.0, "smollm2": 200.0}
"""L2 penalty on the valence."""
PRIOR = np.array(list(CLASS_PRIOR.values()))
"""(7,): CLASS_PRIOR in the order of CLASSES."""
VALENCE = np.array([place.valence for place in CLASS_PLACES.values()])
"""(7,): valence of CLASS_PLACES in the order of CLASSES, −1..1."""
VALENCE_BEFORE = {"embedding": 0.35, "smollm2": 0.6}
"""The first reading's share in valence. GoEmotions dev would give it 0.9, where it is at home; away
from home, on EmoBank dev, 0.2 to 0.35 is best (r 0.65), and the embedding's number was chosen after
looking there."""
NONE = 1500
"""Short comments of GoEmotions that stand for *nothing wanted*."""

Embed = Callable[[str], np.ndarray]


class LabelledPhrase(NamedTuple):
    """A line of intents.tsv or phrases.tsv."""

    language: str
    intent: Intent
    feeling: PersonClass
    text: str


def phrases(name: str) -> list[LabelledPhrase]:
    """The lines of a file in bench/."""
    found = []
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, intent, feeling, text = line.split("\t")
            found.append(
                LabelledPhrase(language, cast(Intent, intent), cast(PersonClass, feeling), text)
            )
    return found


def vectors(texts: list[str], wanted: list[int], embed: Embed, file: Path) -> np.ndarray:
    """The vectors of the texts with the numbers `wanted`, taken from `file` where it has them and
    kept there; progress is printed every 500."""
    stored: np.ndarray | None = np.load(file) if file.is_file() else None
    made = 0
    for i in wanted:
        if stored is not None and np.isfinite(stored[i, 0]):
            continue
        vector = embed(texts[i])
        if stored is None:
            stored = np.full((len(texts), len(vector)), np.nan, dtype=np.float32)
        stored[i] = vector
        made += 1
        if made % 500 == 0:
            np.save(file, stored)
            print(f"{file.stem}: {made} new", flush=True)
    assert stored is not None
    np.save(file, stored)
    return stored[wanted]


def balanced(shares: np.ndarray, each: int) -> list[int]:
    """Numbers of the first `each` comments of every class in a fixed shuffle; a comment with two
    labels counts for the rarer one."""
    frequency = shares.sum(axis=0)
    order = list(range(len(shares)))
    random.Random(7).shuffle(order)
    taken: Counter[int] = Counter()
    chosen = []
    for i in order:
        k = int(min(np.flatnonzero(shares[i]), key=lambda label: frequency[label]))
        if taken[k] < each:
            taken[k] += 1
            chosen.append(i)
    return chosen


def first_reading(texts: list[str]) -> np.ndarray:
    """Log-likelihoods (n, 7) of the classes by the first tier, without prior."""
    read = [understand(Words(at=0.0, text=text)) for text in texts]
    p = np.array([[(r.probabilities or {}).get(name, 1 / 7) for name in CLASSES] for r in read])
    likelihoods: np.ndarray = np.log(np.maximum(p, 1e-4) / PRIOR)
    return likelihoods


def mean_recall(scores: np.ndarray, shares: np.ndarray) -> float:
    """Mean of the seven classes' recall, 0..1, over the sentences with one label."""
    single = (shares > 0).sum(axis=1) == 1
    true, top = shares.argmax(axis=1)[single], scores.argmax(axis=1)[single]
    return float(np.mean([(top[true == k] == k).mean() for k in range(len(CLASSES))]))


def fit_weights(before: np.ndarray, own: np.ndarray, shares: np.ndarray) -> tuple[float, float]:
    """The weights of the reading before and of this one that give the least loss on held-back data;
    a sentence counts by how often a pet hears its class."""
    heard = shares * (PRIOR / shares.mean(axis=0))

    def loss(weights: np.ndarray) -> float:
        scores = weights[0] * before + weights[1] * own + np.log(PRIOR)
        scores -= scores.max(axis=1, keepdims=True)
        return float(
            -(heard * (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))).sum()
            / heard.sum()
        )

    found = minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead")
    print(
        f"held-back loss {found.fun:.3f}; alone: before {loss(np.array([1.0, 0.0])):.3f}, "
        f"own {loss(np.array([0.0, 1.0])):.3f}"
    )
    return float(found.x[0]), float(found.x[1])


def learn(source: str, sha256: str, embed: Embed, data: Path, cache: Path) -> None:
    """Train the head of one model, write it and print its scores on dev."""
    texts, shares = goemotions(data, "train")
    chosen = balanced(shares, EACH[source])
    x = vectors(texts, chosen, embed, cache / f"{source}_train.npy")
    shares = shares[chosen]
    own = phrases("intents.tsv")
    sayings = [text for *_, text in own]
    said = vectors(
        sayings,
        list(range(len(own))),
        embed,
        cache / f"{source}_{crc32(repr(sayings).encode()):08x}.npy",
    )
    # The embedding's directions keep their sizes; a language model has a few huge ones that would
    # drown the rest.
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    if source == "embedding":
        spread = np.full_like(mean, spread.mean())

    # Feelings: the comments, and what is said to pets counted thrice.
    rows, columns = np.nonzero(shares)
    frequency = shares.sum(axis=0)
    weight = shares[rows, columns] * np.sqrt(frequency.mean() / frequency[columns])
    own_feeling = np.array([CLASSES.index(feeling) for _, _, feeling, _ in own])
    inputs = (np.vstack([x[rows], said]) - mean) / spread
    labels, weight = (
        np.concatenate([columns, own_feeling]),
        np.concatenate([weight, np.full(len(own), 3.0)]),
    )
    feelings = LogisticRegression(C=WEIGHT[source], max_iter=1000).fit(
        inputs, labels, sample_weight=weight
    )
    share = np.bincount(labels, weight)
    bias = feelings.intercept_ - np.log(share / share.sum())

    # Wishes: what is said to pets, against short comments that want nothing of one.
    short = [i for i in range(len(chosen)) if len(texts[chosen[i]]) < 60][:NONE]
    inputs = (np.vstack([said, x[short]]) - mean) / spread
    wanted = np.array([INTENTS.index(intent) for _, intent, _, _ in own] + [0] * len(short))
    weight = np.concatenate([np.full(len(own), 3.0), np.full(len(short), 0.3)])
    wishes = LogisticRegression(C=WISH_WEIGHT[source], max_iter=1000).fit(
        inputs, wanted, sample_weight=weight
    )

    valence = Ridge(alpha=RIDGE[source]).fit(
        (x - mean) / spread, shares @ VALENCE, sample_weight=(shares / frequency).sum(axis=1)
    )

    dev, dev_shares = goemotions(data, "dev")
    held = balanced(dev_shares, HELD_BACK[source])
    z = (vectors(dev, held, embed, cache / f"{source}_dev.npy") - mean) / spread
    dev_shares = dev_shares[held]
    scores = z @ feelings.coef_.T + bias
    before = first_reading([dev[i] for i in held])
    weights = fit_weights(before, scores, dev_shares)
    fused = weights[0] * before + weights[1] * scores
    own_valence = valence.predict(z)
    # Shrunk by the ridge, so it is stretched to the spread of the labels it stands for.
    gain = float(
        (dev_shares @ VALENCE).std()
        / own_valence.std()
        * np.corrcoef(own_valence, dev_shares @ VALENCE)[0, 1] ** 0.5
    )
    print(
        f"{source}: dev mean recall before {mean_recall(before, dev_shares):.3f}, "
        f"own {mean_recall(scores, dev_shares):.3f}, joined {mean_recall(fused, dev_shares):.3f}; "
        f"weights {weights[0]:.2f} {weights[1]:.2f}; valence gain {gain:.2f}"
    )
    made = heads.SentenceHead(
        credit="trained on GoEmotions train (Demszky et al. 2020, Apache-2.0) and "
        "bench/intents.tsv by bench/train_language.py",
        mean=mean.astype(np.float32),
        spread=1.0,
        feelings=(feelings.coef_ / spread).astype(np.float32),
        feelings_bias=bias.astype(np.float32),
        wishes=(wishes.coef_ / spread).astype(np.float32),
        wishes_bias=wishes.intercept_.astype(np.float32),
        valence=(valence.coef_ / spread).astype(np.float32),
        valence_bias=float(valence.intercept_),
        weights={
            "before": round(weights[0], 3),
            "own": round(weights[1], 3),
            "valence_before": VALENCE_BEFORE[source],
            "valence_gain": round(gain, 3),
        },
    )
    print(heads.save(made, sha256))
    wished(made, embed)


def wished(made: heads.SentenceHead, embed: Embed) -> None:
    """Print the share of phrases.tsv whose wish and whose feeling this head gets right, for the
    even lines (developed on) and the odd ones (held back)."""
    for half, name in ((0, "even"), (1, "odd")):
        lines = phrases("phrases.tsv")[half::2]
        right = feeling = 0
        for _, intent, felt, text in lines:
            scores, wishes, _ = made.read(embed(text))
            right += max(wishes, key=wishes.__getitem__) == intent
            feeling += CLASSES[int(np.argmax(np.array(scores) + np.log(PRIOR)))] == felt
        print(
            f"phrases.tsv, {name} lines: wishes {right / len(lines):.3f}, "
            f"feelings {feeling / len(lines):.3f} (this head alone)"
        )


def embedder(source: str) -> tuple[str, Embed]:
    """(sha256 of the model's weights, text → vector)"""
    if source == "embedding":
        from moggy.brain.language.embedding import MODEL, Embedding, engine

        model: Any = engine(str(models.path(MODEL)))
        return models.MODELS[MODEL].files[0].sha256, lambda text: Embedding.encode(model, text)
    from moggy.brain.language.model import reader

    return reader()


def main() -> None:
    """Train the head of the model that is asked for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--model", choices=("embedding", "smollm2"), default="embedding")
    options.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "moggy-vectors"
    )
    chosen = options.parse_args()
    data = need("text_goemotions")
    chosen.cache.mkdir(parents=True, exist_ok=True)
    sha256, embed = embedder(chosen.model)
    learn(chosen.model, sha256, embed, data, chosen.cache)
