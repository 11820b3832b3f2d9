#!/usr/bin/env python3
"""tests/front/test_sign_on_bodies.py - what the consent page is told and sends is as the schema says; and the schema refuses what was
changed in one thing.

Prints a line `ok …` or `not ok …: why` for each; exit status 1 when anything is not ok.
"""

import sys

from bodies import check

# definition -> how many at least must have gone over the wire, and changes that it must not take.
BODIES = {
    "sign-on.sign_on": (2, [{"personas": []}, {"persona": "public"}, {"person": {}}, {"relying_party": {}}, {"until": None}, {"sub": "1"}]),
    "sign-on.agreement": (1, [{"persona": "none"}, {"items": "name"}, {"level": 1}]),
    "sign-on.nothing": (1, [{"why": ""}]),
    "sign-on.answered": (2, [{"location": "https://evil.example/"}, {"code": "1"}]),
}

sys.exit(check("tests/front/test_sign_on_front", BODIES))
