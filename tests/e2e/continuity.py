#!/usr/bin/env python3
"""tests/e2e/continuity.py - an account that goes on when the card is renewed: a bank that keeps handles, citizens with old and new cards,
and a platform operator in a process of its own who knows which certificates are whose.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
from proofing_federation import (  # noqa: E402
    BANK, FOLDERS, HANAKO, PRICES, Federation, Responder, failures, need, ok, run)

LINKAGE_YEN = 7
TOKEN = "linkage-token-1"


class Operator:
    """The operator's process, and what it knows."""

    def __init__(self, home):
        self.people, self.asked = os.path.join(home, "people.json"), os.path.join(home, "asked")
        self.known = {}
        self.tell()
        open(self.asked, "w", encoding="utf-8").close()
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "linker.py"), self.people, TOKEN, self.asked],
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1/jpki/linkage"

    def tell(self, **more):
        with open(self.people + ".new", "w", encoding="utf-8") as f:
            json.dump({**self.known, **more}, f)
        os.rename(self.people + ".new", self.people)

    def owns(self, person, *cards, complete=True):
        self.known[person] = {"complete": complete, "certificates": [
            {"purpose": purpose, "medium": "card", **named(f"{card}/{folder}.cer")}
            for card in cards for purpose, folder in FOLDERS.items()]}
        self.tell()

    def questions(self):
        with open(self.asked, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def named(certificate):
    """As OpenSSL reads it."""
    text = need("openssl", "x509", "-inform", "DER", "-in", certificate, "-noout", "-serial", "-ext", "authorityKeyIdentifier")
    serial = re.search(r"serial=([0-9A-F]+)", text).group(1).lower()
    key = re.search(r"keyid:([0-9A-F:]+)", text) or re.search(r"((?:[0-9A-F]{2}:){19}[0-9A-F]{2})", text)
    return {"issuer_key_id": key.group(1).replace(":", "").lower(), "serial": ("00" if serial[0] in "89abcdef" else "") + serial}


def earlier(told):
    return {key: told[key] for key in ("handle", "purpose", "medium")}


class Asker:
    """The bank, and what it owes for linkages."""

    def __init__(self, f, operator):
        self.f, self.operator, self.linkages = f, operator, 0

    def again(self, title, card, before, expected, asked, purpose="signature", who="bank", **more):
        """Proves with `card`, continuing `before`; what came of it, and whether the operator was asked."""
        count = len(self.operator.questions())
        where = {"relying_party": BANK} if who == "bank" else {}
        status, told = self.f.proved(who, card, purpose, continues={**earlier(before), **more}, **where)
        ok(title, status == 200 and told.get("outcome") == "established" and told.get("continuity") == expected, (status, told))
        ok(f"the operator was {'asked' if asked else 'not asked'}: {title}", len(self.operator.questions()) - count == asked,
           self.operator.questions())
        if asked and expected != "unavailable":
            self.linkages += 1
            self.f.owe(who, 0, 1, LINKAGE_YEN)
        return told


def by_law(f, bank, operator, hanako, moved, namesake):
    """Signature and authentication of one card: the certificate for signatures lapses when its holder moves, the other does not."""
    identified = f.proved("bank", hanako, "authentication", relying_party=BANK)[1]
    signed_first = f.proved("bank", hanako, relying_party=BANK)[1]
    bank.again("the same certificate is known without asking anybody", hanako, signed_first, "same", 0)
    told = bank.again("the card's other certificate is the same person's", hanako, identified, "same", 1)
    question = operator.questions()[-1]
    ok("the operator is asked by number, for the kind that is wanted, and told nothing else",
       question == {**named(f"{hanako}/sign.cer"), "purpose": "signature", "medium": "card",
                    "wanted": {"purpose": "authentication", "medium": "card"}}, question)
    ok("no serial is told", named(f"{hanako}/auth.cer")["serial"] not in json.dumps(told), told)
    bank.again("the other way, too", hanako, signed_first, "same", 1, "authentication")
    bank.again("a new signature certificate of the same person", moved, identified, "same", 1)
    bank.again("of another person with the same name, birthday and address it is not", namesake, identified, "other", 1)
    other = f.proved("museum", hanako, "authentication")[1]
    bank.again("another member's handle is nobody's here", hanako, other, "other", 1)
    bank.again("a phone's other certificate is linked by nobody", hanako, identified, "unknown", 0, medium="phone")
    bank.again("a renewal is not asked of who knows of none", moved, signed_first, "unavailable", 0)
    return identified, signed_first


def by_agreement(f, bank, operator, moved, namesake, stranger, first):
    f.configure(linkage={**f.jpki["linkage"], "relations": ["medium", "purpose", "renewal"]})
    bank.again("where the operator knows of renewals, the account goes on", moved, first, "same", 1)
    bank.again("and not for a namesake", namesake, first, "other", 1)
    bank.again("whom the operator does not know may be anybody", stranger, first, "unknown", 1)
    operator.owns("namesake", namesake, complete=False)
    bank.again("nor does a list that is not all there is exclude anybody", namesake, first, "unknown", 1)


def refusals(f, first):
    for title, continues in (("a handle that is none", {**earlier(first), "handle": "1234"}),
                             ("a name", {**earlier(first), "name": HANAKO["name"]}),
                             ("a handle alone", {"handle": first["handle"]})):
        status, told = f.challenge("bank", relying_party=BANK, continues=continues)
        ok(f"{title} is nothing to continue", status == 400 and "/continues" in told["detail"], (status, told))
    status, told = f.challenge("bank", relying_party=BANK, continues=earlier(first))
    ok("the person is told in both languages that it is asked", status == 201 and "以前に確認した電子証明書と同じ人" in told["text"] and
       "the same person's as one they saw before" in told["text"], told)


def without_answer(f, bank, operator, card, before):
    operator.tell(delay=20)
    began = time.monotonic()
    status, told = f.proved("bank", card, relying_party=BANK, continues=earlier(before))
    ok("an operator that takes too long keeps nobody waiting longer than configured", status == 200 and
       told["outcome"] == "established" and told["continuity"] == "unavailable" and time.monotonic() - began < 15, (status, told))
    operator.tell()
    operator.stop()
    status, told = f.proved("bank", card, relying_party=BANK, continues=earlier(before))
    ok("an operator that is gone leaves the proof as it is", status == 200 and told["outcome"] == "established" and
       told["continuity"] == "unavailable" and told["attributes"]["name"], (status, told))


def costs(f, bank):
    told = json.loads(f.daemon.ctl("jpki", "costs", "--json"))
    line = [m for m in told["members"] if m["member"] == "bank"][0]
    ok("linkages are charged with their own price, beside the checks", line["linkages"] == bank.linkages and
       [line[k] for k in ("checks", "charged", "yen_checks")] == f.owed["bank"], (line, f.owed, bank.linkages))
    rows = [r for r in told["rows"] if r["member"] == "bank" and r["kind"] == "linkage"]
    ok("and stand in a row of their own", len(rows) == 1 and rows[0]["source"] == "links" and rows[0]["relying_party"] == BANK and
       rows[0]["yen"] == LINKAGE_YEN * bank.linkages and rows[0]["checks"] == 0, told["rows"])
    for key, words in (("relying_party", ("relying-party", BANK)), ("kind", ("kind", "linkage")), ("source", ("source", "links"))):
        sums = {}
        for row in told["rows"]:
            sums[row[key]] = sums.get(row[key], 0) + row["yen"]
        done = run("watashictl", "-c", f.daemon.file, "jpki", "costs", "--by", words[0]).stdout.decode()
        found = re.search(rf"^{re.escape(words[1])} +(\d+ +){{4}}(\d+) ", done, re.M)
        ok(f"by {words[0]} it is the same", found and int(found.group(2)) == sums[words[1]], (done, sums))
    done = run("watashictl", "-c", f.daemon.file, "jpki", "costs", "--by", "name")
    ok("by what it is not told it is used wrongly", done.returncode == 2 and b"--by: expected member" in done.stderr, done)


def figures(f):
    """/metrics, family and labels -> number."""
    with urllib.request.urlopen(f"http://127.0.0.1:{f.daemon.local}/metrics") as answer:
        lines = [line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line and line[0] != "#"]
    return {name: float(number) for name, number in lines if "jpki" in name or "courier" in name}


def counted(f, bank, operator, card, before):
    """One proof more, that is one more of each."""
    was = figures(f)
    ok("none of proofing's figures is missing", len(was) >= 6 + 15 + 4 + 1, was)
    bank.again("it is counted", card, before, "same", 1)
    now = figures(f)
    more = {name: number - was.get(name, 0) for name, number in now.items() if number != was.get(name, 0)}
    ok("a proof, what the responder answered and the linkage are counted, each once", more == {
        'watashi_jpki_proofs_total{purpose="signature",outcome="established"}': 1,
        'watashi_jpki_revocation_answers_total{kind="ocsp",status="good"}': 1,
        'watashi_jpki_linkages_total{continuity="same"}': 1}, more)
    operator.tell(delay=2)
    thread = threading.Thread(target=lambda: bank.again("slowly, too", card, before, "same", 1))
    thread.start()
    until, most = time.monotonic() + 10, 0
    while thread.is_alive() and time.monotonic() < until:
        most = max(most, figures(f)["watashi_courier_waiting"])
        time.sleep(0.2)
    thread.join()
    operator.tell()
    ok("while the operator is asked one question waits, and none afterwards", most == 1 and
       figures(f)["watashi_courier_waiting"] == 0, most)


def receipt(f, told):
    status, entry = f.ask("GET", f"/v1/ledger/entries/{told['id']}", authorization=f"Receipt {told['salt']}")
    content = entry.get("entry", {}) if isinstance(entry, dict) else {}
    ok("the ledger tells that it was asked, and how it came out", status == 200 and content.get("continuity") == {
        "asked": True, "relation": "purpose", "source": "links", "status": "same"}, entry)


def main():
    home = tempfile.mkdtemp(prefix="watashi-continuity-")
    responders, f, operator = [], None, None
    try:
        world = os.path.join(home, "world")
        need("watashi-testcard", "init", world)
        citizen = ["citizen", world, "--name", HANAKO["name"], "--sex", HANAKO["sex"], "--born", HANAKO["birthdate"], "--address",
                   HANAKO["address"]]
        hanako, moved, namesake = (need("watashi-testcard", *citizen) for _ in range(3))
        stranger = need("watashi-testcard", "citizen", world)
        operator = Operator(home)
        operator.owns("hanako", hanako, moved)
        operator.owns("namesake", namesake)
        token = os.path.join(home, "token")
        with open(token, "w", encoding="utf-8") as out:
            out.write(TOKEN + "\n")
        responders = [Responder(world, purpose) for purpose in FOLDERS]
        f = Federation(world, [{"name": f"ocsp-{r.purpose}", "kind": "ocsp", "url": r.url, "time": "PT20S"} for r in responders],
                       linkage={"name": "links", "url": operator.url, "token_file": token, "time": "PT3S"},
                       prices=[{"kind": "linkage", "yen": LINKAGE_YEN}] +
                              [{"purpose": purpose, "kind": "ocsp", "yen": yen} for purpose, yen in PRICES.items()])
        bank = Asker(f, operator)
        identified, first = by_law(f, bank, operator, hanako, moved, namesake)
        receipt(f, bank.again("it is the same each time", hanako, identified, "same", 1))
        counted(f, bank, operator, hanako, identified)
        refusals(f, first)
        by_agreement(f, bank, operator, moved, namesake, stranger, first)
        without_answer(f, bank, operator, hanako, identified)
        costs(f, bank)
    finally:
        if f:
            f.stop()
        for responder in responders:
            responder.close()
        if operator and operator.process.poll() is None:
            operator.stop()
        shutil.rmtree(home, ignore_errors=True)


main()
sys.exit(1 if failures else 0)
