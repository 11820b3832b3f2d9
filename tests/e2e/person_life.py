"""tests/e2e/person_life.py - a person who binds, uses, suspends and revokes authenticators, and remembers what was asked and how it was
answered: done, refused, or nobody knows. By itself it tests nothing.

What nobody knows is one of several states until the authenticator has been looked at; what was answered is one. A request whose
connection broke may still be on its way to the store, so what it was about rests for a while.
"""

import hashlib
import http.client
import json
import os
import random
import threading
import time

from app_client import Phone, Server, b64
from person_federation import Browser, Passkey, card_answers

GONE = (http.client.HTTPException, OSError)
NOT_SENT = -1
REST = 2  # seconds, until a request that was cut off has been done or never will be
MANY = 6
NAMED = 64  # a revoked authenticator is found among the newest of an account (transaction/login/case.h)

lock = threading.Lock()
failures, counts, moments = [], {}, {}


def fail(text):
    with lock:
        failures.append(text)


def count(what):
    with lock:
        counts[what] = counts.get(what, 0) + 1


def moment(what):
    """Set whenever somebody asks for that: so that a process can be killed in the middle of it."""
    with lock:
        return moments.setdefault(what, threading.Event())


class Nearby(Server):
    """Asked from an address of its own: wrong codes are counted by address."""

    def __init__(self, federation, address):
        super().__init__(federation.origin, os.path.join(federation.daemon.home, "tls.pem"))
        self.port, self.address = federation.daemon.plain, address

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(self.address, 0))


def tried(what, ask, *words, **more):
    """(status, answer); status 0 when nobody knows, NOT_SENT when nobody was there."""
    moment(what).set()
    try:
        status, told = ask(*words, **more)
    except ConnectionRefusedError:
        time.sleep(0.05)
        return NOT_SENT, {}
    except TimeoutError:
        count("answers that never came")
        return 0, {}
    except GONE:
        return 0, {}
    if status == 503:
        count("answers 503")
        return 0, told
    if status == 429:
        count("answers 429")
        time.sleep(0.3)
    elif status >= 500:
        fail(f"{what}: answered {status} {told}")
        return 0, told
    return status, told


class Authenticator:
    def __init__(self, kind, name, key, pin=None):
        self.kind, self.name, self.key, self.pin = kind, name, key, pin
        self.id, self.states, self.resting = None, {"absent"}, 0
        self.told, self.unsure = [], 0  # changes that were acknowledged; how many more there may be
        self.counted = 0                # the last count that was acknowledged
        self.stops = 0                  # how often it was stopped: sessions that rest on it have ended with each

    def __str__(self):
        return f"{self.kind} {self.name}"

    def note(self, status, good, state):
        """A change to `state` was asked for."""
        if status == good:
            if self.states != {state}:
                self.told.append(state)
            self.settle(state)
        elif status == 0:
            self.states |= {state}
            self.unsure += 1
            self.rest()
        return status == good

    def settle(self, state):
        """It is known which one it is."""
        if "active" in self.states and state not in ("active", "absent"):
            self.stops += 1
        self.states = {state}

    def rest(self):
        self.resting = time.monotonic() + REST

    def rested(self):
        return time.monotonic() > self.resting

    def surely(self, state):
        return self.states == {state} and self.rested()


class Session:
    """Rests on one authenticator alone, and ends when that is stopped: resumed, it logs in anew."""

    def __init__(self, browser, by):
        self.browser, self.by = browser, by
        self.stops = by.stops if by else 0

    def is_over(self):
        return self.by.states.isdisjoint({"active"}) or self.by.stops != self.stops


