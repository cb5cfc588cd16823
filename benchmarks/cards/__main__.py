"""``python -m benchmarks.cards [NUMBER]``: draws cards, reads them, and tells how many fields came out right, and how fast."""

from __future__ import annotations

import sys
import time
from random import Random

from benchmarks.cards.drawing import card, fonts_are_there, photograph
from benchmarks.cards.people import Person, person
from zhike.lib.business_cards import Card, read_card
from zhike.lib.text_recognition import installed, read_lines

SEED = 20_261_122
NUMBER = 50
#: Name, firm and mobile must all be right on so many of the cards.
LEAST = 0.8
#: Each field and what the card says of it.
FIELDS = {
    "name": lambda told, found: found.name == told.name,
    "firm": lambda told, found: found.firm == told.firm,
    "mobile": lambda told, found: told.mobile in found.mobiles,
    "title": lambda told, found: found.job_title == told.title,
    "phone": lambda told, found: told.phone in found.phones,
    "mail": lambda told, found: told.mail in found.emails,
    "address": lambda told, found: found.address == told.address,
}


def main(number: int) -> int:
    """Exit code 1 below the least share, 2 when nothing can be measured here."""
    if not installed() or not fonts_are_there():
        print("cards: a recogniser (requirements/ocr.txt) and the Noto CJK fonts are needed")
        return 2
    rng = Random(SEED)
    right = dict.fromkeys((*FIELDS, "name, firm and mobile"), 0)
    seconds = 0.0
    for _card in range(number):
        told = person(rng)
        photo = photograph(card(told, rng), rng)
        started = time.perf_counter()
        found = read_card(read_lines(photo))
        seconds += time.perf_counter() - started
        told_right = {name for name, holds in FIELDS.items() if holds(told, found)}
        for name in told_right:
            right[name] += 1
        right["name, firm and mobile"] += told_right >= {"name", "firm", "mobile"}
        if "-v" in sys.argv:
            explain(told, found)
    for name, count in right.items():
        print(f"{name:22} {count / number:6.0%}")
    print(f"{'seconds a card':22} {seconds / number:6.2f}")
    return 0 if right["name, firm and mobile"] >= LEAST * number else 1


def explain(told: Person, found: Card) -> None:
    """What was read otherwise than it was written."""
    for name, holds in FIELDS.items():
        if not holds(told, found):
            print(f"  {name}: {told} → {found}")
            return


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    sys.exit(main(numbers[0] if numbers else NUMBER))
