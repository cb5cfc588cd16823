"""大写金额: amounts of money in the capital figures of Chinese bills and contracts.

By the People's Bank's rules on filling in bills (正确填写票据和结算凭证的基本规定): 整 after 元 where nothing follows, none after 分
and none after 角; one 零 for zeros within; 壹 before 拾. Where the rules leave a choice, the first of their examples is followed:
¥1,680.32 is 壹仟陆佰捌拾元零叁角贰分.
"""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
#: Larger units: how many figures stand below each.
UNITS = ((8, "亿"), (4, "万"))
MOST = 10**16


def chinese_amount(minor: int) -> str:
    """Minor units (分) in capital figures: 140950 is 壹仟肆佰零玖元伍角."""
    yuan, rest = divmod(abs(minor), 100)
    if yuan >= MOST:
        raise ValueError("the amount is beyond what 亿 can say")
    jiao, fen = divmod(rest, 10)
    said = f"{_number(yuan)}元" if yuan else ""
    if not rest:
        said = f"{said or '零元'}整"
    elif jiao:
        # The figure of 元 is a zero: it is said before 角.
        said += "零" if yuan and yuan % 10 == 0 else ""
        said += f"{DIGITS[jiao]}角"
        said += f"{DIGITS[fen]}分" if fen else ""
    else:
        said += f"{'零' if yuan else ''}{DIGITS[fen]}分"
    return f"负{said}" if minor < 0 else said


def _number(value: int) -> str:
    """A whole number above zero."""
    for figures, unit in UNITS:
        high, low = divmod(value, 10**figures)
        if high:
            between = "零" if 0 < low < 10 ** (figures - 1) else ""
            return f"{_number(high)}{unit}{between}{_number(low) if low else ''}"
    return _four(value)


def _four(value: int) -> str:
    """A number of at most four figures, without a zero in front or behind."""
    said, is_waiting = "", False
    for figure, place in zip(f"{value:04d}", PLACES, strict=True):
        if figure == "0":
            is_waiting = bool(said)
            continue
        said += "零" if is_waiting else ""
        said += DIGITS[int(figure)] + place
        is_waiting = False
    return said
