"""Characters that sound alike and are taken for each other in dictated names; written by hand, independent of any table of the product."""

from __future__ import annotations

GROUPS = """
伟玮炜纬苇卫 强墙蔷 磊垒蕾 军君均俊骏 勇永咏泳 杰洁捷 涛韬滔 明铭鸣茗名 超钞 刚钢纲 平萍苹 辉晖徽挥 鹏朋彭 华桦骅 飞菲霏 鑫新欣馨昕
波博 斌彬滨宾 宇雨羽禹语 浩昊皓灏 凯恺楷 健建剑鉴 志智致治 文雯纹 海亥 林琳霖麟 峰锋丰枫 娜那 静敬靖婧 丽莉利俐力立 敏闽旻 燕艳彦雁
芳方 娟涓鹃 玲灵凌铃 桂贵 秀绣 英瑛颖莹 云芸耘 慧惠蕙会 倩茜 婷亭庭廷 雪 霞侠 红宏鸿弘洪虹 梅玫媚 兰岚蓝 珍真贞臻 国果 春椿
东冬栋 庆青清卿 成诚程承呈城 龙隆珑 德得 福富复 光广 安案 恒衡亨横 鼎顶 瑞睿锐 嘉佳家加 盛胜圣晟 泰态太 达大 源元远缘园原 通同童
和合禾河荷 兴星行 祥翔详 顺舜 发法 康慷 信芯心 美镁 润闰 捷洁杰 昌畅 正政证 中钟忠众 天添 宝保 益艺易亿一毅逸 利力立 汇惠慧 优友佑
科柯 创闯 联连莲廉 金锦津今 荣容融蓉 腾滕 思斯 维唯惟 奥澳 迪笛 晨辰臣 旭序绪 阳洋扬杨 振震镇 久九玖 诺 飞菲 凡帆范 雅亚 乐悦月越岳
机基 电店 商尚 贸茂 精晶京经 密蜜 模磨 具聚巨 服伏 饰式 包苞 装庄 材才财 软阮 件 网旺 络洛 数树 据剧 息西希熙 自资 动东 工公功 制志 品
王汪旺 李黎 张章 刘柳 陈程 周邹 吴伍武 徐许 孙荪 朱诸 郭国 何贺 高 罗骆 郑正 梁良 谢 宋颂 唐堂 冯逢 于余俞 董 潘盘 蒋姜 蔡菜 余于
"""


def _partners() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in GROUPS.split():
        for character in group:
            found[character] = found.get(character, "") + group.replace(character, "")
    return {character: others for character, others in found.items() if others}


#: Character → those that sound like it.
HOMOPHONES = _partners()
