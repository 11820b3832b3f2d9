#!/usr/bin/env python3
"""Shows that the schemas and our own readers agree: the schemas' side of the tables that the readers' tests read, too."""
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
PAIRS = (
    ("schemas/config.schema.json", "tests/daemon/config_cases.json"),
    ("schemas/member.schema.json", "tests/registry/member_cases.json"),
)


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


def check(schema_path, table_path):
    """How many cases the schema answers otherwise than the table says, and keys without a title."""
    with open(os.path.join(TOP, schema_path), encoding="utf-8") as f:
        schema = json.load(f)
    with open(os.path.join(TOP, table_path), encoding="utf-8") as f:
        table = json.load(f)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failed = 0
    for case in table["cases"]:
        errors = [e.message for e in validator.iter_errors(changed(table["base"], case))]
        accepts = "problem" not in case or case.get("schema") == "accepts"
        good = accepts == (not errors)
        failed += not good
        print("ok" if good else "not ok", "-", schema_path + ":", case["title"])
        if not good:
            print("    the schema", "refuses it: " + "; ".join(errors) if errors else "accepts it")
    inner = [key for name, part in schema["$defs"].items() for key in undescribed(part, name)]
    for key in list(undescribed(schema)) + inner:
        failed += 1
        print("not ok -", schema_path + ":", key, "has no title")
    return failed


sys.exit(1 if sum([check(schema, table) for schema, table in PAIRS]) else 0)
