#!/usr/bin/env python3
"""tests/e2e/app.py - a phone logs its person in, against a daemon of its own: an account opened on one browser, the phone paired by its
code, a login at another browser answered with number and PIN; then wrong, late, twice, by a stranger.

    tools/check runs it; by hand: WATASHI_BUILD=DIR tests/e2e/app.py

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import http.client
import json
import os
import re
import secrets
import shutil
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "../..")
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../bench"))
from app_client import Phone, ScreenLock, Server  # noqa: E402
from described import Described  # noqa: E402
from harness import Daemon  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
LEAST = {"framework": "jp-idtf", "levels": {"token": "2"}}

failures = []


def ok(title, holds, found=""):
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failures.append(title)
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def soon(holds, seconds=30):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


class Browser:
    """Keeps its cookies; asks as a page of the server's does."""

    def __init__(self, server):
        self.server, self.jar = server, {}

    def ask(self, method, path, value=None, **fields):
        body, sent = b"" if value is None else json.dumps(value).encode(), value
        connection = self.server.connect()
        named = {"Origin": self.server.origin, "Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0", **fields}
        if body:
            named["Content-Type"] = "application/json"
        if self.jar:
            named["Cookie"] = self.cookies()
        connection.request(method, path, body or None, named)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = re.match(r"([^=]+)=([^;]*)", line).groups()
            self.jar.pop(name, None)
            if value:
                self.jar[name] = value
        text = answer.read()
        connection.close()
        told = json.loads(text) if text else None
        if told is not None:
            self.server.described.take(method, path, {} if sent is None else sent, answer.status, told)
        return answer.status, told

    def cookies(self):
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())


def federation():
    """A daemon with persons, and the framework in force."""
    secret = "person.secret"
    found = {}

    class Point(Daemon):
        def start(self):
            if not found:
                found["made"] = True
                path = os.path.join(self.directory, secret)
                with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
                    f.write(secrets.token_bytes(32))
            super().start()

    daemon = Point(BUILD, workers=2, cpus="0-1", settings={"person": {
        "secret": secret, "relying_party": "https://localhost/account", "identity_provider": "https://localhost/idp",
        "requirements": {"account": LEAST, "change": LEAST}}})
    version = os.path.join(daemon.home, "1.0")
    shutil.copytree(os.path.join(TOP, "policy/jp-idtf/1.0"), version)
    manifest = os.path.join(version, "manifest.json")
    with open(manifest) as f:
        told = json.load(f)
    told["valid_from"] = "2026-01-01T00:00:00+09:00"
    with open(manifest, "w") as f:
        json.dump(told, f, ensure_ascii=False, indent=1)
    facts = os.path.join(TOP, "policy/facts.json")
    daemon.ctl("policy", "seal", version, "--facts", facts)
    daemon.ctl("policy", "publish", version, "--facts", facts)
    return daemon


def begin(browser, number):
    """A login that says whose it is, and asks the phone: its path, and what the page shows."""
    status, login = browser.ask("POST", "/v1/login", {"for": "account", "return": "/account/", "why": None})
    path = f"/v1/login/{login['login']}" if status == 201 else ""
    browser.ask("POST", f"{path}/claim", {"who": number, "remember": False})
    return path, browser.ask("POST", f"{path}/app", {})[1]


def opened(browser):
    """An account opened provisionally (仮登録)."""
    status, enrolment = browser.ask("POST", "/v1/enrol", {"reissue": False, "language": "ja"})
    ok("an enrolment begins", status == 201, (status, enrolment))
    status, account = browser.ask("POST", f"/v1/enrol/{enrolment['enrolment']}/provisional", {"contact": None})
    ok("an account is opened on this browser", status == 201, (status, account))
    return account["number"]


def paired(browser, server):
    status, pairing = browser.ask("POST", "/v1/account/pairing", {})
    ok("its page shows a code", status == 201 and len(pairing["code"]) == 26 and pairing["qr"].startswith("<svg"), (status, pairing))
    phone = Phone(server)
    answer = phone.pair(pairing["code"])
    ok("a phone is paired with it, and has a PIN", re.fullmatch("[0-9]{6}", answer["pin"] or ""), answer)
    status, how = browser.ask("GET", "/v1/account/pairing")
    ok("the page hears of it", how["state"] == "done", how)
    try:
        Phone(server).pair(pairing["code"])
        ok("the code is good once", False)
    except ValueError as refused:
        ok("the code is good once", refused.args[0] == 404, refused)
    return phone, answer["pin"]


