#!/usr/bin/env python3
"""tests/e2e/person.py - a person over HTTP: enrolled once with the card, bound to a phone and a passkey, logged in with them; the phone
lost and issued anew by the card; what others try with all that.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from person_federation import Accounts, Browser, Passkey, card_answers  # noqa: E402
from proofing_federation import failures, ok  # noqa: E402


def enrolled(f, browser, card, **more):
    """From the first page to the account; the preview that was shown."""
    status, begun = browser.post("/v1/enrol", {"language": "ja", "reissue": False, **more})
    if status != 201:
        return status, begun, None
    path = f"/v1/enrol/{begun['enrolment']}"
    status, task = browser.post(f"{path}/card")
    if status not in (200, 201):
        return status, task, None
    status, told = card_answers(f, card, task["link"])
    ok("the card's client learns that it is established, and nothing of the person",
       status == 200 and told.get("outcome") == "established" and "緑" not in str(told) and "attributes" not in told, (status, told))
    status, shown = browser.get(path)
    return status, shown, path


def enrolment(f, card):
    browser = Browser(f)
    status, shown, path = enrolled(f, browser, card)
    preview = (shown or {}).get("preview") or {}
    ok("what will be taken over is shown first", status == 200 and preview.get("account") == "new" and
       {a["name"] for a in preview["attributes"]} >= {"name", "birthdate", "address"}, shown)
    ok("nobody has an account before it is accepted", browser.get("/v1/account")[0] == 401)
    status, taken = browser.post(f"{path}/accept")
    ok("accepted, it is an account", status == 200 and taken.get("number"), (status, taken))
    status, account = browser.get("/v1/account")
    ok("the person is there at once", status == 200 and account["standing"] == "full" and account["number"] == taken["number"],
       (status, account))
    return browser, path, account


def same_person(f, card, number):
    browser = Browser(f)
    status, shown, path = enrolled(f, browser, card)
    ok("the same card finds the same account", shown and shown.get("preview", {}).get("account") == "existing", shown)


def bound_card(f, browser, path, card):
    status, task = browser.post(f"{path}/bind-card")
    ok("the card's other certificate is asked for", status in (200, 201), (status, task))
    status, told = card_answers(f, card, task["link"], "authentication")
    ok("it answers", status == 200 and told.get("outcome") == "established", (status, told))
    status, made = browser.post(f"{path}/bind-card/finish")
    ok("the card is an authenticator now", status == 201 and made.get("kind") == "card", (status, made))


def with_passkey(f, browser, name="鍵"):
    status, options = browser.post("/v1/account/authenticators/passkey/options", {"conditional": False})
    ok("options for a passkey", status == 200, (status, options))
    key = Passkey(f)
    status, made = browser.post("/v1/account/authenticators/passkey", {"credential": key.create(options), "name": name})
    ok("a passkey is added", status == 201 and made.get("state") == "active", (status, made))
    return key, made


def login_begun(f, browser, why=None, back="/account/"):
    status, begun = browser.post("/v1/login", {"for": "account", "return": back, "why": why})
    return f"/v1/login/{begun['login']}" if status == 201 else ok("a login begins", False, (status, begun))


def passkey_login(f, key, **spoil):
    browser = Browser(f)
    path = login_begun(f, browser)
    status, options = browser.post(f"{path}/passkey/options", {"conditional": False})
    status, told = browser.post(f"{path}/passkey", key.get(options, **spoil))
    return browser, path, status, told


def logins(f, key, number):
    browser, path, status, told = passkey_login(f, key)
    ok("a passkey logs in", status == 200 and told["person"] and told["person"]["number"] == number, (status, told))
    before = dict(browser.cookies)
    status, done = browser.post(f"{path}/finish")
    ok("finished, there is a session and a place to go", status == 200 and done.get("location") == "/account/", (status, done))
    ok("with a cookie that was nobody's before", browser.cookies.get("__Host-watashi") not in (None, before.get("__Host-watashi")))
    ok("and the account is there", browser.get("/v1/account")[0] == 200)
    for title, spoil, step in (("a bogus signature", {"bogus": True}, "signature"), ("another challenge", {"challenge": "AAAA"}, "challenge")):
        _, path, status, told = passkey_login(f, key, **spoil)
        ok(f"{title} is refused, and by which step is told", status == 403 and told.get("step") == step, (status, told))
    stranger = Browser(f)
    status, told = stranger.get(path)
    ok("another browser sees nothing of a login", status == 404, (status, told))
    return browser


def forgeries(f, browser):
    for title, fields in (("from another site", {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}),
                          ("without an origin", {"Origin": None, "Sec_Fetch_Site": None}),
                          ("as a form", {"Content_Type": "application/x-www-form-urlencoded"})):
        status, told = browser.post("/v1/account/logout", {"all": True}, **fields)
        ok(f"a request {title} changes nothing", status in (403, 415) and browser.get("/v1/account")[0] == 200, (status, told))


def lost_phone(f, card, number, key, authenticator):
    browser = Browser(f)
    status, shown, path = enrolled(f, browser, card, reissue=True)
    preview = (shown or {}).get("preview") or {}
    ok("the card finds the account and what is bound to it", preview.get("account") == "existing" and
       authenticator["id"] in [a["id"] for a in preview.get("authenticators", [])], shown)
    status, taken = browser.post(f"{path}/accept", {"revoke": [authenticator["id"]]})
    ok("what was lost is revoked", status == 200, (status, taken))
    _, _, status, told = passkey_login(f, key)
    ok("it logs in no more, and why is told", status == 403 and (told.get("step"), told.get("reason")) == ("state", "revoked"),
       (status, told))
    again, made = with_passkey(f, browser, "新しい鍵")
    ok("the new one is linked to it", made.get("replaces") == authenticator["id"], made)
    _, path, status, told = passkey_login(f, again)
    ok("and logs in", status == 200 and told["person"]["number"] == number, (status, told))


def main():
    f = Accounts()
    try:
        card = f.citizen("hanako", "緑川　花子")
        browser, path, account = enrolment(f, card)
        same_person(f, card, account["number"])
        bound_card(f, browser, path, card)
        key, authenticator = with_passkey(f, browser)
        here = logins(f, key, account["number"])
        forgeries(f, here)
        lost_phone(f, card, account["number"], key, authenticator)
    finally:
        f.stop()
        shutil.rmtree(f.home, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
