#!/usr/bin/env python3
"""tests/e2e/proofing.py - people proved by the card's certificates over HTTP: from a challenge to an outcome, its cost and its
receipt; a bank that entrusted the work, the platform that does it, a shop that may not, OpenSSL's own OCSP responder.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
import http.client
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ocsp import await_revoked  # noqa: E402
from proofing_federation import (  # noqa: E402
    BANK, FOLDERS, HANAKO, LOUNGE, PRICES, RUNNING_COST, SHIPPED, Federation, Responder, entrusted, failures, member, need, ok, run, second,
    signed)


# What is shown.

def nothing_told(told):
    return not told.get("attributes") and "handle" not in told


def text_and_outcome(f, hanako):
    status, challenge = f.challenge("bank", relying_party=BANK, what="普通預金の口座開設", reference="application-7")
    text = challenge.get("text", "")
    ok("a challenge is made", status == 201 and challenge["purpose"] == "signature", challenge)
    ok("its text says in Japanese who asks, for what, and what is told",
       all(f"{line}\n" in text for line in ("依頼元：わたし銀行", "目的：普通預金の口座開設")) and
       "依頼元に伝わる項目：氏名、生年月日、性別、住所" in text, text)
    ok("and what each is used for", "利用目的：\n・氏名、生年月日、性別、住所：本人確認\n" in text and
       "What they will use it for:\n- name, date of birth, sex, address: to know who it is\n" in text, text)
    ok("and in English", "Asked by: Bank\n" in text and "What they will learn: name, date of birth, sex, address" in text, text)
    ok("the asker's own reference is not shown", "application-7" not in text, text)
    status, told = f.prove("bank", challenge["id"], signed(hanako, text))
    ok("signed with the citizen's key it is established", status == 200 and told["outcome"] == "established", told)
    ok("with exactly the attributes of the record", told.get("attributes", {}).keys() == HANAKO.keys() | {
        k for k in told.get("attributes", {}) if k.endswith("_substituted")} and
       all(told["attributes"][k] == v for k, v in HANAKO.items()), told.get("attributes"))
    ok("the reference comes back, and of revocation that it counts and no more", told.get("reference") == "application-7" and
       told["revocation"] == {"status": "good"}, told)
    status, lounge = f.proved("bank", hanako, relying_party=LOUNGE)
    ok("another relying party of the member's gets what its own record asks for",
       lounge.get("attributes") == {"prefecture": "東京都", "age_over": {"20": True}}, lounge)
    ok("the member knows the certificate again", told["handle"] == lounge["handle"], (told, lounge))
    status, other = f.proved("museum", hanako)
    ok("another member has another handle, and the name alone",
       other.get("handle") not in (None, told["handle"]) and
       {k for k in other["attributes"] if not k.endswith("_substituted")} == {"name"}, other)
    status, found = f.challenge("bank")
    ok("of two relying parties one must be named", status == 404 and "/relying_party" in found["detail"], found)
    status, found = f.challenge("bank", relying_party="https://shop.example/")
    ok("another's is none of the member's", status == 404, found)
    status, found = f.challenge("bank", relying_party=BANK, what="一行目\n二行目")
    ok("a purpose of two lines is no line of the text", status == 400 and "/what" in found["detail"], found)
    status, found = f.challenge("shop")
    ok("who is neither accredited nor has entrusted it gets no challenge", status == 403 and "Rule 29" in found["detail"], found)
    return told


def bad_proofs(f, hanako, taro):
    spoil = lambda body: {**body, "signature": base64.b64encode(  # noqa: E731
        bytes([base64.b64decode(body["signature"])[0] ^ 1]) + base64.b64decode(body["signature"])[1:]).decode()}
    for title, change in (
            ("a spoilt signature", lambda text: spoil(signed(hanako, text))),
            ("a signature over another text", lambda text: signed(hanako, text + "\n")),
            ("another citizen's certificate", lambda text: {**signed(hanako, text), "certificate": signed(taro, text)["certificate"]}),
            ("the other purpose's certificate", lambda text: signed(hanako, text, "authentication"))):
        challenge = f.challenge("bank", relying_party=BANK)[1]
        status, told = f.prove("bank", challenge["id"], change(challenge["text"]))
        ok(f"{title} is refuted, and nothing is told", status == 200 and told["outcome"] == "refuted" and nothing_told(told) and
           told["failed"]["step"] and told["revocation"] == {"status": "not-checked"}, told)
        status, told = f.prove("bank", challenge["id"], signed(hanako, challenge["text"]))
        ok(f"after {title} the right one comes too late", status == 404, told)
    challenge = f.challenge("bank", relying_party=BANK, origin="https://bank.example")[1]
    body = signed(hanako, challenge["text"])
    for title, origin in (("another origin", {"origin": "https://bank.example.evil.example"}), ("no origin", {})):
        status, told = f.prove("bank", challenge["id"], {**body, **origin})
        ok(f"for {title} no challenge waits", status == 404, told)
    for who in ("museum", "shop"):
        status, told = f.prove(who, challenge["id"], {**body, "origin": "https://bank.example"})
        ok(f"nor for the {who}", status == 404, told)
    status, told = f.prove("bank", challenge["id"], {**body, "origin": "https://bank.example"})
    ok("those who were refused have not used it up", status == 200 and told["outcome"] == "established", told)
    status, told = f.prove("bank", challenge["id"], {**body, "origin": "https://bank.example"})
    ok("a proof sent again finds no challenge", status == 404, told)
    for title, body in (("an empty body", {}), ("two forms at once", {**body, "cms": "AAAA"}), ("no base64", {**body, "signature": "*"})):
        status, told = f.prove("bank", "0" * 32, body)
        ok(f"{title} is no proof", status == 400, told)


def standing(f, hanako):
    challenge = f.challenge("bank", relying_party=BANK)[1]
    body = signed(hanako, challenge["text"])
    f.daemon.ctl("member", "suspend", "bank", "--no-wait", "--reason", "test")
    status, told = f.prove("bank", challenge["id"], body)
    ok("a member suspended in between gets no outcome", status in (401, 403), (status, told))
    f.daemon.ctl("member", "reinstate", "bank", "--no-wait", "--reason", "test")
    status, told = f.prove("bank", challenge["id"], body)
    ok("reinstated, it goes on", status == 200 and told["outcome"] == "established", (status, told))
    challenge = f.challenge("bank", relying_party=BANK)[1]
    f.daemon.ctl("member", "suspend", "platform", "--no-wait", "--reason", "test")
    status, told = f.prove("bank", challenge["id"], signed(hanako, challenge["text"]))
    ok("nor does it while the platform is suspended", status == 403, (status, told))
    f.daemon.ctl("member", "reinstate", "platform", "--no-wait", "--reason", "test")


def sources(f, responder, hanako):
    responder.stop()
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("while the responder is down it is undetermined, and nothing is told", status == 200 and told["outcome"] == "undetermined" and
       told["revocation"]["status"] == "unavailable" and told["failed"]["step"] == "revocation" and nothing_told(told), told)
    responder.start()
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("it answers again, and so do we", status == 200 and told["outcome"] == "established", told)
    responder.delay = 2
    found = []
    thread = threading.Thread(target=lambda: found.append(f.proved("bank", hanako, relying_party=BANK)))
    before = responder.asked
    thread.start()
    until = time.monotonic() + 30
    while responder.asked == before and time.monotonic() < until:
        time.sleep(0.02)
    steward = f.children("steward")
    for pid in steward:
        os.kill(pid, signal.SIGKILL)
    thread.join(40)
    responder.delay = 0
    status, told = found[0]
    ok("the steward killed while it asks: undetermined, nothing told", len(steward) == 1 and status == 200 and
       told["outcome"] == "undetermined" and nothing_told(told), (steward, status, told))
    seen, until = [], time.monotonic() + 30
    while (not seen or seen[-1] != "established") and time.monotonic() < until:
        status, told = f.proved("bank", hanako, relying_party=BANK)
        seen.append(told.get("outcome") if status == 200 else status)
        time.sleep(0.1)
    ok("its successor asks again, and until then nothing is established", seen[-1] == "established" and
       set(seen[:-1]) <= {"undetermined", 503} and f.children("steward") != steward, seen)


def killed_workers(f, responder, hanako):
    """Many send the same proof while workers die: at most one hears an outcome, and at most one is in the log."""
    dice, heard, lost = random.Random(os.getpid()), [], 0
    before, responder.delay = checks_of(f, "bank"), 0.15
    rounds = 8
    for _ in range(rounds):
        challenge = f.challenge("bank", relying_party=BANK)[1]
        body, outcomes = signed(hanako, challenge["text"]), []

        def send():
            try:
                status, told = f.ask("POST", f"/v1/jpki/challenges/{challenge['id']}/proof", body, f"Bearer {f.tokens['bank']}")
                if status == 200:
                    outcomes.append(told["id"])
            except (OSError, http.client.HTTPException):
                pass

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.0, 0.25))
        for pid in f.children("worker")[:1 + dice.randrange(2)]:
            os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join(40)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                status, told = f.ask("POST", f"/v1/jpki/challenges/{challenge['id']}/proof", body, f"Bearer {f.tokens['bank']}")
                if status == 200:
                    outcomes.append(told["id"])
                if status in (200, 404):
                    break
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        heard.append(len(outcomes))
        lost += not outcomes
    responder.delay = 0
    checks = checks_of(f, "bank")
    new = checks[0] - before[0]
    print(f"# of {rounds} challenges {sum(heard)} were heard of, {new} are in the log", flush=True)
    ok("no challenge has two outcomes, whichever workers die", max(heard) <= 1 and sum(heard) <= new <= rounds, (heard, new))
    ok("some died in the middle of it", lost > 0, heard)
    f.owe("bank", new, checks[1] - before[1], checks[2] - before[2])


def report(f):
    return json.loads(f.daemon.ctl("jpki", "costs", "--json"))


def checks_of(f, who):
    line = [m for m in report(f)["members"] if m["member"] == who]
    return (line[0]["checks"], line[0]["charged"], line[0]["yen_checks"]) if line else (0, 0, 0)


def costs(f, title):
    told = report(f)
    found = {m["member"]: [m["checks"], m["charged"], m["yen_checks"]] for m in told["members"] if m["checks"]}
    ok(f"the report adds up to what was asked {title}", found == f.owed, (found, f.owed))
    ok(f"and the shares to the running cost {title}", sum(m["yen_share"] for m in told["members"]) == RUNNING_COST and
       all(m["yen"] == m["yen_checks"] + m["yen_share"] for m in told["members"]), told)
    return {m["member"]: m["yen_share"] for m in told["members"]}


def receipt(f, told):
    """The ledger's entry, opened by the outcome's salt, and its receipt."""
    status, entry = f.ask("GET", f"/v1/ledger/entries/{told['id']}", authorization=f"Receipt {told['salt']}")
    content = entry.get("entry", {}) if isinstance(entry, dict) else {}
    ok("who has the outcome reads the ledger's entry of it", status == 200 and content.get("proofing") == told["id"] and
       content.get("outcome") == "established" and content.get("operator") == "platform" and content.get("member") == "bank", entry)
    text = json.dumps(content, ensure_ascii=False)
    ok("nothing in it tells of the person", not any(value in text for value in HANAKO.values() if value != "female") and
       "female" not in text and told["handle"] not in text, text)
    status, _ = f.ask("GET", f"/v1/ledger/entries/{told['id']}", authorization="Receipt " + "0" * 32)
    ok("nobody else does", status == 404, status)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status, proof = f.ask("GET", told["receipt"])
        if status == 200:
            break
        time.sleep(0.2)
    files = {}
    for name, text in (("receipt", proof), ("entry", json.dumps(entry, ensure_ascii=False)),
                       ("forged", json.dumps({**entry, "entry": {**content, "outcome": "refuted"}}, ensure_ascii=False))):
        files[name] = os.path.join(f.daemon.home, "proofing." + name)
        with open(files[name], "w", encoding="utf-8") as out:
            out.write(text)
    key = f.ask("GET", "/v1/ledger")[1]["key"]
    for name, wanted in (("entry", 0), ("forged", 1)):
        done = run("watashictl", "ledger", "verify", files["receipt"], "--entry", files[name], "--key", key)
        ok("its receipt is verified offline" if wanted == 0 else "and none of an entry that says otherwise",
           done.returncode == wanted, (done.stdout + done.stderr).decode())


class Decisions:
    """Asked about transactions: what was proved is what is decided by."""

    def __init__(self, f, who):
        self.f, self.authorization = f, f"Bearer {f.caller(who, 'decide')}"

    def ask(self, outcome, **context):
        return self.f.ask("POST", "/access/v1/evaluation", {
            "subject": {"type": "transaction", "id": outcome}, "action": {"name": "open_account"},
            "resource": {"type": "relying_party", "id": BANK}, "context": {"framework": "jp-idtf", **context}}, self.authorization)


def decisions(f, told, refuted):
    bank, registered = Decisions(f, "bank"), {"facts": {"proofing.registered": True, "rp.requests": []}}
    status, answer = bank.ask(told["id"], requires={"registration": "3"}, **registered)
    ok("who was proved, and has an account, is registered at level 3", status == 200 and answer["decision"] is True and
       answer["context"]["levels"]["registration"]["reached"] == "3", {k: v for k, v in answer["context"].items() if k not in ("levels", "unknown")})
    status, answer = bank.ask(told["id"], profile="bank-account-opening", **registered)
    levels = answer["context"]["levels"]
    ok("to open an account the login is what is missing still", answer["decision"] is False and
       [u["area"] for u in answer["context"]["unmet"]] == ["authentication"] and levels["identity-proofing"]["reached"] == "3", answer)
    status, answer = bank.ask(refuted["id"], requires={"registration": "3"}, **registered)
    ok("by a proof that was refuted nobody is", answer["decision"] is False and
       answer["context"]["levels"]["registration"]["reached"] != "3", answer)
    registered["facts"].update({"proofing.certificate_status": "good", "proofing.signature_verified": True})
    status, answer = bank.ask(refuted["id"], requires={"registration": "3"}, **registered)
    ok("whatever who asks says of it", answer["decision"] is False, answer)
    status, answer = bank.ask("0" * 32, requires={"registration": "3"})
    ok("about no transaction nothing is decided", status == 404, (status, answer))
    status, answer = Decisions(f, "museum").ask(told["id"], requires={"registration": "3"})
    ok("nor about another member's", status == 404, (status, answer))


def revoked_by_ocsp(f, world, taro, responder):
    status, told = f.proved("bank", taro, relying_party=BANK)
    ok("the second citizen is established", status == 200 and told["outcome"] == "established", told)
    need("watashi-testcard", "revoke", world, taro, "--purpose", "signature", "--reason", "affiliationChanged")
    await_revoked(responder.url, os.path.join(world, "sign/2"), os.path.join(taro, "sign.cer"))
    status, told = f.proved("bank", taro, relying_party=BANK)
    ok("revoked, it is refuted at the next question, and nothing is told", status == 200 and told["outcome"] == "refuted" and
       told["revocation"]["status"] == "revoked" and nothing_told(told), told)
    status, other = f.proved("bank", taro, "authentication", relying_party=BANK)
    ok("the card's other certificate still counts", status == 200 and other["outcome"] == "established" and
       not other.get("attributes"), other)
    return told


def cached(f, responders, hanako):
    """Each worker keeps answers of its own, so there is one; a source asked before in vain would be asked each time."""
    both = f.jpki["sources"]
    f.configure(workers=1, sources=[{**both[1], "cache": "PT5M"}])
    before = [r.asked for r in responders]
    first = f.proved("museum", hanako, "authentication")[1]
    again = f.proved("museum", hanako, "authentication")[1]
    f.owe("museum", 0, -1, -PRICES["authentication"])
    ok("an answer that is kept is not asked for again", first["outcome"] == again["outcome"] == "established" and
       [r.asked for r in responders] == [before[0], before[1] + 1], (first, again, before))
    shares = costs(f, "with one from the cache")
    f.configure(sources=both)
    return shares


def ending(f, hanako, hostel):
    """An entrustment that ends while the person signs."""
    record, until, challenge = hostel
    time.sleep(max(0, until - time.time()) + 0.1)
    status, told = f.prove("hostel", challenge["id"], signed(hanako, challenge["text"]))
    ok("an entrustment that has ended in between ends it", status == 403 and "Rule 29" in told["detail"], (status, told))
    status, told = f.challenge("hostel")
    ok("and no more challenges are made", status == 403, (status, told))


def publish_list(f, world, name):
    path = os.path.join(f.incoming, name)
    need("watashi-testcard", "crl", world, "--out", path + ".new", "--entries", "1000")
    os.rename(path + ".new", path)
    done = run("watashictl", "-c", f.daemon.file, "jpki", "crl", "refresh", "--json")
    return json.loads(done.stdout)


def by_lists(f, world, hanako):
    """The municipality's lists instead of the responder."""
    f.configure(sources=[{"name": "lists", "kind": "crl"}])
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("without a list it is undetermined", status == 200 and told["outcome"] == "undetermined" and nothing_told(told), told)
    found = publish_list(f, world, "shibuya-1.crl")
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("by the municipality's list it is established", found["failed"] == 0 and found["taken"] == 1 and
       told["outcome"] == "established" and
       told["attributes"]["name"] == HANAKO["name"], (found, told))
    need("watashi-testcard", "revoke", world, hanako, "--purpose", "signature", "--reason", "superseded")
    time.sleep(1.1)
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("until there is a new list the last one counts", told["outcome"] == "established", told)
    found = publish_list(f, world, "shibuya-2.crl")
    status, told = f.proved("bank", hanako, relying_party=BANK)
    ok("revoked, it is refused within one refresh", found["taken"] == 1 and told["outcome"] == "refuted" and
       told["revocation"]["status"] == "revoked" and nothing_told(told), (found, told))


