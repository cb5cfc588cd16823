"""The comparisons of the filter language, named once for every kind of field."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.base import Operator

EQ = Operator("eq", _("is"))
NE = Operator("ne", _("is not"))
EQUALS = Operator("eq", _("equals"))
DIFFERS = Operator("ne", _("does not equal"))
IN = Operator("in", _("is any of"), "values")
NOT_IN = Operator("not_in", _("is none of"), "values")
CONTAINS = Operator("contains", _("contains"), "text")
NOT_CONTAINS = Operator("not_contains", _("does not contain"), "text")
STARTS_WITH = Operator("starts_with", _("starts with"), "text")
ENDS_WITH = Operator("ends_with", _("ends with"), "text")
LT = Operator("lt", _("less than"))
LTE = Operator("lte", _("at most"))
GT = Operator("gt", _("more than"))
GTE = Operator("gte", _("at least"))
BEFORE = Operator("lt", _("before"))
UNTIL = Operator("lte", _("until"))
AFTER = Operator("gt", _("after"))
SINCE = Operator("gte", _("since"))
BETWEEN = Operator("between", _("between"), "range")
DURING = Operator("during", _("during"), "period")
LAST_DAYS = Operator("last_n_days", _("in the last … days"), "days")
NEXT_DAYS = Operator("next_n_days", _("in the next … days"), "days")
OLDER_DAYS = Operator("older_than_n_days", _("more than … days ago"), "days")
HAS_ANY = Operator("in", _("has any of"), "values")
HAS_ALL = Operator("all", _("has all of"), "values")
HAS_NONE = Operator("not_in", _("has none of"), "values")
HAS = Operator("eq", _("has"))
HAS_NOT = Operator("ne", _("has not"))
IN_REGION = Operator("in_region", _("lies in"), "text")
IS_EMPTY = Operator("is_empty", _("is empty"), "none")
NOT_EMPTY = Operator("not_empty", _("is not empty"), "none")

EMPTINESS = (IS_EMPTY, NOT_EMPTY)
TEXT = (CONTAINS, NOT_CONTAINS, EQ, NE, STARTS_WITH, ENDS_WITH, IN, NOT_IN, *EMPTINESS)
NUMBER = (EQUALS, DIFFERS, LT, LTE, GT, GTE, BETWEEN, IN, NOT_IN, *EMPTINESS)
MOMENT = (DURING, LAST_DAYS, NEXT_DAYS, OLDER_DAYS, BETWEEN, BEFORE, UNTIL, AFTER, SINCE, EQ, NE, *EMPTINESS)
ONE_OF = (EQ, NE, IN, NOT_IN, *EMPTINESS)
SEVERAL = (HAS_ANY, HAS_ALL, HAS_NONE, HAS, HAS_NOT, *EMPTINESS)
