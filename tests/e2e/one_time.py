#!/usr/bin/env python3
"""tests/e2e/one_time.py - codes of oathtool log a person in: TOTP and HOTP taken over from the otpauth: address a page shows as QR, a
counter that ran ahead brought back by two codes, a code on paper; then the same code again, guesses, and what is kept of it all.

    tools/check runs it; by hand: WATASHI_BUILD=DIR tests/e2e/one_time.py

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
import json
import os
import shutil
import signal
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from person import enrolled, login_begun  # noqa: E402
from person_federation import Accounts, Browser  # noqa: E402
from proofing_federation import failures, need, ok  # noqa: E402

AHEAD = 5              # further codes of a counter that are looked at (server/daemon/person_service.c)
RESYNCHRONISING = 100  # with two codes
FAILURES = 5           # in a row: whoever goes on waits, longer each time
NAMES = {"totp": "時刻のアプリ", "hotp": "回数のアプリ"}

ADDED, SECRETS = "/v1/account/authenticators", []


class App:
    """A one-time code app: what it read from the otpauth: address, and oathtool that computes."""

    def __init__(self, uri):
        at = urllib.parse.urlsplit(uri)
        told = dict(urllib.parse.parse_qsl(at.query, strict_parsing=True))
        self.kind, self.scheme, self.label = at.netloc, at.scheme, urllib.parse.unquote(at.path)
        self.secret, self.issuer, self.digits = told["secret"], told["issuer"], told["digits"]
        self.digest, self.period = told.get("algorithm", "SHA1").lower(), int(told.get("period", 30))
        self.next = int(told["counter"]) if self.kind == "hotp" else 0

    def code_at(self, factor):
        how = ["--hotp", f"--counter={factor}"] if self.kind == "hotp" else [
            f"--totp={self.digest}", f"--time-step-size={self.period}s", f"--now=@{factor * self.period}"]
        code = need("oathtool", *how, f"--digits={self.digits}", "--base32", self.secret)
        SECRETS.append(code)
        return code

    def code(self):
        """The next one that was not shown yet: of a clock at most the one after the current, so that nobody need wait for it."""
        if self.kind == "totp":
            self.next = max(self.next, int(time.time()) // self.period)
        self.next += 1
        return self.code_at(self.next - 1)

    def wrong(self):
        """No code of any factor that could be looked at."""
        near = range(self.next - 4, self.next + RESYNCHRONISING + 8) if self.kind == "hotp" else range(self.next - 4, self.next + 8)
        codes = {self.code_at(max(factor, 0)) for factor in near}
        guess = next(f"{n:06d}" for n in range(len(codes) + 1) if f"{n:06d}" not in codes)
        SECRETS.append(guess)
        return guess


def added(browser, kind):
    """Begun, tried once with a wrong code, then with the right one."""
    status, begun = browser.post(f"{ADDED}/one-time", {"kind": kind, "name": NAMES[kind]})
    ok(f"a {kind} seed is shown, as address, letters and picture", status == 200 and begun["uri"].startswith(f"otpauth://{kind}/") and
       begun["qr"].startswith("<svg") and begun["secret"].replace(" ", "") in begun["uri"], (status, begun))
    app = App(begun["uri"])
    SECRETS.append(app.secret)
    ok("the app reads who it is of, and what it is to compute", app.label.startswith(f"/{app.issuer}:") and app.digits == "6" and
       app.digest == "sha1" and app.period == 30, begun["uri"])
    path = f"{ADDED}/one-time/{begun['id']}"
    status, told = browser.post(path, {"code": app.wrong()})
    ok("a wrong code adds nothing, and how often it may be tried still is told",
       status == 403 and told.get("step") == "code" and told.get("left") == 4, (status, told))
    status, made = browser.post(path, {"code": app.code()})
    ok(f"oathtool's code adds it ({kind})", status == 201 and made.get("state") == "active" and made.get("name") == NAMES[kind],
       (status, made))
    ok("it reaches what a one-time code app reaches: token level 2", (made.get("level") or {}).get("level") == "2", made)
    return app, made


def tried(f, number, body, way="code", browser=None):
    browser = browser or Browser(f)
    path = login_begun(f, browser)
    browser.post(f"{path}/claim", {"who": number, "remember": False})
    return browser, path, *browser.post(f"{path}/{way}", body)


def logs_in(f, number, app):
    """The account's page, by a code alone; a code counts once, whoever shows it again, in whichever login."""
    code = app.code()
    browser, path, status, told = tried(f, number, {"code": code})
    ok(f"a code logs in ({app.kind})", status == 200 and told["person"]["number"] == number and told["shown"][0]["way"] == "code",
       (status, told))
    status, done = browser.post(f"{path}/finish")
    ok("to the account", status == 200 and done.get("location") == "/account/" and browser.get("/v1/account")[0] == 200, (status, done))
    _, _, status, told = tried(f, number, {"code": code})
    ok("the same code again does not", status == 403 and told.get("step") == "code", (status, told))
    _, _, status, told = tried(f, number, {"code": app.code()})
    ok("the one after it does", status == 200, (status, told))
    return browser


