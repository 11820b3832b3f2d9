#!/usr/bin/env python3
"""tests/e2e/answers.py - what a running daemon answers is as the schemas say, and so is what it was asked.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../bench"))
from authzen import ACCESS, MEMBER, PERMIT, Point  # noqa: E402
from harness import Daemon  # noqa: E402

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skip answers as their schemas have them: no JSON Schema validator for Python (Debian: python3-jsonschema)")
    sys.exit(0)

SCHEMAS = os.path.join(HERE, "../../schemas")
SHIPPED = os.path.join(HERE, "../../policy")
BANK = {
    "subject": {"type": "user", "id": "u-4711"}, "action": {"name": "open_account"},
    "resource": {"type": "relying_party", "id": "https://records.example/"},
    "context": {
        "framework": "jp-idtf", "profile": "bank-account-opening", "also": ["refeds-raf-2"], "purpose": "account opening",
        "supported_obligations": ["step-up"],
        "facts": {"token.kinds": ["password"], "token.password_length": 8, "assertion.session_age": "PT1H",
                  "assertion.signed": {"value": True, "at": "2026-01-01T00:00:00Z"}},
    },
}
GONE = "member-service"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": None}

failed = 0


def schema(name, definition):
    with open(os.path.join(SCHEMAS, name + ".schema.json"), encoding="utf-8") as f:
        whole = json.load(f)
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{definition}"} if definition else whole)


AUTHZEN = {name: schema("authzen", name) for name in
           ("question", "questions", "search", "answer", "answers", "found", "metadata", "tokenError", "entry", "problem")}
AUTHZEN.update({name: schema("published", name) for name in
                ("policies", "document", "difference", "ledger", "policyEntry", "erasureEntry")})
AUTHZEN["decision"] = schema("decision-entry", None)


def says(title, name, body):
    """Whether the schema takes it."""
    global failed
    errors = [f"/{'/'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in AUTHZEN[name].iter_errors(body)]
    failed += bool(errors)
    print(f"not ok {title}: {'; '.join(errors[:4])}" if errors else f"ok {title}", flush=True)


def refuses(title, name, body):
    global failed
    if AUTHZEN[name].is_valid(body):
        failed += 1
        print(f"not ok {title}: the schema {name} takes it", flush=True)
    else:
        print(f"ok {title}", flush=True)


def status(title, found, wanted):
    global failed
    failed += found != wanted
    print(f"not ok {title}: {found}" if found != wanted else f"ok {title}", flush=True)


def decisions(point):
    says("a question with everything in its context", "question", BANK)
    code, _, bank = point.ask("/access/v1/evaluation", BANK)
    status("it is answered", code, 200)
    says("a refusal with reasons, advice and another framework", "answer", bank)
    told = bank["context"]
    status("all of that is in it", [bool(told["failed"] + told["unknown"]), "advice" in told, len(told.get("also", []))], [True, True, 1])
    status("what was found out too long ago is told", [d for d in told["disregarded"] if d["fact"] == "assertion.signed"],
           [{"fact": "assertion.signed", "why": "older than P30D"}])
    status("and unknown", [f["by"] for c in told["failed"] + told["unknown"] for f in c["facts"] if f["fact"] == "assertion.signed" and "by" in f], [])
    requires = {**BANK, "context": {"framework": "jp-idtf", "requires": {"token": {"level": "2", "comparison": "exact"}}}}
    says("a question with levels of its own", "question", requires)
    says("and its answer", "answer", point.ask("/access/v1/evaluation", requires)[2])
    least = {**BANK, "context": {"framework": "jp-idtf", "requires": {"token": "2"}}}
    says("a question with the least level alone", "question", least)
    code, _, answer = point.ask("/access/v1/evaluation", least)
    status("it is required", [code, answer["context"]["levels"]["token"].get("required")], [200, "2"])
    records(point, bank)


def searches(point):
    """And what the scenario's rules permit."""
    code, _, permit = point.ask("/access/v1/evaluation", PERMIT)
    status("a question is answered", code, 200)
    says("a question", "question", PERMIT)
    says("and its answer", "answer", permit)
    several = {**PERMIT, "options": {"evaluations_semantic": "execute_all"}, "evaluations": [{}, {"resource": {"type": "record"}}]}
    says("several questions", "questions", several)
    code, _, answers = point.ask("/access/v1/evaluations", several)
    says("one answered, one not", "answers", answers)
    status("of the other why is told", [("error" in a["context"]) for a in answers["evaluations"]], [False, True])
    for part in ("subject", "resource", "action"):
        question = json.loads(json.dumps({**PERMIT, "page": {"limit": 2}}))
        if part == "action":
            del question["action"]
        else:
            del question[part]["id"]
        says(f"a search for {part}s", "search", question)
        code, _, found = point.ask(f"/access/v1/search/{part}", question)
        status("is answered", code, 200)
        says("as the schema has it", "found", found)
        question["context"] = {"vouched": ["eyJ"]}
        refuses(f"a search for {part}s with a statement: the schema refuses it", "search", question)
        status("so does the daemon", point.ask(f"/access/v1/search/{part}", question)[0], 400)


