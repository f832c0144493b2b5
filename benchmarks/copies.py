"""What grouping copies costs, and how well copies with changed words are found.

    python -m benchmarks.copies --posts posts.csv [--runs 3]

The CSV needs a column ``text``. Cost: microseconds of processor time for one post in the index
(words, sketch, look-up), for the posts as they are and with nine copies of each. Quality: edits
of posts (words changed, one left out, one added, the end cut off), and false neighbours.
"""

import argparse
import csv
import gc
import json
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from cornbread.listening.domain.copies import FEW, Copies, key_of, overlap, plain_words

_WORDS = ("really", "very", "please", "today", "again", "honestly", "still", "maybe", "always")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", required=True)
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    with open(asked.posts, newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    found = {
        "posts": len(texts),
        "runs": asked.runs,
        "us_per_post": _cost(texts, asked.runs),
        "us_per_post_nine_copies_each": _cost(
            [text for text in texts for _ in range(10)], asked.runs
        ),
        "python_bytes_per_text": _memory(texts),
        "edits": _edits(texts),
        "alike_among_the_posts": _groups(texts),
    }
    json.dump(found, sys.stdout, indent=2)
    print()


def _cost(texts: Sequence[str], runs: int) -> float:
    spent = []
    for _ in range(runs):
        index = Copies()
        gc.collect()
        began = time.process_time()
        for number, text in enumerate(texts):
            index.add(number, text, (), 0.0)
        spent.append((time.process_time() - began) / len(texts) * 1e6)
    return round(statistics.median(spent), 1)


def _memory(texts: Sequence[str]) -> int:
    tracemalloc.start()
    index = Copies()
    for number, text in enumerate(texts):
        index.add(number, text, (), 0.0)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size // max(len(index), 1)


EDITS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "one word changed": lambda words, dice: _changed(words, dice, 1),
    "two words changed": lambda words, dice: _changed(words, dice, 2),
    "three words changed": lambda words, dice: _changed(words, dice, 3),
    "one word left out": lambda words, dice: _without(words, dice),
    "one word added": lambda words, dice: _with(words, dice),
    "last tenth cut off": lambda words, dice: words[: max(1, len(words) - len(words) // 10 - 1)],
    "other link, handle and number": lambda words, dice: [
        *words, f"https://x.example/{dice.random()}", "@somebody", "42"
    ],
}  # fmt: skip


def _changed(words: list[str], dice: random.Random, count: int) -> list[str]:
    changed = list(words)
    for at in dice.sample(range(len(words)), min(count, len(words))):
        changed[at] = dice.choice(_WORDS)
    return changed


def _without(words: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(words))
    return words[:at] + words[at + 1 :]


def _with(words: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(words))
    return [*words[:at], dice.choice(_WORDS), *words[at:]]


def _edits(texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Recall by kind of edit; posts of ten words and more, each edited once."""
    dice = random.Random(7)
    long = [text for text in dict.fromkeys(texts) if len(plain_words(text)) >= 2 * FEW]
    report = {}
    for name, edit in EDITS.items():
        index, hits, wrong = Copies(), 0, 0
        for number, text in enumerate(long):
            index.add(number, text, (), 0.0)
        for number, text in enumerate(long):
            edited = " ".join(edit(text.split(), dice))
            own = key_of(text, ())
            alike = index.add(len(long) + number, edited, (), 0.0)
            others = [one for one in alike if one < len(long) and key_of(long[one], ()) != own]
            hits += any(one < len(long) and key_of(long[one], ()) == own for one in alike)
            wrong += any(overlap(key_of(long[one], ()), own) < 0.5 for one in others)
        report[name] = {
            "n": len(long),
            "recall": round(hits / len(long), 4),
            "posts with a false neighbour": wrong,
        }
    return report


def _groups(texts: Sequence[str]) -> dict[str, int]:
    index = Copies()
    alike = [number for number, text in enumerate(texts) if index.add(number, text, (), 0.0)]
    return {"posts alike with an earlier one": len(alike)}


if __name__ == "__main__":
    main()
