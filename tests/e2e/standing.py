#!/usr/bin/env python3
"""tests/e2e/standing.py - what the registry knows of a relying party is observed by each decision, at the moment it is taken, and
nobody claims it.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import shutil
import sys
import tempfile

import authzen
from authzen import FIXTURE, Point, ok

HOME, NOBODY = "https://records.example/", "https://nobody.example/"
BOTH = {"ja": "参加の状態", "en": "Standing"}
STANDINGS = ["applied", "approved", "suspended", "withdrawn"]
FACT = {"id": "rp.standing", "type": "enum", "values": [{"id": s, "title": BOTH} for s in STANDINGS], "title": BOTH, "text": BOTH,
        "asserted_by": ["watashi", "registry"], "provenance": "claimed", "privacy": "none"}
CRITERION = {"id": "standing", "level": "1", "status": "derived", "title": BOTH, "text": {"ja": "承認されていること。", "en": "Approved."},
             "sources": [{"document": "scenario", "at": "1.4", "relation": "derived"}],
             "condition": {"fact": "rp.standing", "is": "approved"}, "reason": {"ja": "承認されていません。", "en": "Not approved."}}


def change(path, edit):
    with open(path) as f:
        content = json.load(f)
    edit(content)
    with open(path, "w") as f:
        json.dump(content, f, ensure_ascii=False)


def publish(point, directory):
    """The scenario's rules under another name, with one criterion more; the dictionary grows by one fact."""
    version, facts = os.path.join(directory, "standing/1.0"), os.path.join(directory, "facts.json")
    shutil.copytree(os.path.join(FIXTURE, "fixture/1.0"), version)
    shutil.copy(os.path.join(FIXTURE, "facts.json"), facts)
    change(facts, lambda d: d["facts"].append(FACT))
    change(os.path.join(version, "criteria/access.json"), lambda c: c["criteria"].append(CRITERION))
    change(os.path.join(version, "tests/scenario.json"), lambda t: [one["facts"].update({"rp.standing": "approved"}) for one in t["tests"]])
    change(os.path.join(version, "manifest.json"), lambda m: m.update(framework="standing"))
    point.daemon.ctl("policy", "seal", version, "--facts", facts)
    point.daemon.ctl("policy", "publish", version, "--facts", facts)


def question(resource, **context):
    return {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"}, "resource": {"type": "relying_party", "id": resource},
            "context": dict({"framework": "standing", "profile": "records", "advice": False}, **context)}


def decisions(point):
    ask = lambda *a, **k: point.ask("/access/v1/evaluation", question(*a, **k))[2]  # noqa: E731
    found = ask(HOME)
    ok("a relying party that is approved need not say so", found.get("decision") is True, found)
    found = ask(HOME, facts={"rp.standing": "suspended"})
    ok("nor can it say otherwise", found.get("decision") is True and found["context"]["disregarded"] ==
       [{"fact": "rp.standing", "why": "claimed otherwise than observed"}], found)
    found = ask(HOME, facts={"rp.standing": "approved"})
    ok("saying the same does no harm", found.get("decision") is True and not found["context"]["disregarded"], found)
    status, _, found = point.ask("/access/v1/evaluation", question(NOBODY, facts={"rp.standing": "approved"}))
    ok("nobody asks in the name of another", status == 403 and found["detail"].startswith("/resource/id: "), found)
    made = point.daemon.ctl("token", "new", "auditor", "--member", authzen.MEMBER["id"], "--right", "decide", "--right", "audit", "--json")
    found = point.ask("/access/v1/evaluation", question(NOBODY, facts={"rp.standing": "approved"}), token=json.loads(made)["token"])[2]
    ok("who is no member claims it in vain, and is told why", found.get("decision") is False and found["context"]["disregarded"] ==
       [{"fact": "rp.standing", "why": "only watashi, registry may state it"}], found)
    status, _, found = point.ask("/access/v1/search/resource", dict(question(HOME), resource={"type": "relying_party"}))
    ok("a search finds whom the registry knows", status == 200 and found["results"] == [{"type": "relying_party", "id": HOME}], found)
    record = dict(question(HOME), resource={"type": "record", "id": "record-1"})
    found = point.ask("/access/v1/evaluation", record)[2]
    ok("of another resource the relying party is who asks", found.get("decision") is True, found)
    body = dict(record, evaluations=[{}, {"resource": {"type": "relying_party", "id": NOBODY}},
                                     {"resource": {"type": "relying_party", "id": HOME}}])
    found = point.ask("/access/v1/evaluations", body)[2]
    ok("each item has its own", [e["decision"] for e in found["evaluations"]] == [True, False, True] and
       found["evaluations"][1]["context"]["error"]["status"] == 403, found)


def main():
    with tempfile.TemporaryDirectory() as directory:
        access = os.path.join(directory, "access.json")
        shutil.copy(authzen.ACCESS, access)
        change(access, lambda a: a["resources"].extend({"type": "relying_party", "id": i} for i in (NOBODY, HOME)))
        point = Point(os.environ["WATASHI_BUILD"], {"decisions": {"access": access}})
        try:
            publish(point, directory)
            decisions(point)
        finally:
            point.daemon.stop()
    return authzen.failed > 0


if __name__ == "__main__":
    sys.exit(main())