class Person:
    def __init__(self, federation, name, seed):
        self.federation, self.name = federation, name
        self.dice = random.Random(seed)
        self.server = self.stranger()
        self.all, self.sessions, self.together = [], [], []
        self.serial, self.proofs, self.unsure_proofs = 0, 0, 0
        self.logins = self.unsure_logins = 0
        self.home = self.number = None
        self.used_code = None

    def stranger(self):
        """Whose wrong codes are nobody else's."""
        return Nearby(self.federation, f"127.0.{self.dice.randrange(2, 255)}.{self.dice.randrange(1, 255)}")

    def __str__(self):
        return self.name

    def fail(self, text):
        fail(f"{self.name}: {text}")

    # The account

    def enrol(self, card):
        """Before anybody is killed."""
        self.card = card
        browser = Browser(self.federation)
        path = self.proofed(browser, False)
        status, taken = browser.post(f"{path}/accept")
        if status != 200:
            raise SystemExit(f"not ok {self.name} enrols: {status} {taken}")
        self.home, self.number = browser, taken["number"]

    def proofed(self, browser, reissue):
        """Until the card has answered; None when something broke on the way."""
        status, begun = tried("enrolment", browser.post, "/v1/enrol", {"language": "ja", "reissue": reissue})
        if status != 201:
            return None
        path = f"/v1/enrol/{begun['enrolment']}"
        status, task = tried("enrolment", browser.post, f"{path}/card")
        if status not in (200, 201):
            return None
        status, told = tried("proofing", card_answers, self.federation, self.card, task["link"])
        self.proofs += status == 200
        self.unsure_proofs += status == 0
        return path if status == 200 and told.get("outcome") == "established" else None

    def listed(self):
        """By id; None when it cannot be seen now."""
        found, before = {}, ""
        while True:
            status, told = tried("look", self.home.get, f"/v1/account/authenticators{before}")
            if status != 200:
                if status == 401:
                    self.fail(f"the session of the proofing is no more: {told}")
                return None
            for one in told["authenticators"]:
                if one["id"] in found:
                    self.fail(f"{one['id']} is listed twice")
                found[one["id"]] = one
            if not told["more"]:
                return found
            before = f"?before={told['authenticators'][-1]['id']}"

    def ones(self, state="active", kind=None):
        return [a for a in self.all if a.surely(state) and a.id and kind in (None, a.kind)]

    def a_way_in(self):
        """Of passkeys and phones one as often as the other; None: there is none."""
        ways = {k: [a for a in self.ones(kind=k) if k == "passkey" or a.pin] for k in ("passkey", "app")}
        kinds = [k for k in ways if ways[k]]
        return self.dice.choice(ways[self.dice.choice(kinds)]) if kinds else None

    def new_name(self):
        self.serial += 1
        return f"{self.name}-{self.serial}"

    # What a person does. Each returns nothing: it remembers.

    def add_passkey(self):
        browser = self.home
        status, options = tried("addition", browser.post, "/v1/account/authenticators/passkey/options", {"conditional": False})
        if status != 200:
            return
        one = Authenticator("passkey", self.new_name(), Passkey(self.federation))
        body = {"credential": one.key.create(options), "name": one.name}
        self.all.append(one)
        status, made = tried("addition", browser.post, "/v1/account/authenticators/passkey", body)
        self.added("addition", one, status, made)

    def added(self, what, one, status, made):
        if one.note(status, 201, "active"):
            one.id = made.get("id")
            count(f"{what} done")
        elif status == 0:
            count(f"{what} unknown")
        elif status not in (NOT_SENT, 409, 429):
            self.fail(f"{what} of {one} was answered {status} {made}")

    def paired_code(self, browser):
        status, pairing = tried("code", browser.post, "/v1/account/pairing")
        return pairing["code"] if status == 201 else None

    def pair(self):
        code = self.paired_code(self.home)
        if not code:
            return
        drawn = self.dice.random() < 0.3
        one = self.phone(self.server, None if drawn else f"pass-{self.dice.randrange(10**9):09d}")
        self.all.append(one)
        status, told = self.pair_with(one, code)
        self.added("pairing", one, status, told)
        if status == 201:
            one.pin = told["pin"] or one.pin
            if told["device"] != one.key.device:
                self.fail(f"{one} is called {told['device']}")
            self.used_code = code
            status, how = tried("look", self.home.get, "/v1/account/pairing")
            if status == 200 and how["state"] != "done":
                self.fail(f"{one} is paired, and the page is told {how}")
            one.id = how.get("authenticator")

    def phone(self, server, pin):
        one = Authenticator("app", self.new_name(), Phone(server), pin)
        # Known to both before the answer: a phone that did not hear it may be bound all the same.
        one.key.device = b64(hashlib.sha256(b"\3" + one.key.spki).digest())
        return one

    def pair_with(self, one, code):
        """A phone's answer to a code."""
        key = b64(one.key.spki)
        body = {"code": code, "key": key, "platform": "Python", "name": one.name, "pin": one.pin or "drawn",
                "signature": one.key.sign("pair", self.server.origin, code, key)}
        return tried("pairing", one.key.server.ask, "POST", "/v1/app/pair", json.dumps(body).encode())

    def log_in(self, one):
        """"in", why not, or None: nobody knows."""
        browser = Browser(self.federation)
        status, begun = tried("begin", browser.post, "/v1/login", {"for": "account", "return": "/account/", "why": None})
        if status != 201:
            return None
        path = f"/v1/login/{begun['login']}"
        said = (self.by_passkey if one.kind == "passkey" else self.by_phone)(one, browser, path)
        return self.finished(one, browser, path) if said == "in" else said

    def by_passkey(self, one, browser, path):
        status, options = tried("begin", browser.post, f"{path}/passkey/options", {"conditional": False})
        if status != 200:
            return None
        status, told = tried("counter", browser.post, f"{path}/passkey", one.key.get(options))
        if status == 200:
            count("counter done")
            one.counted = max(one.counted, one.key.count)
            if not told["person"] or told["person"]["number"] != self.number:
                self.fail(f"{one} logged somebody else in")
            return "in"
        count("counter unknown" if status == 0 else "counter refused")
        if status == 403:
            return told.get("reason") or told["step"]
        if status not in (0, NOT_SENT, 409, 429):
            self.fail(f"a login by {one} was answered {status} {told}")
        return None

    def by_phone(self, one, browser, path):
        status, _ = tried("begin", browser.post, f"{path}/claim", {"who": self.number, "remember": False})
        if status != 204:
            return None
        status, shown = tried("begin", browser.post, f"{path}/app")
        if status != 201:
            return None
        status, told = tried("look", one.key.call, "GET", "/v1/app/requests")
        if status in (401, 403):
            return told.get("reason") or told["code"]
        request = [r for r in told.get("requests", []) if r["id"] == shown["request"]]
        if status != 200:
            return None
        if not request:
            self.fail(f"a login's question never reached {one}: {told}")
            return None
        status, told = tried("answer", one.key.answer, request[0], shown["code"], one.pin)
        if status == 0:
            one.rest()
            time.sleep(REST / 2)
            status, told = tried("answer", one.key.answer, request[0], shown["code"], one.pin)
            if status == 404:  # It was taken the first time.
                status = 200
        if status == 200:
            count("answer done")
            return "in"
        count("answer unknown" if status == 0 else "answer refused")
        if status in (401, 403):
            return told.get("reason") or told.get("step") or told["code"]
        if status not in (0, NOT_SENT, 404, 409, 429):
            self.fail(f"an answer by {one} was answered {status} {told}")
        return None

    def finished(self, one, browser, path):
        status, told = tried("login", browser.post, f"{path}/finish")
        if status == 0:
            count("login unknown")
            self.unsure_logins += 1
            one.rest()
            time.sleep(REST / 2)
            status, told = tried("login", browser.post, f"{path}/finish")
        if status == 200:
            count("login done")
            self.logins += 1
            self.sessions = self.sessions[-11:] + [Session(browser, one)]
            return "in"
        if status == 403:
            return "unmet"
        if status not in (0, NOT_SENT, 401, 404, 409, 429):
            self.fail(f"a login's end by {one} was answered {status} {told}")
        return None

    def log_in_with(self, one):
        said = self.log_in(one)
        if said not in ("in", None):
            self.fail(f"{one} is active, and was refused: {said}")
        return said

    def log_in_somehow(self):
        one = self.a_way_in()
        if one:
            self.log_in_with(one)

    def step(self, one, step, state, reason="other"):
        """Whether it was acknowledged."""
        what = "revocation" if step == "revoke" else "suspension"
        status, told = tried(what, self.home.post, f"/v1/account/authenticators/{one.id}/{step}", {"reason": reason, "confirm": True})
        if one.note(status, 200, state):
            count(f"{what} done")
            if told["state"] != state:
                self.fail(f"{step} of {one} was acknowledged, and it is {told['state']}")
            return True
        if status == 0:
            count(f"{what} unknown")
        elif status not in (NOT_SENT, 409, 429):
            self.fail(f"{step} of {one} was answered {status} {told}")
        return False

    def suspend(self):
        able = self.ones()
        if len(able) > 1:
            one = self.dice.choice(able)
            if self.step(one, "suspend", "suspended") and self.dice.random() < 0.5:
                self.expect_refused(one, "suspended")

    def resume(self):
        for one in self.ones("suspended")[:1]:
            if self.step(one, "resume", "active"):
                for session in [s for s in self.sessions if s.by is one]:
                    self.expect_ended(session)
                    count("session of what was resumed ended")
                if one.kind == "passkey" or one.pin:
                    self.log_in_with(one)

    def expect_refused(self, one, reason):
        said = self.log_in(one)
        if said in (None, reason) or (reason == "revoked" and self.is_unknown_now(one, said)):
            return
        self.fail(f"{one} is {reason}, and a login with it ended with: {said}")

    def is_unknown_now(self, one, said):
        """A phone is told that it is none any more; a passkey among very many is one that nobody has."""
        made_since = sum(1 for a in self.all[self.all.index(one):] if a.states != {"absent"})
        return said == "unpaired" if one.kind == "app" else said == "credential" and made_since > NAMED

    def expect_ended(self, session):
        status, told = tried("look", session.browser.get, "/v1/account")
        if status not in (0, NOT_SENT, 401):
            self.fail(f"a session that rests on {session.by}, which is {session.by.states}, was answered {status}")

    def revoke(self):
        able = self.ones() + self.ones("suspended")
        if len(self.ones()) > 2:
            one = self.dice.choice(able)
            if self.step(one, "revoke", "revoked"):
                self.expect_over(one)

    def expect_over(self, one):
        if one.kind == "passkey" or one.pin:
            self.expect_refused(one, "revoked")
        for session in self.sessions:
            if session.by is one:
                self.expect_ended(session)

    def revoke_while_logging_in(self):
        """Whichever is first: afterwards nobody is in by it."""
        one = self.a_way_in()
        if len(self.ones()) < 3 or not one:
            return
        login = threading.Thread(target=self.log_in, args=(one,))
        login.start()
        time.sleep(self.dice.uniform(0, 0.08))
        revoked = self.step(one, "revoke", "revoked")
        login.join()
        if revoked:
            count("revocation raced")
            self.expect_over(one)

    def bind_by_what_is_lost(self):
        """A phone's code and a passkey's challenge from a session whose authenticator is then stopped bind nothing any more."""
        able = self.ones(kind="passkey")
        if len(self.ones()) < 3 or not able:
            return
        one = self.dice.choice(able)
        if self.log_in_with(one) != "in":
            return
        browser = self.sessions[-1].browser
        code = self.paired_code(browser)
        login, begun = tried("begin", browser.post, "/v1/login", {"for": "account", "return": "/account/", "why": None})
        status, options = tried("addition", browser.post, "/v1/account/authenticators/passkey/options", {"conditional": False})
        step, state = self.dice.choice((("revoke", "revoked"), ("suspend", "suspended")))
        if not self.step(one, step, state):
            return
        if login == 201:
            ended, told = tried("login", browser.post, f"/v1/login/{begun['login']}/finish")
            if ended == 200:
                self.fail(f"a login that steps up a session that rests on {one}, which is {one.states}, was finished")
        if code:
            phone = self.phone(self.stranger(), "pass-of-a-thief")
            self.expect_unbound(phone, one, *self.pair_with(phone, code))
        if status == 200:
            key = Authenticator("passkey", self.new_name(), Passkey(self.federation))
            self.expect_unbound(key, one, *tried("addition", browser.post, "/v1/account/authenticators/passkey", {
                "credential": key.key.create(options), "name": key.name}))

    def expect_unbound(self, new, by, status, told):
        if status == 201:
            self.all.append(new)
            new.id, new.states, new.told = told.get("id"), {"active"}, ["active"]
            self.fail(f"{new} was bound by a session that rests on {by}, which is {by.states}")
        elif status in (401, 404):
            count("binding by what is lost refused")

    def reissue(self):
        """By the card: what is lost is revoked, all or nothing, and there is a session at once, also where the one that asked rested on
        what is lost."""
        lost = self.dice.sample(self.ones(), min(len(self.ones()), self.dice.randrange(1, 4)))
        live = [s for s in self.sessions if s.by.surely("active") and not s.is_over()]
        joined = Session(Browser(self.federation), None)
        if live and self.dice.random() < 0.5:
            joined = self.dice.choice(live)
            self.sessions.remove(joined)
        browser = joined.browser
        path = self.proofed(browser, True)
        if not path or not lost:
            return
        status, told = tried("revocation", browser.post, f"{path}/accept", {"revoke": [a.id for a in lost]})
        for one in lost:
            one.note(status, 200, "revoked")
        if status == 200:
            count("reissue done")
            # A session that had seen an authenticator rests on it for good.
            if self.expect_in(browser) and joined.by in [None, *lost]:
                self.home = browser
            for one in lost:
                self.expect_over(one)
        elif status == 0:
            count("reissue unknown")
            self.together.append(lost)
        elif status not in (NOT_SENT, 404, 409, 429):
            self.fail(f"a re-issue was answered {status} {told}")

    def expect_in(self, browser):
        status, told = tried("look", browser.get, "/v1/account")
        if status not in (0, NOT_SENT, 200):
            self.fail(f"whom the card has just proofed is not logged in: {status} {told}")
        return status == 200

    def settle(self):
        """What nobody knows is looked at."""
        open_ones = [a for a in self.all if a.rested() and (len(a.states) > 1 or (not a.id and a.states != {"absent"}))]
        listed = self.listed() if open_ones else None
        if listed is not None:
            self.compare_states(open_ones, listed)

    def compare_states(self, ones, listed):
        for one in ones:
            self.compare_state(one, listed)
        for lost in [g for g in self.together if all(len(a.states) == 1 for a in g)]:
            if len({a.states == {"revoked"} for a in lost}) != 1:
                self.fail(f"of a re-issue a part was done: {[(str(a), a.states) for a in lost]}")
            self.together.remove(lost)

    def compare_state(self, one, listed):
        found = listed.get(one.id) or next((f for f in listed.values() if f["name"] == one.name), {"state": "absent", "id": None})
        if found["state"] not in one.states:
            self.fail(f"{one} can be {sorted(one.states)} after {one.told}, and is listed {found['state']}")
        if one.states != {found["state"]}:
            count("settled")
        one.settle(found["state"])
        one.id = found["id"] or one.id

    def live(self, gate, stopping):
        """Until told to stop; waits where the gate is closed."""
        ways = [(self.add_passkey, 3), (self.pair, 4), (self.log_in_somehow, 6), (self.suspend, 2), (self.resume, 2), (self.revoke, 3),
                (self.revoke_while_logging_in, 2), (self.bind_by_what_is_lost, 1), (self.reissue, 1)]
        while True:
            gate.enter()
            try:
                if stopping.is_set():
                    return
                self.settle()
                usable = len(self.ones())
                if usable < 3:
                    self.dice.choice((self.add_passkey, self.pair))()
                elif usable > MANY:
                    self.dice.choice((self.revoke, self.revoke_while_logging_in))()
                else:
                    self.dice.choices([w for w, _ in ways], [n for _, n in ways])[0]()
            except Exception as wrong:  # noqa: BLE001: a thread that ends silently would show nothing
                self.fail(f"the test itself: {wrong!r}")
                raise
            finally:
                gate.leave()
