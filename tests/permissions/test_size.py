"""How many cells the matrices have: call × role × record, each with an expectation written down by hand."""

from __future__ import annotations

from tests.permissions import api_calls, web_calls
from tests.permissions.expected import EXPECTED, NOBODIES, ROLES
from tests.permissions.scene import RELATIONS
from tests.permissions.web_settings import SETTINGS_CALLS
from tests.permissions.web_things import THING_CALLS

#: Promise 10 of the security programme.
FEWEST = 10_000


def test_the_matrices_have_ten_thousand_cells() -> None:
    records = len(RELATIONS) * 2
    api = sum(records for key in EXPECTED for call in api_calls.RECORD_CALLS if key in call.objects)
    web = sum(records for key in EXPECTED for call in web_calls.RECORD_CALLS if key in call.objects)
    web += sum(1 for key in EXPECTED for call in web_calls.TYPE_CALLS if key in call.objects)
    strangers = 2 * len(web_calls.RECORD_CALLS + web_calls.TYPE_CALLS)
    things = sum(len(call.answers) for call in THING_CALLS)
    cells = api * len(ROLES + NOBODIES) + web * len(ROLES) + strangers * len(NOBODIES)
    assert cells + len(SETTINGS_CALLS) * len(ROLES) + things >= FEWEST
