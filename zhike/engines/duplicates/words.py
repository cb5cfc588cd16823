"""The reasons of a match in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.duplicates.scoring import Reason

WORDS = {
    Reason.CODE: gettext_lazy("same unified social credit code"),
    Reason.MOBILE: gettext_lazy("same mobile number"),
    Reason.LANDLINE: gettext_lazy("same landline"),
    Reason.EMAIL: gettext_lazy("same e-mail address"),
    Reason.HANDLE: gettext_lazy("same WeChat account"),
    Reason.BIRTHDAY: gettext_lazy("same birthday"),
    Reason.HOUSE: gettext_lazy("same street and number"),
    Reason.CITY: gettext_lazy("same city"),
    Reason.REPRESENTATIVE: gettext_lazy("same legal representative"),
    Reason.PARENT: gettext_lazy("same customer"),
    Reason.NAME: gettext_lazy("same name"),
    Reason.NAME_WRITTEN: gettext_lazy("same name, written otherwise"),
    Reason.NAME_AFFIXES: gettext_lazy("same name but for place or legal form"),
    Reason.NAME_ORDER: gettext_lazy("same name in another order"),
    Reason.NAME_SOUND: gettext_lazy("name sounds the same"),
    Reason.NAME_SLIP: gettext_lazy("name differs by one character"),
}


def reasons_text(reasons: Iterable[Reason | str]) -> str:
    """All reasons in one line: 手机号相同、名称读音相同."""
    return _(", ").join(str(WORDS[Reason(reason)]) for reason in reasons)