def refusals(point):
    for title, path, body, headers, wanted in (
            ("no JSON", "/access/v1/evaluation", b"{", {}, 400), ("nobody", "/access/v1/evaluation", PERMIT, {"Authorization": None}, 401),
            ("no such framework", "/access/v1/evaluation", {**BANK, "context": {"framework": "none", "profile": "x"}}, {}, 404)):
        code, _, problem = point.ask(path, body, headers=headers)
        status(f"{title} is refused", code, wanted)
        says(f"{title}: the problem", "problem", problem)
    code, _, error = point.ask("/v1/token", b"grant_type=client_credentials", headers=FORM)
    status("a token without an assertion is refused", code, 401)
    says("as OAuth has it", "tokenError", error)
    for title, change in (("a context with a number for a framework", {"framework": 1}), ("five statements", {"vouched": ["a"] * 5}),
                          ("eight further frameworks", {"also": ["a"] * 8}), ("a comparison that is none",
                          {"requires": {"token": {"level": "1", "comparison": "about"}}}), ("an unknown shape of a fact", {"facts": {"a": {"v": 1}}})):
        asked = {**BANK, "context": {**BANK["context"], **change}}
        refuses(f"{title}: the schema refuses it", "question", asked)
        status(f"{title}: so does the daemon", point.ask("/access/v1/evaluation", asked)[0], 400)


def records(point, bank):
    made = bank["context"]["evaluation_id"]
    code, _, entry = point.ask(f"/v1/ledger/entries/{made}", None, method="GET")
    status("the entry is shown to who asked", code, 200)
    says("the entry", "entry", entry)
    says("and the decision in it", "decision", entry["entry"])
    refuses("one under a version of no leaf", "decision", {**entry["entry"], "policy_leaf": 0})
    salt = bank["context"]["receipt"]["salt"]
    status("and to who has the receipt", point.ask(f"/v1/ledger/entries/{made}", None, "GET", headers={"Authorization": f"Receipt {salt}"})[0], 200)
    says("policies", "policies", point.ask("/v1/policy", None, method="GET")[2])
    says("where all this is", "metadata", point.ask("/.well-known/authzen-configuration", None, method="GET")[2])
    for _ in range(300):
        code, _, ledger = point.ask("/v1/ledger", None, method="GET")
        if code == 200:
            break
        time.sleep(0.1)
    says("the ledger", "ledger", ledger)


def changed_file(path, change):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    change(document)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f, ensure_ascii=False)


def without_a_profile(version):
    os.unlink(os.path.join(version, f"profiles/{GONE}.json"))
    changed_file(os.path.join(version, "manifest.json"), lambda m: m.update(version="1.1", valid_from="2099-01-01T00:00:00Z"))
    for name in os.listdir(os.path.join(version, "tests")):
        changed_file(os.path.join(version, "tests", name),
                     lambda d: d.update(tests=[t for t in d["tests"] if t.get("profile") != GONE]))


def auditor(point, path):
    if not hasattr(point, "audit"):
        made = point.daemon.ctl("token", "new", "auditor", "--member", MEMBER["id"], "--right", "audit", "--json")
        point.audit = json.loads(made)["token"]
    return point.ask(path, None, method="GET", token=point.audit)


def published(point):
    """Each version as it is shown and as the ledger keeps it, and in what two of them differ."""
    versions = [v for f in point.ask("/v1/policy", None, method="GET")[2]["frameworks"] for v in f["versions"]]
    for version in versions:
        code, _, document = point.ask(version["url"], None, method="GET")
        status(f"{version['url']} is shown", code, 200)
        says(f"{version['url']} as a document", "document", document)
        code, _, told = auditor(point, f"/v1/ledger/entries/{version['ledger']['entry']}")
        status("its entry is shown to auditors", code, 200)
        says("as any entry", "entry", told)
        says("and as that of a version", "policyEntry", told["entry"])
        refuses("which is none of an erasure", "erasureEntry", told["entry"])
    later = os.path.join(point.daemon.home, "policy/jp-idtf/1.1")
    shutil.copytree(os.path.join(point.daemon.home, "policy/jp-idtf/1.0"), later)
    without_a_profile(later)
    point.daemon.ctl("policy", "seal", later)
    point.daemon.ctl("policy", "publish", later)
    for _ in range(300):
        code, _, difference = point.ask("/v1/policy/jp-idtf@1.1/difference?from=1.0", None, method="GET")
        if code == 200:
            break
        time.sleep(0.1)
    says("what a later version demands otherwise", "difference", difference)
    status("one profile is gone", [p["id"] for p in difference["profiles"] if p["change"] == "removed"], [GONE])
    refuses("no difference without its criteria", "difference", {k: v for k, v in difference.items() if k != "criteria"})


