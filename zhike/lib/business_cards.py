"""Lines of text read off a business card, sorted into name, firm, numbers and the rest by what they look like and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from zhike.lib.normalise import is_han, narrow
from zhike.lib.surnames import SURNAMES

#: Single-character surnames that nearly all names begin with (the 300 most frequent of the 2020 census, and rarer ones of ``SURNAMES``).
COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武"
    "钱戴严莫孔向常汤康易乔赖文施樊欧兰殷章葛齐洪倪温季岳霍左包游鲁翁俞舒华柯单安庞耿涂聂焦梅阮凌柳路申骆翟甘祝关詹裴翁卓苗尚毕盛辛饶童卫鲍屈柴牛阎管蒲纪岑甄时符祁傅封"
) | {name for name in SURNAMES if len(name) == 1}
DOUBLE = frozenset(
    "欧阳 司马 上官 诸葛 东方 慕容 司徒 南宫 端木 闻人 公孙 轩辕 申屠 太史 仲孙 司空 百里 东郭 西门".split()  # noqa: SIM905
) | {name for name in SURNAMES if len(name) == 2}
FIRM = re.compile(
    r"(有限责任公司|有限公司|股份公司|集团公司|分公司|公司|集团|事务所|研究院|研究所|设计院|银行|支行|分行|医院|大学|学院|工厂|制造厂|厂|工作室|商行|经营部|合作社|办事处|代表处|出版社|"
    r"Co\.?\s*,?\s*Ltd\.?|Limited|Inc\.?|GmbH|LLC|Corporation|Corp\.?)(?=$|[\s(（)）·|/])",
    re.IGNORECASE,
)
#: Endings that firms have, but streets and titles may have too.
STRONG = re.compile(r"(有限责任公司|有限公司|股份公司|集团公司|分公司)")
TITLE = re.compile(
    r"(董事长|总裁|副总裁|总经理|副总经理|经理|总监|主任|主管|工程师|设计师|架构师|顾问|专员|专家|代表|助理|秘书|院长|教授|会计师|会计|律师|店长|厂长|主席|书记|部长|科长|处长|局长|行长|所长|校长|"
    r"合伙人|创始人|负责人|业务员|销售员|采购员|客服|出纳|CEO|CTO|CFO|COO|Manager|Director|Engineer|President|Sales)",
    re.IGNORECASE,
)
#: A title written against a name: 李小梅采购经理.
WHOLE_TITLE = re.compile(
    r"(?:高级|资深|首席|副|总|区域|大区|华东|华南|华北|采购|销售|市场|客户|项目|产品|技术|业务|财务|行政|人事|人力资源|运营|研发|生产|工程|质量|法务|物流|服务|商务|渠道|品牌|营销|部|部门)*"
    + TITLE.pattern,
    re.IGNORECASE,
)
#: Longer lines stand on no card.
LONGEST = 200
MAIL = re.compile(r"[A-Za-z0-9._%+\-]+\s?@\s?[A-Za-z0-9\-]+(?:\s?\.\s?[A-Za-z0-9\-]+)+")
SITE = re.compile(r"(?:https?://)?(?:www\s?\.\s?)[A-Za-z0-9\-]+(?:\s?\.\s?[A-Za-z0-9\-]+)+|https?://\S+", re.IGNORECASE)
MOBILE = re.compile(r"(?<!\d)(?:\+?\s?86[\s\-]*)?(1[3-9]\d[\s\-.]?\d{4}[\s\-.]?\d{4})(?!\d)")
LANDLINE = re.compile(
    r"(?<!\d)(?:\+?\s?86[\s\-]*)?(\(?0?(?:10|2\d|[3-9]\d{2})\)?[\s\-]*[2-9]\d{2,3}[\s\-]?\d{4}(?:\s*(?:-|转|ext\.?)\s*\d{1,5})?|[48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4})(?!\d)"
)
FAX = re.compile(r"传\s*真|fax|\bF\s*[:：.]", re.IGNORECASE)
WECHAT = re.compile(
    r"(?:微\s*信(?:\s*号)?|wechat|weixin|v\s*信)\s*(?:id)?\s*[:：]?\s*([A-Za-z][A-Za-z0-9_\-]{5,19}|1[3-9]\d{9})",
    re.IGNORECASE,
)
SAME_AS_MOBILE = re.compile(r"微\s*信\s*同\s*号|同\s*微\s*信|手机同微信")
ADDRESS_LABEL = re.compile(r"^\s*(?:公司|办公|单位)?\s*(?:地\s*址|address|add|addr)\s*[:：.]*\s*", re.IGNORECASE)
PLACE = re.compile(r"(省|市|区|县|镇|路|街|大道|巷|道|号|楼|层|室|大厦|广场|园区|工业园|科技园|座|栋|幢|村)")
LABEL = re.compile(r"^\s*(?:姓\s*名|name|联系人)\s*[:：]\s*", re.IGNORECASE)
ANY_LABEL = re.compile(r"^[一-鿿A-Za-z .]{1,10}[:：]")
HAN_NAME = re.compile(r"[一-鿿](?:\s*[一-鿿·]){1,4}")
LATIN_NAME = re.compile(r"[A-Z][a-z]+(?:[ \-][A-Z][a-z]+){1,2}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a recogniser saw it; position and size in points of the picture, ``score`` from 0 to 1."""

    text: str
    left: float = 0.0
    top: float = 0.0
    height: float = 0.0
    score: float = 1.0


