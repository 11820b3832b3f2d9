"""tests/front/bodies.py - what goes over the wire in a test of a front, and what its schemas say of it.

The test leaves each body as SCHEMA.DEFINITION.NUMBER.json in the directory that WATASHI_BODIES names.
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


def validator(name):
    schema, _, definition = name.partition(".")
    with open(os.path.join(TOP, "schemas", schema + ".schema.json"), encoding="utf-8") as f:
        whole = json.load(f)
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{definition}"} if definition else whole)


def wrong(name, expected, bodies):
    """What is wrong with the bodies of one schema, or with the schema."""
    least, changes = expected
    schema = validator(name)
    if len(bodies) < least:
        yield f"only {len(bodies)} of at least {least}"
    for body in bodies:
        for error in schema.iter_errors(body):
            yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:160]}"
        if name.endswith("-entry") and list(body) != sorted(body):
            yield "the entry's members are not in canonical order"
    for change in changes:
        if bodies and schema.is_valid({**copy.deepcopy(bodies[0]), **change}):
            yield f"it takes {json.dumps(change, ensure_ascii=False)}"


def check(program, expected):
    """Runs the test; `expected` has for each schema how many bodies at least, and changes that it must not take. Prints a line for
    each; the exit status."""
    bodies = {name: [] for name in expected}
    with tempfile.TemporaryDirectory(prefix="watashi-bodies-") as folder:
        run = subprocess.run([os.path.join(BUILD, program)], env={**os.environ, "WATASHI_BODIES": folder},
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if run.returncode != 0:
            print(f"not ok {program} itself: " + run.stdout.decode(errors="replace")[-2000:])
            return 1
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                bodies[name.rsplit(".", 2)[0]].append(json.load(f))
    failed = 0
    for name, found in bodies.items():
        problems = list(wrong(name, expected[name], found))
        failed += bool(problems)
        print(f"not ok {name}: {'; '.join(problems[:4])}" if problems else f"ok {name}: {len(found)} bodies")
    return 1 if failed else 0
