#!/usr/bin/env python3
"""tests/e2e/desk.py - a registrar's desk over HTTP: who gets there; somebody proofed face to face by one registrar, by two, found to be
somebody already; the person's own phone goes on.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from person import enrolment, passkey_login, with_passkey  # noqa: E402
from person_federation import Accounts, Browser  # noqa: E402
from proofing_federation import failures, ok  # noqa: E402

TARO = {"name": "試験　太郎", "birthdate": "1980-02-17", "gender": "male", "address": "東京都渋谷区１－１"}
LICENCE = {"documents": [{"kind": "driving-licence", "checked": ["visual"], "in_force": True}], "portrait": "by-agent"}
HIGH = {"documents": [{"kind": "my-number-card", "checked": ["visual", "chip"], "in_force": True},
                      {"kind": "driving-licence", "checked": ["tactile"], "in_force": True}],
        "portrait": "both", "records_checked": ["document-issuer"], "accounts": ["financial"], "nonrepudiation": ["seal"],
        "address_confirmed": ["postal"], "address_of_record": True, "all_data_checked": True, "biometric_recorded": True,
        "loss_checked": True, "terms_told": True}
PERSONAL = (*TARO.values(), "口ごもる")


def person(f, name, ja):
    """Enrolled with the card: the session of that, the passkey, the account."""
    browser, _, account = enrolment(f, f.citizen(name, ja))
    return browser, with_passkey(f, browser)[0], account


def logged_in(f, key):
    browser, path, status, told = passkey_login(f, key)
    ok("a passkey logs in", status == 200, told)
    ok("to the account", browser.post(f"{path}/finish")[0] == 200)
    return browser


def registrar(f, name, ja):
    """One more: the browser, and the account's number."""
    proofed, key, account = person(f, name, ja)
    f.daemon.ctl("person", "staff", account["number"], "--grant", "registrar")
    status, told = proofed.get("/v1/desk")
    ok("who was proofed just now, and has shown no authenticator, is no staff yet", status == 403 and
       told["step_up"] == {"login_for": "account", "why": "staff"}, (status, told))
    return logged_in(f, key), account["number"]


def opened(desk, evidence, attributes=None, **more):
    status, told = desk.post("/v1/desk/cases", {**evidence, "attributes": attributes or TARO, **more})
    if status != 201:
        return ok("a case is opened", False, (status, told))
    return f"/v1/desk/cases/{told['id']}", told


def strangers(f, desk, number, citizen):
    ok("nobody has no desk", Browser(f).get("/v1/desk")[0] == 401)
    status, told = citizen.get("/v1/desk")
    ok("nor has who is no registrar", status == 403 and "step_up" not in told, (status, told))
    status, told = desk.get("/v1/desk")
    ok("a registrar has one, with nothing on it", (status, told) == (200, {"registrar": number, "cases": [], "more": False}), told)
    body = {**LICENCE, "attributes": TARO}
    ok("a page of another site opens nothing", desk.post("/v1/desk/cases", body, Origin="https://evil.example")[0] == 403)
    for title, bad, where in (
            ("a portrait that nobody compared", {**body, "portrait": "none"}, "/portrait"),
            ("a chip where there is none", {**body, "documents": [{**LICENCE["documents"][0], "kind": "pension-book", "checked": ["chip"]}]},
             "/documents/0/checked"),
            ("a day that is none", {**body, "attributes": {**TARO, "birthdate": "1980-02-31"}}, "/attributes/birthdate"),
            ("an individual number in the note", {**body, "note": "123456789018"}, "/note"),
            ("a kind that is none", {**body, "documents": [{**LICENCE["documents"][0], "kind": "loyalty-card"}]}, "/documents/0/kind")):
        status, told = desk.post("/v1/desk/cases", bad)
        ok(f"{title} is refused, and where it stands is told", status == 400 and told["detail"].startswith(where), (status, told))
    ok("nothing was opened by that", desk.get("/v1/desk")[1]["cases"] == [])


def by_one(f, desk, number):
    path, told = opened(desk, LICENCE, note="口ごもる方です。")
    ok("what was seen is a case", told["state"] == "checked" and told["registrars"] == [number] and told["account"] is None and
       not told["takes_two"], told)
    status, listed = desk.get("/v1/desk")
    ok("it is listed, and of the application nothing", [c["id"] for c in listed["cases"]] == [told["id"]] and
       not any(word in str(listed) for word in PERSONAL), listed)
    status, looked = desk.get(path)
    ok("looked at it says what the application says", status == 200 and looked["attributes"] == TARO and
       looked["note"] == "口ごもる方です。", looked)
    status, done = desk.post(f"{path}/complete")
    ok("completed it is an account's, and a code is shown", status == 200 and done["state"] == "completed" and done["account"] and
       done["handover"]["link"].endswith(done["handover"]["code"]), (status, done))
    status, again = desk.post(f"{path}/complete")
    ok("once", status == 409, (status, again))
    status, over = desk.get(path)
    ok("then nothing is left of the application, nor the code", "attributes" not in over and "handover" not in over and
       over["record"] == done["record"], over)
    return done