@dataclass(slots=True)
class Card:
    """What a card says; "" and [] where it does not. Numbers as they are written, for a person to confirm."""

    name: str = ""
    job_title: str = ""
    firm: str = ""
    mobiles: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    address: str = ""
    website: str = ""
    wechat: str = ""
    #: Lines that nothing was made of, for the note.
    rest: list[str] = field(default_factory=list)


def read_card(lines: Sequence[Line]) -> Card:
    """Sort the lines of one card; the order of ``lines`` does not matter where they have positions."""
    short = (replace(line, text=line.text.strip()[:LONGEST]) for line in lines if line.text.strip())
    ordered = sorted(short, key=lambda line: (line.top, line.left))
    card = Card()
    left = [line for line in ordered if not _numbers(narrow(line.text).strip(), card)]
    left = _take_address(left, card)
    left = _take_firm(left, card)
    left = _take_name(left, card)
    for line in left:
        text = _title(narrow(line.text).strip())
        if not card.job_title and text:
            card.job_title = text
        else:
            card.rest.append(narrow(line.text).strip())
    return card


def _numbers(text: str, card: Card) -> bool:
    """Take mails, sites, wechat ids and numbers out of a line; whether nothing of worth is left."""
    rest = text
    for found in MAIL.findall(text):
        _add(card.emails, re.sub(r"\s", "", found).lower())
    rest = MAIL.sub(" ", rest)
    if site := SITE.search(rest):
        card.website = card.website or re.sub(r"\s", "", site[0])
        rest = rest.replace(site[0], " ")
    if wechat := WECHAT.search(rest):
        card.wechat = card.wechat or wechat[1]
        rest = rest.replace(wechat[0], " ")
    is_fax = FAX.search(rest) is not None
    for found in MOBILE.findall(rest):
        _add(card.mobiles, re.sub(r"\D", "", found))
    same = SAME_AS_MOBILE.search(rest) is not None
    rest = MOBILE.sub(" ", rest)
    numbers = LANDLINE.findall(rest)
    if not ADDRESS_LABEL.match(text) and (len(PLACE.findall(rest)) < 2 or ":" in rest[:6]):
        for position, found in enumerate(numbers):
            if not (is_fax and (position == len(numbers) - 1)):
                _add(card.phones, " ".join(found.split()))
        rest = LANDLINE.sub(" ", rest)
    if same and not card.wechat and card.mobiles:
        card.wechat = card.mobiles[0]
    if rest == text:
        return False
    words = re.sub(
        r"(?i)手\s*机|电\s*话|座\s*机|传\s*真|微\s*信(\s*同\s*号)?|邮\s*箱|网\s*址|热\s*线|e-?mail|mail|mobile|mob|tel|phone|fax|web|wechat|cell|[mtfewp]\b|[+:：/|()\s.\-,，;；]|86",
        "",
        rest,
    )
    return len(words) < 2 or not is_han(words)


