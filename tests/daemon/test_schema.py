#!/usr/bin/env python3
"""Shows that schemas/config.schema.json and the daemon's loader agree: the schema's side of config_cases.json."""
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


def place(config, pointer):
    """The container a pointer leads to, and the key in it."""
    *way, last = pointer.split("/")[1:]
    for part in way:
        config = config[int(part)] if isinstance(config, list) else config[part]
    return config, int(last) if isinstance(config, list) else last


def changed(base, case):
    config = copy.deepcopy(base)
    for pointer, value in case.get("set", {}).items():
        holder, key = place(config, pointer)
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
    if "drop" in case:
        holder, key = place(config, case["drop"])
        del holder[key]
    return config


def undescribed(schema, way="#"):
    """Every key has a title, for editors show it."""
    for name, inner in schema.get("properties", {}).items():
        if "title" not in inner:
            yield f"{way}/{name}"
        yield from undescribed(inner, f"{way}/{name}")


def main():
    with open(os.path.join(TOP, "schemas/config.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    with open(os.path.join(TOP, "tests/daemon/config_cases.json"), encoding="utf-8") as f:
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
    for key in list(undescribed(schema)) + list(undescribed(schema["$defs"]["listener"], "listener")):
        failed += 1
        print("not ok -", key, "has no title")
    return 1 if failed else 0


sys.exit(main())
