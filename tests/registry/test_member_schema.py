#!/usr/bin/env python3
"""Shows that schemas/member.schema.json and the registry's reader agree: the schema's side of member_cases.json."""
import copy
import json
import os
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skip: no JSON Schema validator for Python (Debian: python3-jsonschema)")
    sys.exit(77)

TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))


def place(record, pointer):
    """The container a pointer leads to, and the key in it."""
    *way, last = pointer.split("/")[1:]
    for part in way:
        record = record[int(part)] if isinstance(record, list) else record[part]
    return record, int(last) if isinstance(record, list) else last


def changed(base, case):
    record = copy.deepcopy(base)
    for pointer, value in case.get("set", {}).items():
        holder, key = place(record, pointer)
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
    if "drop" in case:
        holder, key = place(record, case["drop"])
        del holder[key]
    return record


def undescribed(schema, way="#"):
    """Every key has a title, for editors show it."""
    for name, inner in schema.get("properties", {}).items():
        if "title" not in inner:
            yield f"{way}/{name}"
        yield from undescribed(inner, f"{way}/{name}")


def main():
    with open(os.path.join(TOP, "schemas/member.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    with open(os.path.join(TOP, "tests/registry/member_cases.json"), encoding="utf-8") as f:
        table = json.load(f)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failed = 0
    for case in table["cases"]:
        errors = [e.message for e in validator.iter_errors(changed(table["base"], case))]
        accepts = "problem" not in case or case.get("schema") == "accepts"
        good = accepts == (not errors)
        failed += not good
        print("ok" if good else "not ok", "-", case["title"])
        if not good:
            print("    the schema", "refuses it: " + "; ".join(errors) if errors else "accepts it")
    inner = [key for name, part in schema["$defs"].items() for key in undescribed(part, name)]
    for key in list(undescribed(schema)) + inner:
        failed += 1
        print("not ok -", key, "has no title")
    return 1 if failed else 0


sys.exit(main())