def _take_address(lines: list[Line], card: Card) -> list[Line]:
    """The address, which may go on in the next line."""
    for position, line in enumerate(lines):
        text = narrow(line.text).strip()
        bare = ADDRESS_LABEL.sub("", text)
        if bare == text and (len(PLACE.findall(text)) < 2 or STRONG.search(text) or len(text) < 8):
            continue
        used = {position}
        after = lines[position + 1] if position + 1 < len(lines) else None
        follows = narrow(after.text).strip() if after is not None else ""
        if follows and not ANY_LABEL.match(follows) and not STRONG.search(follows) and _goes_on(follows):
            bare += follows
            used.add(position + 1)
        card.address = bare
        return [other for place, other in enumerate(lines) if place not in used]
    return lines


def _goes_on(text: str) -> bool:
    return bool(PLACE.search(text) and re.search(r"\d", text)) and not TITLE.search(text)


def _take_firm(lines: list[Line], card: Card) -> list[Line]:
    """The firm: a full legal name before all else, Chinese before English, large before small."""
    fitting = [line for line in lines if FIRM.search(narrow(line.text)) and not LABEL.match(line.text)]
    if not fitting:
        return lines
    best = max(
        fitting, key=lambda line: (bool(STRONG.search(line.text)), is_han(line.text), len(line.text) > 5, line.height)
    )
    card.firm = re.sub(r"^\s*(?:公司|单位)\s*[:：]\s*", "", narrow(best.text).strip())
    return [line for line in lines if line is not best]


def _take_name(lines: list[Line], card: Card) -> list[Line]:
    """The name: what begins with a surname, the larger the likelier; a title may stand on its line."""
    found: list[tuple[float, Line, str, str]] = []
    tallest = max((line.height for line in lines), default=0.0) or 1.0
    for line in lines:
        text = narrow(line.text).strip()
        bare = LABEL.sub("", text)
        for name, title in _names(bare):
            weight = line.height / tallest + (2.0 if bare != text else 0.0) + (0.5 if title or name == bare else 0.0)
            found.append((weight + (0.3 if is_han(name) else 0.0), line, name, title))
    if not found:
        return lines
    _weight, best, name, title = max(found, key=lambda entry: entry[0])
    card.name, card.job_title = name, title
    return [line for line in lines if line is not best]


def _names(text: str) -> Iterable[tuple[str, str]]:
    """Names that a line may hold, each with the title beside it."""
    for match in re.finditer(r"^[一-鿿](?: *[一-鿿])+|[一-鿿](?: *[一-鿿])+$", text):
        for name in _cut(match[0], at_start=match.start() == 0):
            rest = text.replace(name, "", 1).strip(" /|·,，:：-—")
            compact = name.replace(" ", "")
            if is_name(compact) and (not rest or TITLE.search(rest) or not is_han(rest)):
                yield compact, (rest if TITLE.search(rest) else "")
    if not is_han(text) and (latin := LATIN_NAME.fullmatch(text)) and not TITLE.search(text):
        yield latin[0], ""


def _cut(text: str, *, at_start: bool) -> Iterable[str]:
    """The whole, and its first or last words: 张伟 销售经理, 销售经理 张伟, 张伟销售经理."""
    yield text
    words = text.split(" ")
    for count in (1, 2, 3):
        if count < len(words):
            yield " ".join(words[:count])
            yield " ".join(words[-count:])
    for length in (2, 3, 4) if at_start else ():
        if WHOLE_TITLE.fullmatch(text[length:]):
            yield text[:length]


def is_name(text: str) -> bool:
    """Whether two to four characters are a person's name by their surname, and no title."""
    if TITLE.search(text) or FIRM.search(text) or not 2 <= len(text) <= 4:
        return False
    if text[:2] in DOUBLE:
        return len(text) >= 3
    return text[0] in COMMON and len(text) <= 3


def _title(text: str) -> str:
    return text if TITLE.search(text) and len(text) <= 30 else ""


def _add(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)
