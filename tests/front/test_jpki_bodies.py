#!/usr/bin/env python3
"""tests/front/test_jpki_bodies.py - what goes over the wire when test_jpki proves people by the card, and what the ledger keeps of it, is
as the schemas say; and each schema refuses what was changed in one thing.

Prints a line `ok …` or `not ok …: why` for each; exit status 1 when anything is not ok.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skip: no JSON Schema validator for Python (Debian: python3-jsonschema)")
    sys.exit(77)

TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
BUILD = os.environ.get("top_builddir", ".")
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


def validator(name):
    schema, _, definition = name.partition(".")
    with open(os.path.join(TOP, "schemas", schema + ".schema.json"), encoding="utf-8") as f:
        whole = json.load(f)
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{definition}"} if definition else whole)


def wrong(name, bodies):
    """What is wrong with the bodies of one schema, or with the schema."""
    least, changes = BODIES[name]
    schema = validator(name)
    if len(bodies) < least:
        yield f"only {len(bodies)} of at least {least}"
    for body in bodies:
        for error in schema.iter_errors(body):
            yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:160]}"
        if name == "proofing-entry" and list(body) != sorted(body):
            yield "the entry's members are not in canonical order"
    for change in changes:
        if bodies and schema.is_valid({**copy.deepcopy(bodies[0]), **change}):
            yield f"it takes {json.dumps(change, ensure_ascii=False)}"


def main():
    bodies = {name: [] for name in BODIES}
    with tempfile.TemporaryDirectory(prefix="watashi-bodies-") as folder:
        run = subprocess.run([os.path.join(BUILD, "tests/front/test_jpki")], env={**os.environ, "WATASHI_BODIES": folder},
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if run.returncode != 0:
            print("not ok test_jpki itself: " + run.stdout.decode(errors="replace")[-2000:])
            return 1
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                bodies[name.rsplit(".", 2)[0]].append(json.load(f))
    failed = 0
    for name, found in bodies.items():
        problems = list(wrong(name, found))
        failed += bool(problems)
        print(f"not ok {name}: {'; '.join(problems[:4])}" if problems else f"ok {name}: {len(found)} bodies")
    return 1 if failed else 0


sys.exit(main())
