#!/usr/bin/env python3
"""tests/e2e/impact.py - what `watashictl policy impact --json` says of real decisions, and that its schema describes it.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
sys.path.insert(0, HERE)
from authzen import ACCESS, FIXTURE, Point  # noqa: E402

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skip what policy impact says: no JSON Schema validator for Python (Debian: python3-jsonschema)")
    sys.exit(0)

SCHEMA = os.path.join(HERE, "../../schemas/impact.schema.json")
FACTS = os.path.join(FIXTURE, "facts.json")
READ, DELETE = {"name": "read"}, {"name": "delete", "properties": {"soft": False}}
failed = 0


def ok(title, holds, found=""):
    global failed
    failed += not holds
    print(f"ok {title}" if holds else f"not ok {title}: {str(found)[:600]}", flush=True)


def ask(point, person, action, facts, permitted):
    status, _, found = point.ask("/access/v1/evaluation", {
        "subject": {"type": "user", "id": person}, "action": action, "resource": {"type": "record", "id": "record-1"},
        "context": {"facts": facts}})
    ok(f"{person}'s is decided", status == 200 and found["decision"] is permitted, found)


def another_version(home):
    """No admins; and whatever is to be deleted may be."""
    directory = os.path.join(home, "policy/fixture/2.0")
    shutil.copytree(os.path.join(FIXTURE, "fixture/1.0"), directory)
    path = os.path.join(directory, "criteria/access.json")
    with open(path, encoding="utf-8") as f:
        area = json.load(f)
    by = {c["id"]: c for c in area["criteria"]}
    by["known"]["condition"]["any"] = [c for c in by["known"]["condition"]["any"] if c["is"] != "admin"]
    by["delete"]["condition"] = {"any": [{"fact": "action.soft", "is": soft} for soft in (True, False)]}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(area, f)
    path = os.path.join(directory, "manifest.json")
    with open(path, encoding="utf-8") as f:
        manifest = json.load(f)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(manifest, version="2.0"), f)
    return directory


def without_its_profile(directory):
    other = os.path.join(os.path.dirname(directory), "3.0")
    shutil.copytree(directory, other)
    shutil.rmtree(os.path.join(other, "tests"))
    path = os.path.join(other, "profiles/records.json")
    with open(path, encoding="utf-8") as f:
        profile = json.load(f)
    os.unlink(path)
    with open(os.path.join(other, "profiles/others.json"), "w", encoding="utf-8") as f:
        json.dump(dict(profile, id="others"), f)
    return other


def impact_of(daemon, version, *more):
    done = subprocess.run([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "policy", "impact", version, "--facts", FACTS,
                           "--json", *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ok(f"the impact of {os.path.basename(version)} is told", done.returncode == 0, done.stderr)
    return json.loads(done.stdout)


def impacts(point):
    daemon = point.daemon
    active = {"resource.status": "active"}
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def described(title, report):
        ok(f"{title} is what its schema says", validator.is_valid(report), [e.message for e in validator.iter_errors(report)])
        ok(f"{title}: every decision is counted once", report["decisions"] == report["replayed"] + report["other_frameworks"] +
           report["erased"] + report["not_replayable_further"] + sum(one["count"] for one in report["not_replayable"]) and
           report["replayed"] == report["same"] + report["refused"]["count"] + report["accepted"]["count"], report)

    described("an impact on nothing", impact_of(daemon, another_version(daemon.home)))
    ask(point, "admin", READ, {"subject.role": "admin", **active}, True)
    ask(point, "member", READ, {"subject.role": "member", **active}, True)
    ask(point, "deleter", DELETE, {"subject.role": "member"}, False)
    ask(point, "vague", READ, {"subject.role": "member"}, True)
    ask(point, "gone", READ, {"subject.role": "member"}, True)
    daemon.ctl("ledger", "erase", "--subject", "user:gone", "--reason", "asked for", "--yes")

    report = impact_of(daemon, os.path.join(FIXTURE, "fixture/1.0"))
    described("that of the version in force", report)
    ok("nothing would have been otherwise", report["same"] == report["replayed"] == 4 and report["erased"] == 1, report)
    page = os.path.join(daemon.home, "impact.html")
    report = impact_of(daemon, os.path.join(daemon.home, "policy/fixture/2.0"), "--html", page)
    described("that of another", report)
    ok("one is refused, one accepted, two the same", (report["refused"]["count"], report["accepted"]["count"], report["same"]) ==
       (1, 1, 2) and len(report["refused"]["samples"]) == 1, report)
    ok("criteria, levels and the relying party are told", report["criteria"] and report["areas"] and report["resources"]["touched"] == 1,
       report)
    ok("the requirement that is met otherwise is told, before and now", report["requirements"] == {
        "further": 0, "none": 0, "touched": 1, "most": [{
            "profile": "records", "area": "access", "newly_refused": 1, "newly_accepted": 1,
            "before": {"comparison": "minimum", "level": "1"}, "after": {"comparison": "minimum", "level": "1"}}]}, report)
    with open(page, encoding="utf-8") as f:
        ok("the same is a page", "</html>" in f.read())
    report = impact_of(daemon, without_its_profile(os.path.join(daemon.home, "policy/fixture/2.0")))
    described("that of one without the profile they were put to", report)
    ok("none of them can be replayed", report["replayed"] == 0 and [one["count"] for one in report["not_replayable"]] == [4] and
       "profile" in report["not_replayable"][0]["without"], report)
    broken = dict(report, refused={"count": 1})
    ok("and the schema refuses what is none", not validator.is_valid(broken))


def main(build):
    point = Point(build, {"decisions": {"access": ACCESS, "rate": 0}})
    try:
        impacts(point)
    finally:
        point.daemon.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ["WATASHI_BUILD"]))
