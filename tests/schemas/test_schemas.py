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
POLICY = "tests/assurance/policy_cases.json"
PAIRS = (
    ("schemas/config.schema.json", "tests/daemon/config_cases.json"),
    ("schemas/member.schema.json", "tests/registry/member_cases.json"),
    ("schemas/jpki-linkage.schema.json", "tests/jpki/linkage_cases.json"),
    ("schemas/jpki-status.schema.json", "tests/jpki/status_cases.json"),
)


def place(config, pointer):
    """The container a pointer leads to, and the key in it."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
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


def policy_schema(name):
    """The schema of a file of a version, or of the dictionary: of criteria/token.json policy-criteria's."""
    folder, _, file = name.rpartition("/")
    word = {"": file.removesuffix(".json"), "profiles": "profile"}.get(folder, folder)
    return f"policy-{word}.schema.json"


def shipped():
    """The files of the frameworks we ship."""
    top = os.path.join(TOP, "policy")
    for folder, _, files in os.walk(top):
        yield from (os.path.relpath(os.path.join(folder, f), top) for f in files if f.endswith(".json"))


def check_policy():
    """The same for the policy files, whose schemas share one, and of which a case changes one."""
    with open(os.path.join(TOP, POLICY), encoding="utf-8") as f:
        table = json.load(f)
    names = sorted(n for n in os.listdir(os.path.join(TOP, "schemas")) if n.startswith("policy-"))
    schemas = {}
    for name in names:
        with open(os.path.join(TOP, "schemas", name), encoding="utf-8") as f:
            schemas[name] = json.load(f)
        Draft202012Validator.check_schema(schemas[name])
    validators = {n: validator_of(s, schemas.values()) for n, s in schemas.items()}
    failed = 0
    for case in table["cases"]:
        files = dict(table["base"])
        if "file" in case:
            files[case["file"]] = changed(files[case["file"]], case)
        errors = [f"{n}: {e.message}" for n, text in files.items()
                  for e in validators[policy_schema(n)].iter_errors(text)]
        good = ("problem" not in case or case.get("schema") == "accepts") == (not errors)
        failed += not good
        print("ok" if good else "not ok", "- policy:", case["title"])
        if not good:
            print("    the schemas", "refuse it: " + "; ".join(errors) if errors else "accept it")
    for path in sorted(shipped()):
        with open(os.path.join(TOP, "policy", path), encoding="utf-8") as f:
            text = json.load(f)
        within = path if "/" not in path else path.split("/", 2)[2]
        errors = [e.message for e in validators[policy_schema(within)].iter_errors(text)]
        failed += bool(errors)
        print("not ok" if errors else "ok", "- policy/" + path)
        if errors:
            print("    " + "; ".join(errors))
    for name, schema in schemas.items():
        inner = [key for word, part in schema.get("$defs", {}).items() for key in undescribed(part, word)]
        for key in list(undescribed(schema)) + inner:
            failed += 1
            print("not ok -", name + ":", key, "has no title")
    return failed


def validator_of(schema, others):
    """With the others at hand: the library has changed its way of telling."""
    try:
        from referencing import Registry, Resource
        registry = Registry().with_resources([(o["$id"], Resource.from_contents(o)) for o in others])
        return Draft202012Validator(schema, registry=registry)
    except ImportError:
        from jsonschema import RefResolver
        resolver = RefResolver.from_schema(schema, store={o["$id"]: o for o in others})
        return Draft202012Validator(schema, resolver=resolver)


sys.exit(1 if sum([check(schema, table) for schema, table in PAIRS]) + check_policy() else 0)
