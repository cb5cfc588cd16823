"""What finds what: documents and queries meet through one tokeniser."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, strategies as st

from zhike.lib.phones import dialled_digits
from zhike.lib.search_tokens import Phrase, Tokens, name_tokens, query_terms, text_tokens


def found(tokens: Tokens, query: str) -> bool:
    """What an index does with the tokens: every term in one of its ways, phrases by adjacency."""
    terms = query_terms(query)
    return bool(terms) and all(any(_holds(tokens, phrase) for phrase in term) for term in terms)


def _holds(tokens: Tokens, phrase: Phrase) -> bool:
    *first, last = phrase.tokens

    def ends(token: str) -> bool:
        return token.startswith(last) if phrase.open else token == last

    if not first and any(ends(token) for token in tokens.bag):
        return True
    size = len(phrase.tokens)
    windows = (tokens.sequence[at : at + size] for at in range(len(tokens.sequence) - size + 1))
    return any(window[:-1] == first and ends(window[-1]) for window in windows)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("张建国", "建国"), ("张建国", "张"), ("张建国", "国"), ("张建国", "zjg"), ("张建国", "zhangjianguo"), ("张建国", "zhangjian"),
        ("张建国", "jianguo"), ("张建国", "jg"), ("张建国", "zhangjg"), ("张建国", "ZJG"), ("张建国", "张 国"), ("张建国", "張建國"),
        ("張建國", "张建国"), ("张三", "zs"), ("单强", "shanqiang"), ("单强", "danq"), ("吕布", "lvbu"), ("吕布", "lubu"), ("尉迟恭", "yuchi"),
        ("上海长城贸易有限公司", "长城贸易"), ("上海长城贸易有限公司", "ccmy"), ("上海长城贸易有限公司", "changcheng"), ("上海长城贸易有限公司", "有限公司"),
        ("重庆银行", "cqyh"), ("华为(北京)科技", "华为 北京"), ("Ｈｕａｗｅｉ科技", "huawei"), ("Tom Smith", "smi"), ("iPhone15专卖", "iphone"), ("上海绿地长城银行股份有限公司", "shanghailvdichangchengyinhang"), ("上海绿地长城银行股份有限公司", "shldccyhgf"),
        ("电话010-62345678", "62345678"), ("订单20240501-00017", "050100017"), ("91310115MA1K3ABC1X", "91310115ma1k3abc1x"),
        ("张建设", "张js"), ("KH-2024-0012", "kh-2024-0012"), ("KH-2024-0012", "KH20240012"), ("KH-2024-0012", "2024-0012"), ("KH-2024-0012", "0012"),
        ("订单20240501123456", "3456"), ("91310115MA1K3ABC1X", "ma1k3"), ("24小时便利", "24"), ("株式会社トヨタ", "トヨタ"),
    ],
)  # fmt: skip
def test_a_name_is_found_by_its_pieces(name: str, query: str) -> None:
    assert found(name_tokens(name), query)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("张建国", "国建"), ("张建国", "张国"), ("国建张建", "张国建"), ("张建国", "zg"), ("张建国", "hang"), ("张建国", "z"), ("建安国", "建国"),
        ("上海长城贸易有限公司", "xgs"), ("张三 三一重工", "张三三一"), ("订单20240501", "2"), ("1234 2345", "12345"), ("K1234-2345", "12342346"), ("张建国", ""), ("张建国", "！？"),
    ],
)  # fmt: skip
def test_false_hits_of_loose_pieces_do_not_happen(name: str, query: str) -> None:
    assert not found(name_tokens(name), query)


@pytest.mark.parametrize(
    "query",
    [
        "5566",
        "13800005566",
        "138 0000 5566",
        "138-0000-5566",
        "+86 13800005566",
        "8613800005566",
        "00005566",
        "0000",
        "138",
        "380000",
    ],
)
def test_a_mobile_number_is_found_by_any_four_digits(query: str) -> None:
    assert found(text_tokens(dialled_digits("+8613800005566")), query)


@pytest.mark.parametrize(
    "query", ["010-12345678", "01012345678", "12345678", "5678", "(010) 1234 5678", "+86 10 1234 5678"]
)
def test_a_landline_is_found_with_and_without_its_area(query: str) -> None:
    assert found(text_tokens(dialled_digits("+861012345678;ext=12")), query)


def test_other_digits_do_not_find_a_number() -> None:
    tokens = text_tokens(dialled_digits("+8613800005566"))
    assert not any(found(tokens, query) for query in ("5567", "66", "0055661", "13900005566"))


def test_an_address_of_mail_is_found_by_its_parts() -> None:
    tokens = text_tokens("Alice.Wang@Example.com")
    assert all(found(tokens, query) for query in ("alice", "wang", "alice.wang@example.com", "example.c", "wang@ex"))
    assert not found(tokens, "wang.alice")


def test_running_text_has_no_pinyin() -> None:
    assert not found(text_tokens("下次带样品"), "xcdyp")


@given(st.text(alphabet="张三李四建国重庆银行有限公司", min_size=1, max_size=14), st.data())
def test_any_piece_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert found(name_tokens(name), name[start:end])


@given(st.text(alphabet="张三李四国", max_size=10), st.text(alphabet="张三李四国", min_size=1, max_size=4))
def test_a_piece_that_is_not_there_finds_nothing(name: str, piece: str) -> None:
    assert found(name_tokens(name), piece) == (piece in name)


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_and_any_query_are_taken(text: str, query: str) -> None:
    tokens = name_tokens(text)
    found(tokens, query)
    for token in tokens.sequence + tokens.bag:
        assert token
        assert len(token) <= 24
        assert not set(token) & set(" \t\n\"'\\:*^(){}&|!<>")


def test_ten_thousand_customers_are_cut_up_within_a_second() -> None:
    names = [
        f"{city}{first}{second}贸易有限公司"
        for city in ("上海", "重庆", "长沙")
        for first in "建国华丰"
        for second in "达兴隆盛"
    ]
    began = perf_counter()
    for number in range(10_000):
        name_tokens(names[number % len(names)])
        text_tokens(f"1{3_800_000_000 + number}")
    assert perf_counter() - began < 2