def drifted(f, browser, number, app):
    """A counter that was pressed without logging in (RFC 4226 s7.4)."""
    app.next += AHEAD
    _, _, status, told = tried(f, number, {"code": app.code()})
    ok(f"a counter {AHEAD} ahead is found by one code", status == 200, (status, told))
    app.next += RESYNCHRONISING // 2
    _, _, status, told = tried(f, number, {"code": app.code()})
    ok("of one that ran further ahead one code is not taken", status == 403 and told.get("step") == "code", (status, told))
    _, _, status, told = tried(f, number, {"code": app.code_at(app.next), "second": app.code_at(app.next + 2)})
    ok("nor two that do not follow one another", status == 403, (status, told))
    first = app.code()
    _, _, status, told = tried(f, number, {"code": first, "second": app.code()})
    ok("two in a row bring it back, and log in", status == 200 and told["person"]["number"] == number, (status, told))
    _, _, status, told = tried(f, number, {"code": first, "second": app.code_at(app.next - 1)})
    ok("neither of the two counts again", status == 403, (status, told))
    _, _, status, told = tried(f, number, {"code": app.code()})
    ok("from then on one code is enough", status == 200, (status, told))
    far = app.next + RESYNCHRONISING + 1
    _, _, status, told = tried(f, number, {"code": app.code_at(far), "second": app.code_at(far + 1)})
    ok("two codes from beyond the window are none", status == 403, (status, told))
    _, _, status, told = tried(f, number, {"code": app.code()})
    ok("which leaves the counter where it was", status == 200, (status, told))
    seeds = [a for a in browser.get(ADDED)[1]["authenticators"] if a["kind"] == "one-time"]
    ok("and mistakes between right codes lock neither seed", [a["state"] for a in seeds] == ["active"] * 2, seeds)


def on_paper(f, browser, number):
    status, made = browser.post(f"{ADDED}/recovery")
    ok("recovery codes are drawn", status == 201 and len(made["codes"]) == 10, (status, list(made)))
    SECRETS.extend(made["codes"])
    paper = made["codes"][3]
    _, _, status, told = tried(f, number, {"code": paper}, "recovery")
    ok("one logs in", status == 200 and told["shown"][0]["way"] == "recovery", (status, told))
    _, _, status, told = tried(f, number, {"code": paper}, "recovery")
    ok("once", status == 403 and told.get("step") == "recovery", (status, told))
    kept = [a for a in browser.get(ADDED)[1]["authenticators"] if a["kind"] == "recovery"]
    ok("nine are left", [a["left"] for a in kept] == [9], kept)
    _, _, status, told = tried(f, number, {"code": made["codes"][9].replace("-", " ").lower()}, "recovery")
    ok("another does, however it is typed", status == 200, (status, told))
    return made["codes"][5]


