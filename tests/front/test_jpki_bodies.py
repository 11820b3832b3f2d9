#!/usr/bin/env python3
"""tests/front/test_jpki_bodies.py - what goes over the wire when test_jpki proves people by the card, and what the ledger keeps of it, is
as the schemas say; and each schema refuses what was changed in one thing.

Prints a line `ok …` or `not ok …: why` for each; exit status 1 when anything is not ok.
"""

import sys

from bodies import check

ID = "0" * 32
# schema -> how many at least must have gone over the wire, and changes that it must not take.
BODIES = {
    "jpki-challenge.request": (10, [{"purpose": "both"}, {"what": ""}, {"pin": "1234"}, {"continues": {"handle": ID}},
                                    {"continues": {"handle": ID, "purpose": "signature", "medium": "card", "name": "試験"}}]),
    "jpki-challenge.challenge": (10, [{"id": ID + "0"}, {"text": ""}, {"expires_at": "soon"}, {"certificate": "AAAA"}]),
    "jpki-proof.proof": (10, [{"cms": "AAAA", "xml": "<a/>"}, {"pin": "1234"}]),
    "jpki-proof.outcome": (10, [{"outcome": "good"}, {"serial": "0ac91af8"}, {"attributes": {"my_number": "1"}}, {"handle": "x"},
                                {"continuity": "perhaps"}]),
    "proofing-entry": (10, [{"name": "試験"}, {"handle": ID}, {"attributes": ["my_number"]}, {"steps": []}, {"proofing": "1"},
                            {"revocation": {"status": "good"}}, {"continuity": {"asked": True, "relation": "name", "status": "same"}}]),
}


sys.exit(check("tests/front/test_jpki", BODIES))