def taken_again(point):
    """Of what did not count an answer tells at least what its entry has and some criterion needs from a better word."""
    question = {**BANK, "context": {"framework": "ds-511", "profile": "light-procedure", "facts": {"proofing.registered": True}}}
    answer = point.ask("/access/v1/evaluation", question)[2]
    context = answer["context"]
    weak = {"fact": "proofing.registered", "why": "claimed where vouched is needed"}
    status("what is claimed in vain is told", context["disregarded"], [weak])
    code, _, entry = point.ask(f"/v1/ledger/entries/{context['evaluation_id']}", None, method="GET")
    status("its entry is shown", code, 200)
    for _ in range(300):
        code, _, receipt = point.ask(f"/v1/receipts/{context['evaluation_id']}", None, method="GET")
        if code == 200:
            break
        time.sleep(0.1)
    key = point.ask("/v1/ledger", None, method="GET")[2]["key"]
    stale = {"fact": "token.kinds", "why": "older than P30D"}
    for title, told, exit_status, part in (
            ("so its decision, taken again, has it", [weak], 0, "Of disregarded facts"),
            ("what only the answer can know stands beside it", [weak, stale], 0, "Of disregarded facts"),
            ("but it is not left out", [], 1, '"disregarded/proofing.registered": answered null'),
            ("nor has it another reason", [{**weak, "why": "older than P1D"}], 1, '"disregarded/proofing.registered": answered null')):
        files = {}
        for name, text in (("receipt", receipt.decode()), ("entry", json.dumps(entry)),
                           ("answer", json.dumps({**answer, "context": {**context, "disregarded": told}}))):
            files[name] = os.path.join(point.daemon.home, "again." + name)
            with open(files[name], "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run([os.path.join(os.environ["WATASHI_BUILD"], "watashictl"), "ledger", "verify", files["receipt"], "--key", key,
                               "--answer", files["answer"], "--entry", files["entry"], "--facts", os.path.join(SHIPPED, "facts.json"),
                               "--framework", os.path.join(point.daemon.home, "policy/ds-511/1.0")],
                              capture_output=True, text=True, timeout=60)
        status(title, [done.returncode, part in done.stdout + done.stderr], [exit_status, True])


def erased(point):
    point.ask("/access/v1/evaluation", {**BANK, "subject": {"type": "user", "id": "gone"}})
    out = point.daemon.ctl("ledger", "erase", "--subject", "user:gone", "--reason", "asked for", "--yes", "--json")
    code, _, told = auditor(point, f"/v1/ledger/entries/{json.loads(out)['entries'][0]}")
    status("the entry of an erasure is shown to auditors", code, 200)
    says("as any entry", "entry", told)
    says("and as that of an erasure", "erasureEntry", told["entry"])
    refuses("which is none of a version", "policyEntry", told["entry"])


def in_force(path):
    """From a day that is past, whenever the test runs."""
    changed_file(path, lambda manifest: manifest.update(valid_from="2026-01-01T00:00:00Z"))


class Shipped(Point):
    """A decision point with frameworks that are shipped."""

    def __init__(self, build, settings):
        self.daemon = daemon = Daemon(build, settings=settings, cpus="0-1")
        policy, record = os.path.join(daemon.home, "policy"), os.path.join(daemon.home, "member.json")
        shutil.copytree(SHIPPED, policy)
        for version in ("jp-idtf/1.0", "refeds-raf-2/1.0", "ds-511/1.0"):
            in_force(os.path.join(policy, version, "manifest.json"))
            daemon.ctl("policy", "seal", os.path.join(policy, version))
            daemon.ctl("policy", "publish", os.path.join(policy, version))
        with open(record, "w") as f:
            json.dump(MEMBER, f)
        daemon.ctl("member", "apply", "--no-wait", "--reason", "test", record)
        daemon.ctl("member", "approve", "--no-wait", "--reason", "test", MEMBER["id"])
        made = daemon.ctl("token", "new", "records-point", "--member", MEMBER["id"], "--right", "decide", "--json")
        self.token = json.loads(made)["token"]


def main():
    for kind, settings, parts in ((Point, {"decisions": {"access": ACCESS}}, (searches,)), (Shipped, {}, (decisions, refusals, taken_again, published, erased))):
        point = kind(os.environ["WATASHI_BUILD"], settings)
        try:
            for part in parts:
                part(point)
        finally:
            point.daemon.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