def log_of(f, *words):
    return json.loads(f.daemon.ctl("jpki", "log", "--json", *words))


def log(f):
    """What an auditor is shown; as much of it as the costs were counted by."""
    rows = log_of(f)["checks"]
    found = {}
    for row in rows:
        sums = found.setdefault(row["member"], [0, 0])
        sums[0] += not row["further"]
        sums[1] += row["charged"]
    ok("the log has each check that is owed", found == {who: sums[:2] for who, sums in f.owed.items()}, (found, f.owed))
    refuted = log_of(f, "--member", "bank", "--outcome", "refuted")["checks"]
    ok("a member's refuted ones are those of all", refuted == [r for r in rows if r["member"] == "bank" and r["outcome"] == "refuted"] and
       refuted, refuted[:2])
    middle = rows[len(rows) // 2]["at"]
    ok("two ranges are the whole", log_of(f, "--until", middle)["checks"] + log_of(f, "--from", middle)["checks"] == rows, middle)
    text = json.dumps(rows, ensure_ascii=False)
    ok("nothing in it tells of the person", not any(value in text for value in HANAKO.values()), text[:400])
    shown = f.daemon.ctl("jpki", "log", "--outcome", "refuted")
    ok("as text, a row for each", f"{len([r for r in rows if r['outcome'] == 'refuted'])} rows" in shown, shown[-300:])
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("skip the log is as its schema says: no JSON Schema validator for Python (Debian: python3-jsonschema)", flush=True)
        return
    with open(os.path.join(os.path.dirname(SHIPPED), "schemas/jpki-log.schema.json"), encoding="utf-8") as schema:
        wrong = list(Draft202012Validator(json.load(schema)).iter_errors({"checks": rows}))
    ok("the log is as its schema says", not wrong, wrong[:1])


def the_end(f, hanako):
    """The operator stops, and is accredited anew."""
    lists = os.path.join(f.daemon.directory, "crl")
    kept = lambda: [name for name in os.listdir(lists) if name not in ("lock", "manifest")]  # noqa: E731
    rows, waiting = log_of(f), f.challenge("bank", relying_party=BANK)[1]
    ok("there are lists at hand", kept(), os.listdir(lists))
    done = run("watashictl", "-c", f.daemon.file, "jpki", "end", "--reason", "test", stdin=b"")
    ok("without a word for it nothing ends", done.returncode == 1 and b"--yes" in done.stderr and
       f.challenge("bank", relying_party=BANK)[0] == 201, done)
    done = run("watashictl", "-c", f.daemon.file, "jpki", "end", "--reason", "accreditation ran out", "--yes")
    ok("proofing ends", done.returncode == 0 and b"is erased" in done.stdout and f.incoming.encode() in done.stdout, done)
    ok("the lists are gone from the disk", not kept(), kept())
    status, told = f.prove("bank", waiting["id"], signed(hanako, waiting["text"]))
    ok("what was signed before is not looked at", status == 403 and "ended proofing at" in told["detail"], (status, told))
    status, told = f.challenge("bank", relying_party=BANK)
    ok("nobody gets a challenge", status == 403 and "ended proofing at" in told["detail"], (status, told))
    done = run("watashictl", "-c", f.daemon.file, "jpki", "crl", "refresh")
    ok("nor are lists looked for", done.returncode == 1 and b"ended" in done.stderr, done)
    publish = os.path.join(f.incoming, "late.crl")
    need("watashi-testcard", "crl", f.world, "--out", publish + ".new", "--entries", "10")
    os.rename(publish + ".new", publish)
    for pid in f.children("steward") + f.children("worker"):
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            status, told = f.challenge("bank", relying_party=BANK)
            if status == 403 and f.children("steward"):
                break
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.2)
    time.sleep(2)
    ok("those that come after know it, too", status == 403 and not kept(), (status, kept()))
    ok("the log is kept", log_of(f) == rows, len(rows["checks"]))
    shown = json.loads(f.daemon.ctl("status", "--json"))
    ok("the status tells", shown["proofing_ended"]["reason"] == "accreditation ran out" and shown["proofing_ended"].get("erased") and
       shown["lists"]["at_hand"] == 0, shown.get("proofing_ended"))
    f.daemon.ctl("jpki", "resume", "--reason", "accredited anew")
    until = time.monotonic() + 30
    while time.monotonic() < until and not kept():
        time.sleep(0.2)
    status, told = f.challenge("bank", relying_party=BANK)
    ok("resumed, challenges are made and lists taken in again", status == 201 and kept(), (status, told, kept()))


