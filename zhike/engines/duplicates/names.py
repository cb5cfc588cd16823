"""What of a Chinese name tells who is meant: a firm's brand and trade without place and legal form, a person's characters in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from zhike.lib.normalise import normalised
from zhike.lib.pinyin import syllables
from zhike.lib.regions import city_names, province_names, short_city

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
LEGAL_FORM = re.compile(r"(?:集团)?(?:股份)?有限(?:责任)?公司|(?:集团|股份)公司|公司|有限合伙|普通合伙")
LATIN_FORM = re.compile(r"[\s,]*\b(?:co\b\.?)?[\s,]*(?:ltd|limited|inc|llc|corp|gmbh)\b\.?\s*$|[\s,]+co\.?\s*$")
BRACKETS = re.compile(r"[(\[（【〔]([^)\]）】〕]*)[)\]）】〕]?")
#: Short names of places that begin other words more often: 阿里巴巴.
AMBIGUOUS = frozenset({"阿里", "海东", "海西", "海北", "黄山", "三明", "东方"})
#: What makes a part of a firm a customer of its own.
BRANCH = re.compile(
    r"(?:分公司|支公司|分行|支行|营业部|门市部|经营部|办事处|项目部|分理处|分部|分店|分校|分院|分厂|[^商酒饭]店|车间)$"
)
#: Numbers that tell one school, shop or branch from another.
ORDINAL = re.compile(r"第([一二三四五六七八九十百零\d]+)|([一二三四五六七八九十\d]+)(?:号|店|厂|中学|小学|部|中$|小$)")
#: Letters and digits of a brand: 3d, 360.
OWN_WORDS = re.compile(r"(?<![a-z0-9])[a-z0-9]{1,4}(?![a-z0-9])")
NOISE = re.compile(rf"[^a-z0-9{_HAN}]+")
DISTRICT = re.compile(rf"^[{_HAN}]{{1,3}}[区县](?=[{_HAN}]{{4,}})")
#: A remainder shorter than this is no name: 苏州有限公司 keeps its place.
SHORTEST_CORE = 2
TITLES = re.compile(r"(?<=..)(?:先生|女士|小姐|经理|主任|老师|老板|总监|总)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the matcher sees it. Two names with the same ``key`` are worth comparing."""

    #: What was written, in one written form (width, case, script).
    written: str
    #: Brand and trade of a firm, the whole name of a person; letters, digits and Chinese characters only.
    core: str
    #: The core's sounds in an order of their own, so that neither homophones nor a swapped order changes them.
    key: str
    #: City or province that a firm names, in full.
    place: str = ""
    #: District behind the place: 吴中区. Offices of two districts are not the same.
    district: str = ""
    #: What follows the legal form, and ordinals: firms that differ in it are not the same.
    branch: str = ""
    #: A part of a firm, whose name has no room for slips.
    is_branch: bool = False
    #: Named a group of firms.
    is_group: bool = False


def firm_name(text: str) -> Name:
    """The name of a firm taken apart: 恒泰(苏州)精密模具有限公司 → core 恒泰精密模具, place 苏州市."""
    written = normalised(text)
    rest, place, branch = _without_brackets(LATIN_FORM.sub("", written))
    rest = NOISE.sub("", rest)
    head, tail, is_group = _without_form(rest)
    branch += tail
    if not branch and BRANCH.search(head):
        branch = head[-8:]
    found, district, core = _without_place(head)
    numbers = ".".join(first or second for first, second in ORDINAL.findall(head + branch))
    return Name(
        written=NOISE.sub("", written),
        core=core,
        key=_sounds(core),
        place=place or found,
        district=district,
        branch=f"{_place_free(branch)}|{numbers}|{'.'.join(OWN_WORDS.findall(core))}",
        is_branch=bool(branch or numbers),
        is_group=is_group,
    )


def person_name(text: str) -> Name:
    """The name of a person; 伟 王, 王伟 and Wang Wei have one key, as Wei Wang has."""
    written = TITLES.sub("", normalised(text))
    core = NOISE.sub("", written)
    return Name(written=core, core=core, key=_letters(core))


