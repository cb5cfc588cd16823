"""The one tokeniser of the search index: what a document is found by, and what a query asks for.

A document has a *sequence* of tokens, in which a phrase can be verified by adjacency, and a *bag* of tokens without order.

* Chinese text: every pair of neighbouring characters, then the last character alone, which keeps two texts from being read
  as one; so any piece of two characters or more is a phrase of pairs.
* Names besides: every character; pinyin from every character on (zhangjianguo, jianguo, guo), initials from every character on (zjg, jg),
  surname in full with initials (zhangjg), each for every reading; ü as v and as u.
* Words of other scripts: themselves. Words with digits also from each change between letters and digits.
* Runs of four digits or more: every four neighbouring digits, then the last three; so any piece of four or more is a phrase.

The last token of a word in a query may go on (a prefix). Few different tokens shared by many documents are what keeps an
index small and quick to write, so numbers are cut into fours instead of being kept from each digit on, and pinyin is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from zhike.lib.normalise import normalised
from zhike.lib.pinyin import name_readings

#: Chinese characters, kana and hangul, which are written without blanks.
_HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
RUNS = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
#: What a query or document writes in one breath: letters and digits with joining marks between them.
CHUNKS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:[.@_/+\-·]+[^\W_{_HAN}]+)*")
WORD = re.compile(rf"[^\W_{_HAN}]+")
ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
JOINED_DIGITS = re.compile(r"(?<![a-z0-9])[0-9]+(?:[.\-/][0-9]+)+(?![a-z0-9])")
#: What lies between the changes from letters to digits and back.
PIECES = re.compile(r"[0-9]+|[^0-9]+")
MARKS = frozenset("-/.'")
NUMBER = re.compile(r"\+?[0-9][0-9 ().\-]*[0-9]")
COUNTRY = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{5,}$)|(?:\+|00)86")
#: Endings of firms' names, from within which nobody abbreviates.
FIRM_ENDING = re.compile(r"(?:股份|集团)?有限(?:责任)?公司$|(?:集团|股份)?公司$")
LONGEST_TOKEN = 24
LONGEST_PINYIN = 16
LONGEST_INITIALS = 8
LONGEST_NUMBER = 24
LONGEST_TEXT = 2000
LONGEST_NAME = 20
MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text or field: ``sequence`` keeps its order, ``bag`` has none."""

    sequence: list[str]
    bag: list[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow each other; ``open`` lets the last one go on."""

    tokens: tuple[str, ...]
    open: bool = True


#: What must hold, each in one of several ways: all of any.
Query = tuple[tuple[Phrase, ...], ...]


def text_tokens(text: str) -> Tokens:
    """Tokens of running text; only its first 2,000 characters are searched."""
    tokens = Tokens([], [])
    _add_text(tokens, normalised(text[:LONGEST_TEXT]))
    return tokens


def name_tokens(text: str) -> Tokens:
    """Tokens of the name of a person, firm or thing: those of the text, and its pinyin."""
    tokens = Tokens([], [])
    plain = normalised(text[:LONGEST_TEXT])
    runs = _add_text(tokens, plain)
    tokens.bag.extend(set("".join(runs)))
    for han in runs:
        _add_pinyin(tokens.bag, han)
    return tokens


def query_terms(query: str) -> Query:
    """What a query asks for; empty where it holds nothing to search by.

    Pieces divided by blanks must all be there. A lone Latin letter or one or two digits count only as a whole word.
    """
    plain = normalised(query[:200])
    if NUMBER.fullmatch(plain) and len(digits := _dialled(plain)) >= 7:
        # One number, however it is divided, or a code with these very parts.
        whole = Phrase(tuple(_fours(digits)), open=False)
        parts = WORD.findall(plain)
        return ((whole, _parts(parts)) if len(parts) > 1 and "+" not in plain else (whole,),)
    return tuple(_term(chunk) for chunk in CHUNKS.findall(plain))[:MOST_TERMS]


def _term(chunk: str) -> tuple[Phrase, ...]:
    match = RUNS.match(chunk)
    if match and match[1]:
        pairs = tuple(a + b for a, b in pairwise(chunk))
        return (Phrase(pairs or (chunk,), open=False),)
    words = WORD.findall(chunk)
    if len(words) == 1:
        return _word_term(words[0])
    # A hyphen in a code or an apostrophe within pinyin may be left out in the document.
    return (_parts(words), *_word_term("".join(words)))


def _parts(words: Sequence[str]) -> Phrase:
    """Words joined by marks, the last of which may go on."""
    *first, last = words
    tokens = [token for word in first for token in _in_sequence(word)]
    fours = _fours(last) if last.isdecimal() else []
    return Phrase((*tokens, *(fours or [last[:LONGEST_TOKEN]])), open=not fours)


def _word_term(word: str) -> tuple[Phrase, ...]:
    if word.isdecimal():
        return (Phrase(tuple(_fours(word)), open=False),) if len(word) > 3 else (Phrase((word,), open=len(word) == 3),)
    found = [Phrase((word[:LONGEST_TOKEN],), open=len(word) > 1)]
    # The document's pinyin may have been cut off before the query ends.
    found += [Phrase((word[:cut],), open=False) for cut in (LONGEST_PINYIN, LONGEST_INITIALS) if len(word) > cut]
    return tuple(found) if word.isalpha() and word.isascii() else (found[0],)


def _in_sequence(word: str) -> list[str]:
    """A word as it stands among others. The last three digits end a number, so that two of them are never read as one."""
    if not word.isdecimal() or len(word) < 4:
        return [word[:LONGEST_TOKEN]]
    return [*_fours(word), word[:LONGEST_NUMBER][-3:]]


def _fours(digits: str) -> list[str]:
    return [digits[at : at + 4] for at in range(min(len(digits), LONGEST_NUMBER) - 3)]


def _dialled(plain: str) -> str:
    return COUNTRY.sub("", re.sub(r"[^0-9+]", "", plain), count=1)


def _add_text(tokens: Tokens, plain: str) -> list[str]:
    """Add the tokens of a normalised text; its runs of Chinese characters are returned."""
    sequence, bag = tokens.sequence, tokens.bag
    runs = []
    codes = []
    # Codes, numbers and addresses of mail are most of what is not a name.
    found = [("", word) for word in ASCII_WORD.findall(plain)] if plain.isascii() else RUNS.findall(plain)
    for han, word in found:
        if han:
            sequence += [a + b for a, b in pairwise(han)]
            sequence.append(han[-1])
            runs.append(han)
        elif word.isalpha():
            sequence.append(word[:LONGEST_TOKEN])
        else:
            sequence += _in_sequence(word)
            if not word.isdecimal():
                codes.append(word)
    for word in codes:
        _add_code(tokens, word)
    if not MARKS.isdisjoint(plain):
        for joined in JOINED_DIGITS.findall(plain):
            sequence += _in_sequence("".join(WORD.findall(joined)))
        chunks = [chunk for chunk in CHUNKS.findall(plain) if not WORD.fullmatch(chunk) and WORD.match(chunk)]
        bag += ["".join(WORD.findall(chunk))[:LONGEST_TOKEN] for chunk in chunks if "@" not in chunk]
    return runs


def _add_code(tokens: Tokens, word: str) -> None:
    """Ways into a word of letters and digits: from each change between them, and any four digits."""
    rests = []
    place = 0
    for piece in PIECES.findall(word):
        if place:
            rests.append(word[place : place + LONGEST_TOKEN])
        if len(piece) > 3 and piece.isdecimal() and piece.isascii():
            tokens.sequence.extend(_in_sequence(piece))
        place += len(piece)
    # Digits up to the end are in the fours already.
    tokens.bag.extend([rest for rest in rests if len(rest) < 4 or not rest.isdecimal()][:4])


def _add_pinyin(bag: list[str], han: str) -> None:
    """Pinyin and initials of a name, from every character on that does not lie within a firm's legal ending."""
    ending = FIRM_ENDING.search(han) if len(han) > 4 else None
    starts = min(ending.start() if ending else len(han), LONGEST_NAME)
    readings = name_readings(han)
    readings += [[s.replace("v", "u") for s in reading] for reading in readings if any("v" in s for s in reading)]
    ways: list[str] = []
    for reading in readings:
        _add_reading(ways, reading, starts)
    bag += filter(None, ways if len(readings) == 1 else dict.fromkeys(ways))


def _add_reading(bag: list[str], reading: list[str], starts: int) -> None:
    full = "".join(reading)
    letters = "".join([syllable[:1] for syllable in reading])
    place = 0
    for start in range(starts):
        bag.append(full[place : place + LONGEST_PINYIN])
        place += len(reading[start])
    bag += [letters[start : start + LONGEST_INITIALS] for start in range(min(starts, max(len(letters) - 1, 1)))]
    if 2 <= len(reading) <= 4:
        bag.append((reading[0] + letters[1:])[:LONGEST_PINYIN])