def main():
    home = tempfile.mkdtemp(prefix="watashi-proofing-")
    responders, f = [], None
    try:
        world = os.path.join(home, "world")
        need("watashi-testcard", "init", world)
        hanako = need("watashi-testcard", "citizen", world, "--name", HANAKO["name"], "--sex", HANAKO["sex"], "--born",
                      HANAKO["birthdate"], "--address", HANAKO["address"])
        taro = need("watashi-testcard", "citizen", world)
        responders = [Responder(world, purpose) for purpose in FOLDERS]
        f = Federation(world, [{"name": f"ocsp-{r.purpose}", "kind": "ocsp", "url": r.url, "time": "PT20S"} for r in responders])
        late = f.challenge("bank", relying_party=BANK)[1]
        over = time.monotonic() + 31
        told = text_and_outcome(f, hanako)
        receipt(f, told)
        bad_proofs(f, hanako, taro)
        standing(f, hanako)
        decisions(f, told, revoked_by_ocsp(f, world, taro, responders[0]))
        sources(f, responders[0], hanako)
        # A challenge lives longer than this entrustment, however late it is made.
        time.sleep(max(0, over - 10 - time.monotonic()))
        until = int(time.time()) + 15
        record = member("hostel", "わたし宿", [("https://hostel.example/", ["name"])], entrusted(second(until)))
        f.enrol(record)
        hostel = (record, until, f.challenge("hostel")[1])
        ok("an entrustment of some seconds is one", "id" in hostel[2], hostel)
        time.sleep(max(0, over - time.monotonic()))
        status, found = f.prove("bank", late["id"], signed(hanako, late["text"]))
        ok("a challenge whose time is over waits no more", status == 404, found)
        ending(f, hanako, hostel)
        costs(f, "of the responder")
        killed_workers(f, responders[0], hanako)
        shares = cached(f, responders, hanako)
        ok("the three that entrusted the work bear equal shares",
           {who: round(yen / 333.7) for who, yen in shares.items() if yen} == {"bank": 1, "museum": 1, "hostel": 1}, shares)
        by_lists(f, world, hanako)
        f.configure(costs={**f.jpki["costs"], "share": "by-checks"})
        shares = costs(f, "with lists, too")
        ok("or each by what was checked", shares["bank"] > shares["museum"] > 0, shares)
        log(f)
        the_end(f, hanako)
    finally:
        if f:
            f.stop()
        for responder in responders:
            responder.close()
        shutil.rmtree(home, ignore_errors=True)


main()
sys.exit(1 if failures else 0)