def logs_in(server, phone, number, pin):
    page = Browser(server)
    path, shown = begin(page, number)
    found = phone.requests()
    ok("the request reaches the phone", len(found) == 1 and found[0]["id"] == shown["request"], found)
    ok("it says who asks, and from where", found[0]["relying_party"]["entity_id"] == "https://localhost/account" and
       "Firefox" in found[0]["where"] and not found[0]["same_browser"], found)
    status, refused = phone.answer(found[0], shown["code"], "000000" if pin != "000000" else "111111")
    ok("a wrong PIN is refused and counted", status == 403 and refused["step"] == "pin" and refused["left"] == 4, refused)
    status, refused = phone.answer(found[0], f"{(int(shown['code']) + 1) % 1000000:06d}", pin)
    ok("so is a wrong number", status == 403 and refused["step"] == "number" and refused["left"] == 2, refused)
    status, answer = phone.answer(found[0], shown["code"], pin)
    ok("number and PIN are taken", status == 200, (status, answer))
    ok("once", phone.answer(found[0], shown["code"], pin)[0] == 404)
    status, login = page.ask("GET", path)
    ok("the login knows whose it is", login["person"]["number"] == number and login["shown"][0]["way"] == "app", login)
    status, finished = page.ask("POST", f"{path}/finish", {})
    ok("and ends at the account", status == 200 and finished["location"] == "/account/", (status, finished))
    status, account = page.ask("GET", "/v1/account")
    ok("which is this person's", status == 200 and account["number"] == number, (status, account))


def app_to_app(server, phone, number, pin):
    page = Browser(server)
    path, shown = begin(page, number)
    found = phone.requests(page.cookies())
    ok("in the login's own browser it is known", found[0]["same_browser"], found)
    ok("without the cookie a number is asked for", phone.answer(found[0], None, pin)[0] == 400)
    status, answer = phone.answer(found[0], None, pin, page.cookies())
    ok("with it the PIN is enough", status == 200, (status, answer))


