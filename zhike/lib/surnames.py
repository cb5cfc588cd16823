"""Surnames that are read otherwise than the same characters elsewhere.

A second reading follows where bearers of the name disagree (覃 is Qín in 广西 and Tán elsewhere).
Source: the name section of 现代汉语词典 and common usage; syllables without tones, ü as v.
"""

from __future__ import annotations

_ONE = """
单 shan|曾 zeng|仇 qiu|查 zha|解 xie|任 ren|区 ou|朴 piao|盖 ge gai|乐 yue le|覃 qin tan|翟 zhai di|尉 wei yu|冼 xian|洗 xian|员 yun
缪 miao|祭 zhai|宓 mi fu|乜 nie|黑 he hei|折 she|召 shao|繁 po|柏 bai bo|卜 bu|秘 bi|种 chong|牟 mu mou|郗 xi chi|郇 xun huan
隗 wei kui|谌 chen shen|晟 cheng|炅 gui|於 yu|阚 kan|瞿 qu|臧 zang|藏 zang|褚 chu|沈 shen|宿 su|车 che|呙 guo|那 na nuo|曲 qu
纪 ji|葛 ge|华 hua|燕 yan|万 wan|幺 yao|么 yao|薄 bo|盛 sheng|贾 jia|相 xiang|句 gou|钭 tou|莘 shen xin|郄 qie xi|费 fei bi
都 du|仉 zhang|佘 she|厍 she|眭 sui|笪 da|能 nai|强 qiang|冯 feng|庞 pang|陆 lu|石 shi|宁 ning|尹 yin|应 ying|过 guo|曹 cao
佴 nai|逄 pang|逯 lu|訾 zi|睢 sui|亓 qi|撒 sa|哈 ha|重 chong|长 chang|行 xing hang|会 gui|给 ji|阿 a|术 zhu|洼 wa|揭 jie|郏 jia
"""
_TWO = """
尉迟 yu chi|万俟 mo qi|长孙 zhang sun|澹台 tan tai|令狐 ling hu|单于 chan yu|鲜于 xian yu|亓官 qi guan|皇甫 huang fu|宰父 zai fu
拓跋 tuo ba|独孤 du gu|夏侯 xia hou|呼延 hu yan|夹谷 jia gu|乐正 yue zheng|漆雕 qi diao|公冶 gong ye|濮阳 pu yang|淳于 chun yu
"""


def _entries(table: str) -> list[tuple[str, list[str]]]:
    rows = table.replace("\n", "|").split("|")
    return [(row.split()[0], row.split()[1:]) for row in rows if row]


#: Surname → its readings, each a tuple of one syllable a character, the commonest first.
SURNAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    **{name: tuple((syllable,) for syllable in syllables) for name, syllables in _entries(_ONE)},
    **{name: (tuple(syllables),) for name, syllables in _entries(_TWO)},
}
