#!/usr/bin/env python3
"""tests/front/test_account_bodies.py - what goes over the wire when test_account looks at accounts and changes them is as the schema
says; and the schema refuses what was changed in one thing.

Prints a line `ok …` or `not ok …: why` for each; exit status 1 when anything is not ok.
"""

import sys

from bodies import check

# definition -> how many at least must have gone over the wire, and changes that it must not take.
BODIES = {
    "account.account": (5, [{"standing": "erased"}, {"number": "1234"}, {"language": "fr"}, {"my_number": "1"}, {"personas": []}, {"muted": {"since": None}}, {"muted": False}]),
    "account.language": (1, [{"language": "fr"}, {"english": True}]),
    "account.statement": (2, [{"value": ""}, {"personas": []}, {"personas": ["administrative"]}, {"source": "card"}]),
    "account.choice": (2, [{"attributes": "name"}, {"persona": "business"}]),
    "account.contact": (4, [{"address": ""}, {"code": "123456"}]),
    "account.confirmation": (2, [{"code": "12345"}, {"code": 123456}, {"address": None}]),
    "account.history": (4, [{"events": [{}]}, {"more": None}]),
    "account.consents": (2, [{"consents": [{}]}, {"account": "1"}]),
    "account.logout": (2, [{"all": "yes"}, {"number": "1"}]),
    "account.erase": (2, [{"number": ""}, {"really": True}]),
    "account.erasedInPart": (1, [{"unread": 0}, {"rows": 1}]),
}

sys.exit(check("tests/front/test_account", BODIES))