def two_at_once(server, phone, number, pin):
    _, shown = begin(Browser(server), number)
    request = phone.requests()[0]
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(phone.answer(request, shown["code"], pin)[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ok("of six answers at once one is taken", sorted(answers)[0] == 200 and answers.count(200) == 1 and
       set(answers) <= {200, 404, 409}, answers)


def events(server, phone, number):
    stream = phone.events()
    lines = []

    def read():
        try:
            while line := stream.readline():
                lines.append(line)
        except (OSError, http.client.HTTPException, ValueError):
            pass

    threading.Thread(target=read, daemon=True).start()
    ok("a phone that listens is told at once", soon(lambda: lines.count(b"event: changed\n") == 1), lines)
    begin(Browser(server), number)
    ok("and whenever a login asks, whichever worker it reached", soon(lambda: lines.count(b"event: changed\n") >= 2), lines)


def clocks(phone):
    phone.offset = -3600
    status, told = phone.self()
    ok("a clock that is off is told the time", status == 401 and told["code"] == "clock" and
       abs(told["now"] / 1000 - time.time()) < 30, told)
    phone.offset = 0


def logged():
    with open(os.path.join(daemon.home, "watashid.log"), encoding="utf-8") as f:
        return f.readlines()


def strangers(server, phone, number, pin):
    page = Browser(server)
    path, _ = begin(page, number)
    status, told = phone.refuse(phone.requests()[0], not_me=True)
    ok("this was not me", status == 200, told)
    ok("ends the login", page.ask("GET", path)[1]["state"] == "refused")
    lines = [line for line in logged() if f" login.refused login={path.rpartition('/')[2]} " in line]
    ok("one line of the log says so, and of nobody who it was", len(lines) == 1 and " by=phone " in lines[0] and " not_me=1 " in lines[0] and
       number not in lines[0] and "Firefox" not in lines[0], lines)
    begin(Browser(server), number)
    ok("and no other browser's request reaches the phone then", phone.requests() == [], phone.requests())
    own = Browser(server)
    begin(own, number)
    request = phone.requests(own.cookies())
    ok("but its own browser's does", len(request) == 1 and request[0]["same_browser"], request)
    ok("and succeeds", phone.answer(request[0], None, pin, own.cookies())[0] == 200)
    begin(Browser(server), number)
    ok("after which it is asked from afar again", len(phone.requests()) == 1)


def said_no(server, phone, number):
    """Somebody asks; the mute that follows, as the phone is told of it."""
    begin(Browser(server), number)
    phone.refuse(phone.requests()[0], not_me=True)
    return phone.self()[1]["muted"]


def muted(home, server, phone, number, pin):
    ok("nothing is muted", phone.self()[1]["muted"] is None and home.ask("GET", "/v1/account")[1]["muted"] is None)
    mute = said_no(server, phone, number)
    ok("the phone says since when and until when it is silent", mute and mute["since"] < mute["until"], mute)
    ok("and so does the account", home.ask("GET", "/v1/account")[1]["muted"] == mute)
    status, told = phone.unmute(mute["since"], "no such pin")
    ok("a wrong PIN ends nothing, and is counted", status == 403 and (told["step"], told["left"]) == ("pin", 4), told)
    status, told = phone.unmute("2026-01-01T00:00:00Z", pin)
    ok("nor is another mute ended", status == 409, told)
    status, told = phone.unmute(mute["since"], pin)
    ok("the PIN ends it", status == 200 and phone.self()[1]["muted"] is None, told)
    begin(Browser(server), number)
    ok("and the phone is asked again", len(phone.requests()) == 1)
    status, told = phone.find("482913", pin)
    ok("as long as all are listed no digits are tried", status == 409, told)
    said_no(server, phone, number)
    ok("a page of another site ends no mute", home.ask("DELETE", "/v1/account/mute", Origin="https://evil.example")[0] == 403)
    ok("in the account the person ends it, too", home.ask("DELETE", "/v1/account/mute")[0] == 204)
    ok("as the phone is told", phone.self()[1]["muted"] is None)
    begin(Browser(server), number)
    ok("which is asked again", len(phone.requests()) == 1)
    events = [one["kind"] for one in home.ask("GET", "/v1/account/history")[1]["events"]]
    ok("each stands in the history", events[:4] == ["mute-ended", "not-me", "mute-ended", "not-me"], events)


def newly_paired(browser, server, lock):
    phone = Phone(server)
    answer = phone.pair(browser.ask("POST", "/v1/account/pairing", {})[1]["code"], lock=lock)
    ok("a phone is paired by its screen lock, and has no PIN", answer["pin"] is None and phone.self()[1]["pin"] is None, answer)
    return phone


def screen_lock(browser, server, number):
    """The phone's own passkey instead of a PIN, and everything that is not what it should be."""
    code = browser.ask("POST", "/v1/account/pairing", {})[1]["code"]
    refused = Phone(server)
    try:
        refused.pair("a" * 26, lock=ScreenLock())
        ok("no passkey is made for a code that is not good", False)
    except ValueError as told:
        ok("no passkey is made for a code that is not good", told.args[0] == 404, told)
    sleepy = ScreenLock()
    sleepy.right = False
    try:
        refused.pair(code, lock=sleepy)
        ok("a person who was not verified pairs nothing", False)
    except ValueError as told:
        ok("a person who was not verified pairs nothing", told.args[0] == 403 and
           (told.args[1]["step"], told.args[1]["reason"]) == ("passkey", "user-verified"), told)

    lock, other = ScreenLock(), ScreenLock()
    phone = newly_paired(browser, server, lock)
    second = newly_paired(browser, server, other)
    status, answer = browser.ask("GET", "/v1/account/authenticators")
    mine = [one for one in answer["authenticators"] if one["unlock"] == "screen-lock"]
    ok("each is one authenticator in the account's list", len(mine) == 2 and all(one["kind"] == "app" and one["synced"] is False and
       one["level"]["level"] == "3" for one in mine), answer)

    page = Browser(server)
    path, shown = begin(page, number)
    request = phone.requests()[0]
    status, told = phone.send(request, shown["code"], "135790", None, phone.sign("answer", "x"))
    ok("a PIN is nothing to it", status == 400 and "/passkey" in told["detail"], told)
    lock.right = False
    status, told = phone.answer(request, shown["code"], None)
    ok("nobody unlocked it", status == 403 and (told["step"], told["reason"]) == ("passkey", "user-verified"), told)
    lock.right, phone.lock = True, other
    status, told = phone.answer(request, shown["code"], None)
    ok("nor does another phone's lock", status == 403 and (told["step"], told["reason"]) == ("passkey", "credential"), told)
    phone.lock = lock
    status, told = phone.answer(request, f"{(int(shown['code']) + 1) % 1000000:06d}", None)
    ok("a wrong number is wrong", status == 403 and told["step"] == "number" and told["left"] == 2, told)
    parts = [server.origin, phone.device, request["id"], request["challenge"], request["relying_party"]["entity_id"]]
    unlocked = phone.unlocked("answer", *parts, f"{(int(shown['code']) + 2) % 1000000:06d}")
    status, told = phone.send(request, shown["code"], None, unlocked, phone.sign("answer", *parts, shown["code"]))
    ok("what was unlocked for other digits fits not these", status == 403 and told["reason"] == "challenge", told)
    status, answer = phone.answer(request, shown["code"], None)
    ok("unlocked, with the right number, it logs in", status == 200, answer)
    status, login = page.ask("GET", path)
    ok("as whose it is", login["person"]["number"] == number and login["shown"][0]["way"] == "app", login)
    status, finished = page.ask("POST", f"{path}/finish", {})
    ok("and ends at the account", status == 200 and finished["location"] == "/account/", finished)
    status, account = page.ask("GET", "/v1/account")
    ok("at the level of two factors", [one["level"] for one in account["session"]["levels"] if one["area"] == "token"] == ["3"],
       account["session"]["levels"])

    near = Browser(server)
    begin(near, number)
    request = phone.requests(near.cookies())[0]
    ok("in the login's own browser unlocking is enough", phone.answer(request, None, None, near.cookies())[0] == 200)

    status, told = phone.unmute(said_no(server, phone, number)["since"])
    ok("unlocking it ends a mute", status == 200 and phone.self()[1]["muted"] is None, told)

    _, shown = begin(Browser(server), number)
    request = phone.requests()[0]
    lock.count = 1
    status, told = phone.answer(request, shown["code"], None)
    ok("a copy of it is told by its counter", status == 403 and told["reason"] == "counter", told)
    ok("and the phone is suspended", phone.self()[1]["state"] == "suspended", phone.self())
    ok("another phone says no to that login", second.refuse(request)[0] == 200)

    synced = newly_paired(browser, server, ScreenLock(synced=True))
    _, shown = begin(Browser(server), number)
    ok("one that is copied by its maker logs in, without a counter", synced.answer(synced.requests()[0], shown["code"], None)[0] == 200)
    found = browser.ask("GET", "/v1/account/authenticators")[1]["authenticators"][0]
    ok("and the account says so", found["synced"] is True and found["unlock"] == "screen-lock", found)


def nobody(server):
    page = Browser(server)
    path, shown = begin(page, "0000-0000-00")
    ok("an account that nobody has is answered like any other", re.fullmatch("[0-9]{6}", shown["code"]) and
       page.ask("GET", path)[1]["app"]["state"] == "waiting", shown)


def locked(server, phone, number):
    begin(Browser(server), number)
    request = phone.requests()[0]
    left = [phone.answer(request, "000000", "no such pin")[1]["left"] for _ in range(5)]
    ok("five wrong PINs in a row", left == [4, 3, 2, 1, 0], left)
    ok("lock the phone", phone.self()[1]["state"] == "locked", phone.self())
    ok("which is shown nothing then", phone.call("GET", "/v1/app/requests")[1]["reason"] == "locked")


daemon = federation()
try:
    server = Server(f"https://localhost:{daemon.tls}", os.path.join(daemon.home, "tls.pem"))
    server.described = Described()
    home = Browser(server)
    number = opened(home)
    phone, pin = paired(home, server)
    clocks(phone)
    logs_in(server, phone, number, pin)
    app_to_app(server, phone, number, pin)
    two_at_once(server, phone, number, pin)
    screen_lock(home, server, number)
    nobody(server)
    strangers(server, phone, number, pin)
    muted(home, server, phone, number, pin)
    events(server, phone, number)
    daemon.restart()
    ok("a restart keeps the phone", phone.self()[0] == 200)
    locked(server, phone, number)
    server.described.told(ok)
finally:
    daemon.stop()
    if not failures:
        shutil.rmtree(daemon.home, ignore_errors=True)
sys.exit(1 if failures else 0)