def phone(f, done):
    own = Browser(f)
    ok("a code that nobody was shown is nobody's", own.post("/v1/desk/handover", {"code": "a" * 26})[0] == 404)
    status, taken = own.post("/v1/desk/handover", {"code": done["handover"]["code"]})
    ok("the person's phone takes over", status == 200 and taken == {"number": done["account"], "location": "/account/"}, taken)
    status, told = Browser(f).post("/v1/desk/handover", {"code": done["handover"]["code"]})
    ok("one does", status == 404, (status, told))
    status, account = own.get("/v1/account")
    ok("with the account, which is a proofed person's", status == 200 and account["number"] == done["account"] and
       account["standing"] == "full", (status, account))
    shown = [one for persona in account["personas"] for one in persona["attributes"]]
    values = {a["name"]: a["value"] for a in shown}
    ok("that has what the application said", all(values.get(name) == value for name, value in TARO.items()), values)
    with_passkey(f, own, "鍵")


def similar(desk, done):
    """The same person again; a namesake."""
    path, told = opened(desk, LICENCE)
    ok("who looks alike is found when a case is opened", [s["account"] for s in told["similar"]] == [done["account"]] and
       told["similar"][0]["settled"] == "unsettled", told)
    status, refused = desk.post(f"{path}/complete")
    ok("and is settled before it is completed", status == 409, (status, refused))
    ok("somebody who is not alike is nobody to settle", desk.post(f"{path}/same", {"account": "0000-0000-00", "same": True})[0] == 404)
    status, told = desk.post(f"{path}/same", {"account": done["account"], "same": False})
    ok("another person of that name", status == 200 and told["similar"][0]["settled"] == "different", (status, told))
    status, other = desk.post(f"{path}/complete")
    ok("has another account", status == 200 and other["account"] not in (None, done["account"]), (status, other))
    return other


def by_two(desk, number, second, other, account):
    path, told = opened(desk, HIGH, {**TARO, "name": "試験　次郎"}, account=account)
    ok("an account that is there already takes two registrars", told["account"] == account and told["takes_two"], told)
    for title, by, status in (("one is not enough", desk, 409), ("nor is nobody but the first", desk, 403)):
        got = by.post(f"{path}/complete" if status == 409 else f"{path}/second")
        ok(title, got[0] == status, got)
    status, told = second.post(f"{path}/second")
    ok("another one confirms it", status == 200 and told["state"] == "confirmed" and told["registrars"] == [number, other], told)
    status, done = second.post(f"{path}/complete")
    ok("and it is completed", status == 200 and done["account"] == account and done["state"] == "completed", (status, done))
    path, _ = opened(desk, HIGH, {**TARO, "name": "試験　三郎"})
    status, told = desk.post(f"{path}/withdraw")
    ok("another is withdrawn", status == 200 and told["state"] == "withdrawn" and told["until"] is None, (status, told))
    ok("and stays so", second.post(f"{path}/second")[0] == 409)


def nowhere(desk, own):
    ok("a case that is none is not found", desk.get(f"/v1/desk/cases/{'0' * 32}")[0] == 404)
    status, told = desk.post("/v1/desk/cases", {**LICENCE, "attributes": TARO, "account": own})
    ok("nobody proofs the own account", status == 403, (status, told))
    status, told = desk.post("/v1/desk/cases", {**LICENCE, "attributes": TARO, "account": "0000-0000-00"})
    ok("nor one that is nobody's", status == 404, (status, told))


def main():
    f = Accounts()
    try:
        desk, number = registrar(f, "first", "窓口　一郎")
        second, other = registrar(f, "second", "窓口　二郎")
        strangers(f, desk, number, logged_in(f, person(f, "hanako", "緑川　花子")[1]))
        done = by_one(f, desk, number)
        phone(f, done)
        namesake = similar(desk, done)
        by_two(desk, number, second, other, namesake["account"])
        nowhere(desk, number)
        f.daemon.ctl("person", "staff", number, "--revoke", "registrar")
        ok("who is a registrar no longer has no desk", desk.get("/v1/desk")[0] == 403)
    finally:
        f.stop()
        shutil.rmtree(f.home, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
