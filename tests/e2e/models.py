#!/usr/bin/env python3
"""tests/e2e/models.py - a security key's model, as the FIDO Metadata Service tells of it, over its life: certified, certified no more,
certified again, revoked, good again; by https and by file. What people have of it follows within one refresh, and they are told.

    tools/check runs it; by hand: WATASHI_BUILD=DIR tests/e2e/models.py

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from person import enrolled, login_begun  # noqa: E402
from person_federation import Accounts, Browser, Passkey  # noqa: E402
from proofing_federation import failures, free_port, ok  # noqa: E402
from metadata_service import HOST, LARGEST, Authority, Maker, SecurityKey, Service  # noqa: E402

ADDED = "/v1/account/authenticators"
ADDRESS = "hanako@person.example"
DEMO_MAIL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/demo-mail")
REFRESH = 60
SCAN = 10  # a file is looked at so often


def soon(holds, seconds=REFRESH + 60):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.2)
    return holds()


def status(f):
    return json.loads(f.daemon.ctl("status", "--json")).get("authenticators", {})


def said(f):
    with open(os.path.join(f.daemon.home, "watashid.log"), encoding="utf-8") as log:
        return log.read()


def looked_again(f):
    """Its successor begins with a look at what there is."""
    for steward in f.children("steward"):
        os.kill(steward, signal.SIGKILL)


def in_force(f, number):
    return soon(lambda: status(f).get("number") == number)


def mails(folder):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*.txt"))):
        with open(path, encoding="utf-8") as mail:
            found.append(mail.read())
    return found


def added(browser, key, name):
    options = browser.post(f"{ADDED}/passkey/options", {"conditional": False})[1]
    return browser.post(f"{ADDED}/passkey", {"credential": key.create(options), "name": name})


def shown(browser, made):
    return next((a for a in browser.get(ADDED)[1].get("authenticators", []) if a["id"] == made["id"]), {})


def level(browser, made):
    return (shown(browser, made).get("level") or {}).get("level")


def passkey_login(f, key, why=None):
    browser = Browser(f)
    path = login_begun(f, browser, why)
    options = browser.post(f"{path}/passkey/options", {"conditional": False})[1]
    return browser, path, *browser.post(f"{path}/passkey", key.get(options))


def logs_in(f, key, why=None):
    """Whether it is enough for that."""
    browser, path, answer, told = passkey_login(f, key, why)
    return answer == 200 and browser.post(f"{path}/finish")[0] == 200


def person(f, folder):
    """Enrolled, with an address that is confirmed."""
    browser = Browser(f)
    _, _, path = enrolled(f, browser, f.citizen("hanako", "緑川　花子"))
    browser.post(f"{path}/accept")
    asked, told = browser.post("/v1/account/contacts", {"address": ADDRESS})
    soon(lambda: mails(folder))
    code = re.search(r"\b\d{6}\b", (mails(folder) or ["000000"])[-1]).group()
    confirmed, told = browser.post("/v1/account/contacts/confirm", {"address": ADDRESS, "code": code})
    ok("a person has an address that is told", confirmed in (200, 204), (asked, confirmed, told))
    return browser


def certification(f, service, maker, browser, key, made):
    """What it is certified for is part of what it amounts to, whenever it was added."""
    ok("a model that is certified, with a maker who vouches: token level 4", level(browser, made) == "4", shown(browser, made))
    ok("it is enough where 4 is asked", logs_in(f, key, "persona:administrative"))
    service.body = service.blob(2, maker.entry("NOT_FIDO_CERTIFIED"))
    looked_again(f)
    ok("the next BLOB has it certified no more", in_force(f, 2), status(f))
    ok("what was added before amounts to less from then on", soon(lambda: level(browser, made) == "3"), shown(browser, made))
    ok("it still logs in", logs_in(f, key))
    ok("but is not enough where 4 is asked", not logs_in(f, key, "persona:administrative"))
    service.body = service.blob(3, maker.entry("NOT_FIDO_CERTIFIED", "FIDO_CERTIFIED_L2"))
    looked_again(f)
    ok("certified anew it counts for 4 again", in_force(f, 3) and soon(lambda: level(browser, made) == "4"), status(f))
    ok("and is enough", logs_in(f, key, "persona:administrative"))
    ok("the log has each change of it", soon(lambda: re.search(r"credential\.model .*certified=3 was=0", said(f))) and
       re.search(r"credential\.model .*certified=0 was=1", said(f)), said(f)[-2000:])


def revoked(f, service, maker, browser, key, made, folder):
    before = len(mails(folder))
    service.body = service.blob(4, maker.entry("FIDO_CERTIFIED_L2", "REVOKED"))
    ok("a BLOB that says REVOKED is fetched by itself within one refresh", in_force(f, 4), status(f))
    ok("and what people have of it is suspended", soon(lambda: shown(browser, made).get("state") == "suspended"), shown(browser, made))
    now = shown(browser, made)
    ok("with the reason", (now["reason"], now["usable"]) == ("model-revoked", False), now)
    _, _, answer, told = passkey_login(f, key)
    ok("it logs in nobody, and why is told", (answer, told.get("step"), told.get("reason")) == (403, "state", "suspended") and
       "model" in told["detail"], (answer, told))
    ok("the person is told by mail", soon(lambda: any("機種" in mail for mail in mails(folder)[before:])), mails(folder)[before:])
    ok("and reads it in the history", "suspended model-revoked" in str(browser.get("/v1/account/history")[1]))
    ok("the log says so and why", soon(lambda: re.search(r"fido\.reviewed number=4 .*suspended=1", said(f))) and
       re.search(r'credential\.changed .*state=suspended actor="system" reason="model-revoked"', said(f)), said(f)[-900:])
    answer, told = browser.post(f"{ADDED}/{made['id']}/resume", {"reason": "other"})
    ok("nobody takes it back meanwhile", answer == 403 and shown(browser, made)["state"] == "suspended", (answer, told))
    answer, told = added(browser, SecurityKey(f, maker), "もう一つ")
    ok("nor adds another of the model", (answer, told.get("step")) == (403, "model-status"), (answer, told))


def not_believed(f, service, maker, browser, made):
    """Each says that the model is good; none is taken, and what was in force stays."""
    good, stranger = maker.entry("FIDO_CERTIFIED_L2"), Authority("Stranger")
    tampered = service.blob(9, good)
    cases = [
        ("by another root", service.blob(9, good, signer=Authority("Test Metadata", stranger, host=HOST)), "chain"),
        ("by a certificate that has expired",
         service.blob(9, good, signer=Authority("Test Metadata", service.root, host=HOST, days=(-30, -1))), "chain"),
        ("by somebody of another name", service.blob(9, good, signer=Authority("Other", service.root, host="other.example")), "host"),
        ("with another's signature", tampered[:tampered.rindex(b".")] + service.blob(10)[service.blob(10).rindex(b"."):], "signature"),
        ("larger than one may be", service.blob(9, good) + b"=" * LARGEST, ""),
        ("that is none", b"<html>come back later</html>", "form"),
        ("of a number that was before", service.blob(3, good), None),
    ]
    for title, body, step in cases:
        service.body, asked, failed = body, service.asked, said(f).count("fido.failed")
        looked_again(f)
        if step is None:
            ok(f"a BLOB {title} is looked at", soon(lambda: service.asked > asked), service.asked)
            soon(lambda: status(f).get("number") == 4)
        else:
            ok(f"a BLOB {title} is not taken, and the log says why", soon(lambda: said(f).count("fido.failed") > failed) and
               f"{step}: " in said(f).rsplit("fido.failed", 1)[1], said(f)[-600:])
        ok("what was in force stays", status(f).get("number") == 4 and shown(browser, made)["state"] == "suspended", status(f))


def good_again(f, service, maker, browser, key, made, folder):
    before = len(mails(folder))
    service.body = service.blob(11, maker.entry("FIDO_CERTIFIED_L2"))
    looked_again(f)
    ok("the model is good again", in_force(f, 11), status(f))
    ok("the person is told", soon(lambda: any("機種" in mail for mail in mails(folder)[before:])), mails(folder)[before:])
    now = shown(browser, made)
    ok("nothing is taken back by itself", (now["state"], now["reason"]) == ("suspended", "model-restored"), now)
    ok("it still logs in nobody", not logs_in(f, key))
    return now


def taken_back(f, browser, weak, key, made):
    ok("who has not shown enough is asked for more first",
       Browser(f).post(f"{ADDED}/{made['id']}/resume", {"reason": "other"})[0] == 401)
    stepped, path, _, _ = passkey_login(f, weak)
    stepped.post(f"{path}/finish")
    answer, told = stepped.post(f"{ADDED}/{made['id']}/resume", {"reason": "other"})
    ok("with another authenticator the person takes it back", (answer, told.get("state")) == (200, "active"), (answer, told))
    ok("and it is what it was", logs_in(f, key, "persona:administrative") and level(browser, made) == "4", shown(browser, made))


def by_file(f, service, maker, browser, made):
    path = os.path.join(f.home, "blob.jwt")

    def put(body):
        with open(path + ".new", "wb") as blob:
            blob.write(body)
        os.rename(path + ".new", path)

    put(service.blob(12, maker.entry("FIDO_CERTIFIED_L2"), until="2026-01-01"))
    f.sections["authenticators"] = {"metadata": {"file": path, "roots": service.roots, "host": HOST, "refresh": "P1D"}}
    f.configure()
    ok("the same by a file, though it should have been followed by now", in_force(f, 12), status(f))
    ok("which the log tells", soon(lambda: "fido.stale number=12" in said(f)), said(f)[-600:])
    put(service.blob(13, maker.entry("REVOKED"), signer=Authority("Test Metadata", Authority("Stranger"), host=HOST)))
    ok("another root's is not taken", soon(lambda: "chain: " in status(f).get("problem", ""), 3 * SCAN), status(f))
    ok("and changes nothing", status(f)["number"] == 12 and shown(browser, made)["state"] == "active", status(f))
    put(service.blob(14, maker.entry("REVOKED")))
    ok("the next is, as soon as it lies there", in_force(f, 14) and
       soon(lambda: shown(browser, made).get("reason") == "model-revoked"), shown(browser, made))


def main():
    home = os.path.join("/tmp", f"watashi-models-{os.getpid()}")
    folder = os.path.join(home, "mail")
    os.makedirs(folder)
    port = free_port()
    mailbox = subprocess.Popen([DEMO_MAIL, str(port), folder], stdout=subprocess.DEVNULL)
    service, maker = Service(home), Maker("Test Security Key")
    service.body = service.blob(1, maker.entry("FIDO_CERTIFIED_L1"))
    f = Accounts(sections={
        "fetch": {"internal": ["127.0.0.1", "::1"], "plain_http": True, "authorities": service.tls},
        "notices": {"mail": {"url": f"smtp://127.0.0.1:{port}/", "from": "no-reply@platform.example", "tls": "none"}},
        "authenticators": {"attestation": "preferred", "metadata": {
            "url": service.url, "roots": service.roots, "host": HOST, "refresh": f"PT{REFRESH}S"}}})
    try:
        ok("the catalogue is fetched over https", in_force(f, 1) and status(f)["models"] == 1, status(f))
        browser = person(f, folder)
        key, weak = SecurityKey(f, maker), Passkey(f)
        answer, made = added(browser, key, "硬い鍵")
        ok("a security key of the model is added, and told to be one", answer == 201 and made.get("attested") is True and
           made.get("model") == maker.description, (answer, made))
        ok("and a passkey of no model beside it", added(browser, weak, "予備")[0] == 201)
        certification(f, service, maker, browser, key, made)
        revoked(f, service, maker, browser, key, made, folder)
        not_believed(f, service, maker, browser, made)
        good_again(f, service, maker, browser, key, made, folder)
        taken_back(f, browser, weak, key, made)
        by_file(f, service, maker, browser, made)
    finally:
        f.stop()
        service.stop()
        mailbox.terminate()
        shutil.rmtree(f.home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
