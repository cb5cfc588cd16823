"""Drawn cards are the same for the same seed, and the recogniser reads them where it is installed."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.cards.drawing import card, fonts_are_there, photograph
from benchmarks.cards.people import person
from zhike.lib.business_cards import read_card
from zhike.lib.text_recognition import installed, read_lines

with_fonts = pytest.mark.skipif(not fonts_are_there(), reason="the Noto CJK fonts are not installed")


def test_people_are_the_same_for_the_same_seed() -> None:
    first, second = ([person(rng) for _number in range(20)] for rng in (Random(5), Random(5)))
    assert first == second
    assert len({told.name for told in first}) > 10


@with_fonts
def test_photographs_are_the_same_for_the_same_seed() -> None:
    def taken() -> bytes:
        rng = Random(5)
        return photograph(card(person(rng), rng), rng)

    assert taken() == taken()


@with_fonts
@pytest.mark.skipif(not installed(), reason="no recogniser is installed (requirements/ocr.txt)")
def test_the_recogniser_reads_a_photographed_card() -> None:
    rng = Random(20_261_122)
    told = person(rng)
    found = read_card(read_lines(photograph(card(told, rng), rng)))
    assert (found.name, found.firm) == (told.name, told.firm)
    assert told.mobile in found.mobiles
