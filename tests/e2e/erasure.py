#!/usr/bin/env python3
"""tests/e2e/erasure.py - a person's decisions erased from a running ledger: what goes, and what still proves the rest.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …` or `not ok …: why`; exit status 1 when anything is not ok.
"""

import http.client
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
sys.path.insert(0, HERE)
from authzen import ACCESS, FIXTURE, Point  # noqa: E402

POLICY = os.path.join(HERE, "../../policy")
PERSON = "erin:田中\"1"
failed = 0


def check(title, holds, found=""):
    global failed
    failed += not holds
    print(f"ok {title}" if holds else f"not ok {title}: {str(found)[:400]}", flush=True)


def ask(point, person, kind="user"):
    _, _, answer = point.ask("/access/v1/evaluation", {
        "subject": {"type": kind, "id": person}, "resource": {"type": "record", "id": "record-1"}, "action": {"name": "read"},
        "context": {"facts": {"subject.role": "member"}}})
    return answer


def get(daemon, path, authorization=None):
    link = http.client.HTTPConnection("127.0.0.1", daemon.plain, timeout=20)
    link.request("GET", path, headers={"Authorization": authorization} if authorization else {})
    answer = link.getresponse()
    return answer.status, answer.read().decode()


def run(daemon, *words):
    done = subprocess.run([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout, done.stderr


def erase(daemon, *words):
    code, out, err = run(daemon, "ledger", "erase", "--json", *words)
    return code, json.loads(out) if out else {}, err


def receipt_of(daemon, answer):
    """503 until a checkpoint holds it."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status, text = get(daemon, f"/v1/receipts/{answer['context']['evaluation_id']}")
        if status == 200:
            break
        time.sleep(0.2)
    return text


def verify(daemon, answer, receipt, *more):
    files = {name: os.path.join(daemon.home, name) for name in ("said.json", "said.tlog-proof")}
    with open(files["said.json"], "w", encoding="utf-8") as f:
        json.dump(answer, f)
    with open(files["said.tlog-proof"], "w", encoding="utf-8") as f:
        f.write(receipt)
    key = json.loads(get(daemon, "/v1/ledger")[1])["key"]
    return run(daemon, "ledger", "verify", files["said.tlog-proof"], "--answer", files["said.json"], "--key", key, *more)


def shown(daemon, answer, authorization=None):
    return get(daemon, f"/v1/ledger/entries/{answer['context']['evaluation_id']}",
               authorization or f"Receipt {answer['context']['receipt']['salt']}")


def ask_refused(point):
    """With all an answer can have: reasons, advice, and a step-up where a login alone would do."""
    _, _, answer = point.ask("/access/v1/evaluation", {
        "subject": {"type": "user", "id": "frank"}, "resource": {"type": "record", "id": "record-1"}, "action": {"name": "delete"},
        "context": {"facts": {"subject.role": "member"}, "advice": True, "supported_obligations": ["step-up"]}})
    return answer


def decided_again(daemon, answer):
    """What an entry has not: each lie with its part of what is told."""
    receipt = receipt_of(daemon, answer)
    version = os.path.join(FIXTURE, "fixture/1.0")
    entry = os.path.join(daemon.home, "refused.json")
    with open(entry, "w", encoding="utf-8") as f:
        f.write(shown(daemon, answer)[1])
    by = ("--entry", entry, "--framework", version, "--facts", os.path.join(FIXTURE, "facts.json"))

    def said(change, *more):
        told = json.loads(json.dumps(answer))
        change(told["context"])
        return lambda: verify(daemon, told, receipt, *(more or by))

    refused = "failed" if answer["context"]["failed"] else "unknown"
    first = answer["context"][refused][0]
    yield "an answer is what it was", said(lambda c: None), 0, "Taken again by the version that decided"
    yield "a level is another", said(lambda c: c[refused][0].update(level="9")), 1, f'"{refused}/{first["id"]}": answered'
    yield "a text is another", said(lambda c: c[refused][0]["text"].update(en="no")), 1, f'"{refused}/{first["id"]}": answered'
    yield "a reason is missing", said(lambda c: c[refused].pop(0)), 1, f'"{refused}/{first["id"]}": answered null'
    yield "advice is another", said(lambda c: c["advice"][0].update(cost=0, found=True, steps=[])), 1, '"advice": answered'
    yield "an obligation is made up", said(lambda c: c.update(obligations=[{"type": "step-up", "id": "x"}])), 1, '"obligations": answered'
    yield "which another version is not", said(lambda c: None, "--entry", entry, "--framework", os.path.join(POLICY, "ds-511/1.0")), 1, \
        "expected the one that decided"


def backup_holds(daemon, name):
    path = os.path.join(daemon.home, name)
    daemon.ctl("backup", path)
    with open(path, "rb") as f:
        data = f.read()
    return json.dumps(PERSON, ensure_ascii=False).encode() in data, b"someone-else" in data


def erasures(point):
    daemon = point.daemon
    fetch = ("--fetch", "--authorities", os.path.join(daemon.home, "tls.pem"))
    subject = ("--subject", f"user:{PERSON}", "--reason", "asked for by the person concerned")
    theirs = [ask(point, PERSON) for _ in range(5)]
    other, device = ask(point, "someone-else"), ask(point, PERSON, "device")
    receipts = [receipt_of(daemon, answer) for answer in theirs]
    token = f"Bearer {point.token}"
    auditor = json.loads(daemon.ctl("token", "new", "auditor", "--member", "records", "--right", "audit", "--json"))

    code, out, err = verify(daemon, theirs[0], receipts[0], *fetch)
    check("before, an answer is compared with its entry", code == 0 and "entry says" in out, (code, out, err))
    code, out, err = verify(daemon, dict(theirs[0], decision=False), receipts[0], *fetch)
    check("and a changed one is found", code == 1 and "OTHERWISE" in out, (code, out, err))
    for title, more, code_wanted, part in decided_again(daemon, ask_refused(point)):
        code, out, err = more()
        check(f"by the version that decided, {title}", code == code_wanted and part in out + err, (code, out, err))
    check("a backup has the person's name", backup_holds(daemon, "before.backup") == (True, True))

    code, told, _ = erase(daemon, *subject, "--dry-run")
    check("a dry run counts", code == 0 and told["found"] == 5 and told["outcome"] == "dry-run", told)
    code, told, err = erase(daemon, *subject)
    check("without a word of whoever is there nothing is erased", code == 1 and "--yes" in err, (code, told, err))
    check("nothing was", shown(daemon, theirs[0])[0] == 200)
    code, told, err = erase(daemon, "--subject", f"user:{PERSON}", "--reason", f"{PERSON} asked", "--yes")
    check("a reason names nobody", code == 1 and "found the subject's ID" in err, err)
    code, told, err = erase(daemon, *subject, "--member", "nobody", "--yes")
    check("a member that is none is told", code == 1 and 'there is no member "nobody"' in err, err)
    code, told, err = erase(daemon, "--subject", "user:nobody-here", "--dry-run")
    check("of whom nothing is recorded there is nothing", code == 1 and told["outcome"] == "nothing" and told["found"] == 0, told)
    code, told, err = erase(daemon, *subject, "--yes")
    check("all of the person's are erased", code == 0 and told["erased"] == 5 and len(told["entries"]) == 1, (told, err))
    code, again, _ = erase(daemon, *subject, "--yes")
    check("then there are none", code == 1 and again["outcome"] == "nothing" and again["found"] == 0, again)
    code, said, _ = run(daemon, "ledger", "erase", *subject, "--member", "records", "--yes")
    check("in words, too", code == 1 and "is a decision about user:erin" in said and "all were erased before" in said, said)

    for answer in theirs:
        check("whoever holds the salt is told that it was erased", shown(daemon, answer)[0] == 410)
    check("so is the member that asked", shown(daemon, theirs[0], token)[0] == 410)
    check("another's is shown", shown(daemon, other)[0] == 200)
    check("and that of another subject of the name", shown(daemon, device)[0] == 200)
    for answer, receipt in zip(theirs, receipts):
        code, out, err = verify(daemon, answer, receipt)
        check("a receipt from before still holds", code == 0, (out, err))
    code, out, err = verify(daemon, theirs[0], receipt_of(daemon, theirs[0]))
    check("and one made now", code == 0, (out, err))
    code, out, err = verify(daemon, theirs[0], receipts[0], *fetch)
    check("what it said cannot be compared any more", code == 1 and "the entry was erased" in err, (out, err))

    status, text = get(daemon, f"/v1/ledger/entries/{told['entries'][0]}", f"Bearer {auditor['token']}")
    entry = json.loads(text)["entry"] if status == 200 else {}
    check("an entry tells auditors of it", entry.get("event") == "ledger.erased" and entry.get("count") == 5 and
          entry.get("reason") == subject[3] and entry.get("actor", "").startswith("uid:"), (status, text))
    check("and not whose", "erin" not in text and "田中" not in text, text)
    check("nobody else sees it", get(daemon, f"/v1/ledger/entries/{told['entries'][0]}", token)[0] == 404)

    replayed = json.loads(daemon.ctl("ledger", "replay", "--json"))
    check("a replay counts them", replayed["erased"] == 5 and replayed["replayed"] == 3 and replayed["different"] == 0, replayed)
    erase(daemon, "--subject", f"device:{PERSON}", "--reason", "asked for", "--yes")
    check("a new backup has the name no more, not even in free pages", backup_holds(daemon, "after.backup") == (False, True))
    with open(os.path.join(daemon.home, "watashid.log"), encoding="utf-8") as f:
        log = f.read()
    check("the daemon's log says how many, not whose", "ledger.erased" in log and "count=5" in log and "erin" not in log)


def main(build):
    point = Point(build, {"decisions": {"access": ACCESS, "rate": 0}})
    try:
        erasures(point)
    finally:
        point.daemon.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ["WATASHI_BUILD"]))
