"""How the second record of the same firm or person comes to differ from the first: one function a kind of corruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

from opencc import OpenCC

from benchmarks.duplicates.entities import Entities, Record, record
from benchmarks.duplicates.homophones import HOMOPHONES
from zhike.domain.demo import identifiers
from zhike.domain.demo.vocabulary import one_of

Two = tuple[Record, Record]
Corruption = Callable[[Entities, Random], Two]

#: Written alike, typed for each other.
LOOKALIKES = {
    "泰": "秦", "达": "迖", "鑫": "金", "恒": "桓", "盛": "盈", "瑞": "端", "鼎": "鼐", "嘉": "喜", "华": "毕", "源": "原", "远": "运", "佳": "住",
    "宏": "宠", "博": "搏", "捷": "睫", "晟": "展", "诚": "城", "润": "闰", "凯": "岂", "德": "得", "未": "末", "己": "已", "日": "曰", "士": "土",
    "王": "玉", "伟": "玮", "明": "朋", "丽": "俪", "海": "每", "建": "健", "志": "忘", "国": "囯", "军": "车", "林": "材", "洋": "样", "静": "睁",
}  # fmt: skip
BLANKS = ("\u3000", " ", "\u00a0")
COMMON = "的中新大科天海金东安信通和源达华美佳利民生云龙山长江河川石玉木文光明"
FORMS = ("有限公司", "有限责任公司", "公司", "", "（有限公司）", "有限公司 ", " Co., Ltd.")


def _half(rng: Random) -> bool:
    return rng.random() < 0.5


def legal_form(entities: Entities, rng: Random) -> Two:
    """The legal form left out, shortened, or written otherwise."""
    firm = entities.firm()
    place, brand, trade, form = firm.parts
    others = [other for other in FORMS if other != form and not ("股份" in form and other == "有限公司")]
    return record(firm, rng), record(firm, rng, name=place + brand + trade + one_of(others, rng))


def region(entities: Entities, rng: Random) -> Two:
    """The place left out, in full, with its province, or in brackets."""
    firm = entities.firm()
    place, brand, trade, form = firm.parts
    if rng.random() < 0.7:
        firm = entities.evidence(firm)
    ways = [
        f"{brand}{trade}{form}",
        f"{firm.city.name}{brand}{trade}{form}",
        f"{firm.city.province}{firm.city.name}{brand}{trade}{form}",
        f"{firm.city.province.removesuffix('省')}{place}{brand}{trade}{form}",
        f"{brand}（{place}）{trade}{form}",
        f"{brand}{trade}({place}){form}",
        f"{place}市{brand}{trade}{form}",
    ]
    return record(firm, rng), record(firm, rng, name=one_of(ways, rng))


def width(entities: Entities, rng: Random) -> Two:
    """Full-width letters, digits, brackets and blanks."""
    firm = entities.firm(latin=True)
    place, brand, trade, form = firm.parts
    name = f"{place}{brand}{trade}{form}" if _half(rng) else f"{brand}{trade}({place}){form}"
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)
    if rng.random() < 0.4:
        at = rng.randrange(2, len(wide) - 1)
        wide = wide[:at] + one_of(BLANKS, rng) + wide[at:]
    if rng.random() < 0.3:
        wide = wide.lower()
    other = record(firm, rng, name=wide)
    if "phones" in other:
        other["phones"] = ["".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in n) for n in other["phones"]]
    return record(firm, rng, name=name), other


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def traditional(entities: Entities, rng: Random) -> Two:
    """Traditional characters as in mainland, Taiwan or Hong Kong books."""
    while True:
        entity = entities.firm() if rng.random() < 0.7 else entities.evidence(entities.person())
        name = _converter(one_of(("s2t", "s2tw", "s2hk"), rng)).convert(entity.name)
        if name != entity.name:
            return record(entity, rng), record(entity, rng, name=name)


def homophone(entities: Entities, rng: Random) -> Two:
    """One character, seldom two, written as another that sounds the same."""
    while True:
        entity = entities.evidence(entities.firm() if _half(rng) else entities.person())
        core = entity.parts[1] + entity.parts[2] if entity.kind == "company" else entity.name
        places = [at for at, character in enumerate(core) if character in HOMOPHONES]
        if not places:
            continue
        changed = list(core)
        for at in rng.sample(places, 2 if len(core) > 4 and len(places) > 1 and rng.random() < 0.15 else 1):
            changed[at] = one_of(HOMOPHONES[core[at]], rng)
        name = entity.name.replace(core, "".join(changed), 1)
        return record(entity, rng), record(entity, rng, name=name)


def typo(entities: Entities, rng: Random) -> Two:
    """One character wrong, missing, doubled, added, or two in the other order."""
    entity = entities.evidence(entities.firm() if rng.random() < 0.7 else entities.person())
    core = entity.parts[1] + entity.parts[2] if entity.kind == "company" else entity.name
    at = rng.randrange(len(core))
    way = rng.random()
    if way < 0.5 or len(core) < 3:
        wrong = LOOKALIKES.get(core[at]) or one_of(COMMON.replace(core[at], ""), rng)
        changed = core[:at] + wrong + core[at + 1 :]
    elif way < 0.7:
        changed = core[:at] + core[at + 1 :]
    elif way < 0.85:
        changed = core[:at] + one_of((core[at], *COMMON[:8]), rng) + core[at:]
    else:
        at = min(at, len(core) - 2)
        changed = core[:at] + core[at + 1] + core[at] + core[at + 2 :]
    return record(entity, rng), record(entity, rng, name=entity.name.replace(core, changed, 1))


def swapped_name(entities: Entities, rng: Random) -> Two:
    """The parts of a name in another order: given name first, surname last, place behind the brand."""
    if _half(rng):
        firm = entities.firm()
        place, brand, trade, form = firm.parts
        ways = [f"{brand}{place}{trade}{form}", f"{place}{trade}{brand}{form}", f"{trade}{brand}（{place}）{form}", f"{brand}{trade}{place}{form}"]  # fmt: skip
        return record(firm, rng), record(firm, rng, name=one_of(ways, rng))
    person = entities.evidence(entities.person())
    surname, given = person.latin
    cut = 1 if len(person.name) < 4 else 2
    family, first = person.name[:cut], person.name[cut:]
    if rng.random() < 0.35:
        left, right = f"{surname} {given}", one_of((f"{given} {surname}", f"{given.upper()}, {surname.upper()}", f"{given} {surname.upper()}"), rng)  # fmt: skip
        return record(person, rng, name=left), record(person, rng, name=right)
    return record(person, rng), record(person, rng, name=one_of((f"{first}{family}", f"{first} {family}", f"{first}·{family}"), rng))  # fmt: skip


def changed_phone(entities: Entities, rng: Random) -> Two:
    """The same name with another number; a person shows something else that is theirs alone."""
    entity = entities.firm() if _half(rng) else entities.person()
    kept = (
        "credit_code emails address legal_representative"
        if entity.kind == "company"
        else "emails wechat birthday address"
    )
    entity = replace(entity, shared=("phones", *rng.sample(kept.split(), 1 if entity.kind == "company" else 2)))
    number = identifiers.landline(entity.city, rng) if _half(rng) else identifiers.mobile(entities.serial + 900_000)
    return record(entity, rng), record(replace(entity, phones=(number,)), rng)


KINDS: dict[str, Corruption] = {
    "legal_form": legal_form,
    "region": region,
    "width": width,
    "traditional": traditional,
    "homophone": homophone,
    "typo": typo,
    "swapped_name": swapped_name,
    "changed_phone": changed_phone,
}
