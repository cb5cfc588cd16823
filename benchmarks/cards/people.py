"""Fictitious people and firms for cards, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
DOUBLE = ("欧阳", "上官", "司马", "诸葛", "慕容")
GIVEN = "伟芳娜敏静丽强磊洋勇艳杰涛明超兰霞平刚桂英华玉萍红鹏辉玲梅莉建国志文晓雯思远嘉怡浩然子轩雨桐欣悦"
CITIES = (
    ("江苏省", "苏州市", "0512", "工业园区"),
    ("广东省", "深圳市", "0755", "南山区"),
    ("浙江省", "杭州市", "0571", "西湖区"),
    ("四川省", "成都市", "028", "武侯区"),
    ("", "上海市", "021", "浦东新区"),
    ("", "北京市", "010", "朝阳区"),
    ("湖北省", "武汉市", "027", "洪山区"),
    ("山东省", "青岛市", "0532", "市南区"),
)
WORDS = ("恒泰", "鼎新", "华瑞", "蓝海", "青禾", "晨光", "瑞丰", "博远", "金石", "云帆", "同创", "远景", "安邦", "汇通")
TRADES = ("精密模具", "商贸", "电子科技", "智能装备", "生态农业", "医疗器械", "建筑工程", "物流", "文化传媒", "新材料")
FORMS = ("有限公司", "股份有限公司", "有限责任公司", "集团有限公司")
TITLES = (
    "总经理",
    "销售总监",
    "采购经理",
    "高级工程师",
    "客户经理",
    "市场部主管",
    "项目经理",
    "董事长",
    "技术总监",
    "业务代表",
)
STREETS = ("星湖街", "科技园南路", "文三路", "天府大道", "世纪大道", "望京街", "珞喻路", "香港中路")
LATIN = ("hengtai", "dingxin", "huarui", "lanhai", "qinghe", "chenguang", "ruifeng", "boyuan", "jinshi", "yunfan")


@dataclass(frozen=True, slots=True)
class Person:
    """What stands on a card."""

    name: str
    title: str
    firm: str
    mobile: str
    phone: str
    mail: str
    address: str
    site: str
    wechat: str


def person(rng: Random) -> Person:
    province, city, area, district = rng.choice(CITIES)
    surname = rng.choice(DOUBLE) if rng.random() < 0.08 else rng.choice(SURNAMES)
    given = "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))
    latin = rng.choice(LATIN)
    digits = "".join(rng.choice("0123456789") for _place in range(8))
    return Person(
        name=surname + given,
        title=rng.choice(TITLES),
        firm=city.removesuffix("市") + rng.choice(WORDS) + rng.choice(TRADES) + rng.choice(FORMS),
        mobile=rng.choice(("138", "139", "150", "159", "177", "186", "135")) + digits,
        phone=f"{area}-{rng.randint(5, 8)}{rng.randint(1_000_000, 9_999_999)}",
        mail=f"{rng.choice('abcdefghklmwxyz')}{rng.choice('aeiou')}.{latin}@{latin}.example",
        address=f"{province}{city}{district}{rng.choice(STREETS)}{rng.randint(1, 299)}号{rng.randint(2, 30)}楼",
        site=f"www.{latin}.example",
        wechat=f"{latin}_{rng.randint(100, 999)}",
    )
