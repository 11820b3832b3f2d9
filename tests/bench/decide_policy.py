"""tests/bench/decide_policy.py - the policy and the inputs that `run decide` measures with, the same from the same seed.

    decide_policy.py DIRECTORY

60 criteria over 6 areas of 4 levels, 118 leaves, 50 facts; 256 inputs of about 960 bytes, half of them a good person's
with one to eight facts changed, half by chance. Written once in Watashi's own form (facts.json, policy/), once as rules for
json-logic-engine (rules.json), and the inputs a line each (inputs.jsonl). All facts are known in all inputs: the peer
has no third value.
"""

import json
import os
import random
import sys

AREAS = ["rg", "tk", "cm", "ap", "as", "pv"]
LEVELS = ["1", "2", "3", "4"]
CELLS = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4]           # the levels of an area's ten criteria
LEAVES = [1, 2, 3, 2, 2, 1, 3, 2, 2, 2]          # and how many leaves each has; the last of two areas has one less
WORDS = ["none", "low", "mid", "high", "top"]
TYPES = ["boolean"] * 24 + ["integer"] * 10 + ["duration"] * 4 + ["enum"] * 5 + ["level"] * 3 + ["set"] * 4
SEED = 20261122
INPUTS = 256


def both(text):
    return {"ja": f"{text}が示されていません。", "en": f"{text} was not shown."}


def make_facts():
    facts = []
    for number, kind in enumerate(TYPES):
        fact = {"id": f"{AREAS[number % 6]}-fact-{number:02}", "type": kind, "title": both("事実"), "text": both("事実"),
                "asserted_by": ["rp"], "provenance": "claimed", "privacy": "none"}
        if kind in ("enum", "level", "set"):
            fact["values"] = [{"id": w, "title": both(w)} for w in WORDS]
        if kind == "integer":
            fact.update(least=0, most=100)
        if kind == "duration":
            fact.update(least=0, most=1000000)
        facts.append(fact)
    return facts


def any_value(chance, fact):
    kind = fact["type"]
    if kind == "boolean":
        return chance.random() < 0.5
    if kind == "integer":
        return chance.randrange(101)
    if kind == "duration":
        return chance.randrange(90000)
    if kind == "set":
        return [w for w in WORDS if chance.random() < 0.3]
    return chance.choice(WORDS)


def good_value(chance, fact):
    return {"boolean": chance.random() < 0.8, "integer": 80, "duration": 600, "enum": "high", "level": "high",
            "set": ["low", "high"]}[fact["type"]]


def good_leaf(chance, fact, value):
    """One that holds for the good value, as Watashi and as JSON Logic write it."""
    name, var = fact["id"], {"var": fact["id"]}
    kind = fact["type"]
    if kind == "boolean":
        return {"fact": name, "is": value}, {"===": [var, value]}
    if kind == "integer":
        least = chance.randrange(20, 81)
        return {"fact": name, "ge": least}, {">=": [var, least]}
    if kind == "duration":
        most = chance.choice([900, 3600, 43200])
        return {"fact": name, "le": most}, {"<=": [var, most]}
    if kind == "enum":
        words = ["high"] + chance.sample(["low", "mid", "top"], 2)
        return {"fact": name, "in": words}, {"in": [var, words]}
    if kind == "level":
        least = chance.choice(["mid", "high"])
        return {"fact": name, "ge": least}, {"in": [var, WORDS[WORDS.index(least):]]}
    if chance.random() < 0.5:
        return {"fact": name, "has_all": value}, {"and": [{"in": [w, var]} for w in value]}
    words = ["high", "mid"]
    return {"fact": name, "has_any": words}, {"or": [{"in": [w, var]} for w in words]}


def good_condition(chance, facts, good, leaves):
    """All of them hold; in an `any` the others need not, and beneath a `not` none does."""
    chosen = chance.sample(facts, leaves)
    ours, theirs = zip(*(good_leaf(chance, f, good[f["id"]]) for f in chosen))
    if leaves == 1:
        return ours[0], theirs[0]
    if leaves == 3:
        return ({"all": [ours[0], {"any": list(ours[1:])}]}, {"and": [theirs[0], {"or": list(theirs[1:])}]})
    return ({"all": list(ours)}, {"and": list(theirs)}) if chance.random() < 0.7 else \
        ({"any": list(ours)}, {"or": list(theirs)})


def make_criteria(chance, facts, good):
    for number, area in enumerate(AREAS):
        criteria, rules = [], []
        for i, level in enumerate(CELLS):
            leaves = LEAVES[i] - (1 if i == 9 and number >= 4 else 0)
            ours, theirs = good_condition(chance, facts, good, leaves)
            if i == 4:
                ours, theirs = {"not": {"not": ours}}, {"!": [{"!": [theirs]}]}
            criteria.append({"id": f"{area}-{level}.{i}", "level": str(level), "status": "template", "title": both("要件"),
                             "text": both("要件"), "reason": both(f"{area} {level} の要件"), "condition": ours,
                             "sources": [{"document": "bench", "at": "1", "relation": "see"}]})
            rules.append({"id": criteria[-1]["id"], "area": area, "level": level, "rule": theirs})
        yield area, criteria, rules


def make_inputs(chance, facts, good):
    for i in range(INPUTS):
        if i % 2:
            values = {f["id"]: good[f["id"]] if chance.random() < 0.4 else any_value(chance, f) for f in facts}
        else:
            values = dict(good)
            for f in chance.sample(facts, chance.randrange(1, 9)):
                values[f["id"]] = any_value(chance, f)
        yield {"id": f"request-{i:04}", "facts": values}


def write(directory, name, value, lines=False):
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        for one in value if lines else [value]:
            f.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")


def make(directory):
    chance = random.Random(SEED)
    facts = make_facts()
    good = {f["id"]: good_value(chance, f) for f in facts}
    rules = []
    for area, criteria, more in make_criteria(chance, facts, good):
        write(directory, f"policy/criteria/{area}.json", {"area": area, "criteria": criteria})
        rules += more
    levels = [{"id": level, "title": both(level)} for level in LEVELS]
    write(directory, "facts.json", {"facts": facts})
    write(directory, "policy/manifest.json", {"framework": "bench", "version": "1", "title": both("計測"), "text": both("計測"),
                                              "valid_from": "2026-01-01T00:00:00Z"})
    write(directory, "policy/levels.json", {"areas": [{"id": a, "title": both(a), "levels": levels} for a in AREAS],
                                            "composed": []})
    write(directory, "policy/profiles/bench.json", {
        "id": "bench", "title": both("計測"), "text": both("計測"), "status": "template",
        "requires": [{"area": a, "level": "3", "comparison": "minimum"} for a in AREAS]})
    write(directory, "policy/steps.json", {"steps": []})
    write(directory, "policy/sources.json", {"documents": [{
        "id": "bench", "title": both("計測"), "version": "1", "date": "2026-01-01", "clauses": [{"at": "1", "title": both("計測")}]}]})
    write(directory, "policy/tests/good.json", {"tests": [{
        "title": "a good person reaches every level", "profile": "bench", "provenance": "claimed", "facts": good,
        "expect": {"reached": {a: LEVELS[-1] for a in AREAS}, "permit": True}}]})
    write(directory, "rules.json", {"areas": AREAS, "required": 3, "criteria": rules})
    write(directory, "inputs.jsonl", list(make_inputs(chance, facts, good)), lines=True)


if __name__ == "__main__":
    make(sys.argv[1])