def guessed(f, browser, number, app, paper):
    """Guesses spread over browsers and logins: each is of this account."""
    bad = app.wrong()
    told = [tried(f, number, {"code": bad})[2:] for _ in range(FAILURES + 1)]
    ok("wrong codes are refused, and the last of them as the first", [status for status, _ in told] == [403] * len(told), told)
    status, told = tried(f, number, {"code": bad})[2:]
    ok("then none is looked at for a while, in whichever login, and until when is told",
       status == 429 and told.get("code") == "limit" and told.get("until"), (status, told))
    status, told = tried(f, number, {"code": app.code()})[2:]
    ok("not even the right one", status == 429, (status, told))
    seeds = [a for a in browser.get(ADDED)[1]["authenticators"] if a["kind"] == "one-time"]
    ok("no seed is locked: a stranger who knows the number takes no way in away", len(seeds) == 2 and
       all((a["state"], a["usable"]) == ("active", True) for a in seeds), seeds)
    status, told = tried(f, number, {"code": paper}, "recovery")[2:]
    ok("paper waits for nobody", status == 200, (status, told))
    status, told = tried(f, number, {"code": app.code()})[2:]
    ok("and who has shown it need not wait either", status == 200, (status, told))
    status, told = tried(f, "0000-0000-00", {"code": bad})[2:]
    ok("a number that nobody has is answered as one that somebody has", status == 403 and told.get("step") == "code", (status, told))


def store_of(f):
    with open(f.daemon.file) as configuration:
        return os.path.join(f.daemon.directory, json.load(configuration)["store"].get("directory", "store"))


def kept(f):
    """What lies in the store and in the logs, byte by byte."""
    f.daemon.process.send_signal(signal.SIGTERM)
    f.daemon.process.wait(60)
    with open(os.path.join(store_of(f), "data.mdb"), "rb") as store:
        bytes_kept = store.read()
    ok("the store that is looked at is the one with the authenticators", all(name.encode() in bytes_kept for name in NAMES.values()))
    forms = []
    for secret in SECRETS:
        if len(secret) != 32 or "-" in secret:
            continue
        raw = base64.b32decode(secret)
        forms += [raw, raw.hex().encode(), secret.encode(), base64.b64encode(raw).rstrip(b"="), raw[:10], raw[10:]]
    ok("of two seeds it has no byte, in no spelling", len(forms) == 12 and not any(form in bytes_kept for form in forms))
    ok("nor a code of the paper", not any(s.encode() in bytes_kept or s.replace("-", "").encode() in bytes_kept
                                          for s in SECRETS if "-" in s) and any("-" in s for s in SECRETS))
    logs = ""
    for name in ("watashid.log", "access.log"):
        with open(os.path.join(f.daemon.home, name), encoding="utf-8") as log:
            logs += log.read()
    words = set(logs.replace("=", " ").replace('"', " ").replace("/", " ").replace(",", " ").split())
    ok("the log has no code and no seed", not any(s in words or (len(s) > 8 and s in logs) for s in SECRETS),
       [s for s in SECRETS if s in words])


def main():
    if not shutil.which("oathtool"):
        print("skip codes of oathtool: it is not installed (tools/install check)")
        return 0
    f = Accounts()
    try:
        card = f.citizen("hanako", "緑川　花子")
        browser = Browser(f)
        _, _, path = enrolled(f, browser, card)
        _, taken = browser.post(f"{path}/accept")
        number = taken["number"]
        totp, _ = added(browser, "totp")
        hotp, _ = added(browser, "hotp")
        logs_in(f, number, totp)
        logs_in(f, number, hotp)
        drifted(f, browser, number, hotp)
        paper = on_paper(f, browser, number)
        f.daemon.restart()
        ok("a restart keeps the seeds", tried(f, number, {"code": hotp.code()})[2] == 200)
        guessed(f, browser, number, hotp, paper)
        kept(f)
    finally:
        f.stop()
        shutil.rmtree(f.home, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