@cache
def _places() -> tuple[tuple[str, str], ...]:
    """Spelling → full name of cities and provinces, longest first."""
    found = {spelling: full for spelling, (_province, full) in city_names().items() if spelling not in AMBIGUOUS}
    found |= {
        short_city(full): full for full in set(found.values()) if full.endswith("市") and len(short_city(full)) > 1
    }
    found |= province_names()
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


@cache
def _by_first() -> dict[str, tuple[tuple[str, str], ...]]:
    """The same by first character, for a search at every place of a name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for spelling, full in _places():
        found.setdefault(spelling[0], []).append((spelling, full))
    return {first: tuple(pairs) for first, pairs in found.items()}


def _place_at(text: str, start: int) -> tuple[str, str] | None:
    for spelling, full in _by_first().get(text[start : start + 1], ()):
        if text.startswith(spelling, start):
            return spelling, full
    return None


def _without_brackets(text: str) -> tuple[str, str, str]:
    """The text without what stands in brackets, the place named there, and the branch."""
    place, branch, kept = "", "", ""
    for inner in BRACKETS.findall(text):
        inside = NOISE.sub("", inner)
        found = _place_at(inside, 0)
        if found and len(inside) <= len(found[0]) + 1:
            place = found[1]
        elif inside in {"中国", "china"} or LEGAL_FORM.fullmatch(inside):
            continue
        elif BRANCH.search(inside):
            branch += inside
        else:
            kept += inside
    bare = BRACKETS.sub("", text)
    return (bare if NOISE.sub("", bare) else kept) + (kept if NOISE.sub("", bare) else ""), place, branch


def _without_form(text: str) -> tuple[str, str, bool]:
    """What stands before the legal form and behind it, and whether the form says "group"."""
    match = LEGAL_FORM.search(text)
    if match is None or match.start() < SHORTEST_CORE:
        is_group = text.endswith("集团") and len(text) > SHORTEST_CORE + 2
        return (text[:-2] if is_group else text), "", is_group
    head = text[: match.start()]
    is_group = match[0].startswith("集团") or head.endswith("集团")
    return head.removesuffix("集团") or head, text[match.end() :], is_group


def _without_place(text: str) -> tuple[str, str, str]:
    """The place that a name begins with or, failing that, holds; the district behind it; and the name without both."""
    place, rest = "", text
    while (found := _place_at(rest, 0)) and (not place or place in {found[1], _province_of(found[1])}):
        shorter = rest[len(found[0]) :]
        shorter = shorter[1:] if shorter[:1] in {"省", "市"} else shorter
        if len(shorter) < SHORTEST_CORE:
            break
        place, rest = found[1], shorter
    if place:
        district = DISTRICT.match(rest)
        return (place, district[0], rest[district.end() :]) if district else (place, "", rest)
    for start in range(1, len(rest) - 1):
        found = _place_at(rest, start)
        if found and len(rest) - len(found[0]) > SHORTEST_CORE:
            return found[1], "", rest[:start] + rest[start + len(found[0]) :].removeprefix("市")
    return "", "", rest


def _place_free(branch: str) -> str:
    """苏州市分公司 and 苏州分公司 are one branch."""
    return branch.replace("市", "").replace("区", "")


def _sounds(core: str) -> str:
    read = syllables(core)
    return " ".join(sorted(syllable or character for syllable, character in zip(read, core, strict=True)))


def _letters(core: str) -> str:
    read = syllables(core)
    return "".join(sorted("".join(syllable or character for syllable, character in zip(read, core, strict=True))))


def place_is_within(one: str, other: str) -> bool:
    """Whether two named places can be one: the same, one of them unknown, or a province and a city of it."""
    if not one or not other or one == other:
        return True
    return _province_of(one) == other or _province_of(other) == one


def _province_of(city: str) -> str:
    return city_names().get(city, ("", ""))[0]
