"""tests/e2e/openid_life.py - a person who signs on to relying parties, and their software, which remembers what it was given and what
it gave up, and asks again whatever was not answered. By itself it tests nothing.

Of a request whose connection broke, or that was answered 503, nobody knows whether it was done.
"""

import concurrent.futures
import copy
import http.client
import random
import time

from openid_federation import Answer, Person, ask, jws_is_by, jws_parts
from person_federation import Browser
from person_life import GONE, count, fail, moment

MOMENTS = ("authorize", "login", "redeem", "userinfo", "refresh", "revoke")
FRESH = 0.06          # of sign-ons: with a login by passkey
CODE_FOR = 55         # seconds; a code counts for 60
GRACE = 9             # seconds; a refresh token that was replaced counts for 10
IN_FORCE = 500        # seconds; an access token counts for 600
PATIENCE = 60         # seconds, until somebody must have been answered
KEPT = 64             # holdings that are looked at again
LOST = object()


class Unavailable(http.client.HTTPException):
    """Answered 503."""


class Patient(Browser):
    """A browser that stops at an answer 503."""

    def send(self, method, path, body, headers):
        told = super().send(method, path, body, headers)
        if told[0] == 503:
            raise Unavailable(path)
        return told


def asked(what, question):
    """Asked until it is answered: the Answer, and of how many attempts before it nobody knows the end."""
    unknown, until = 0, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        moment(what).set()
        try:
            answer = question()
        except ConnectionRefusedError:
            time.sleep(0.05)
            continue
        except GONE:
            answer = None
        if answer is None or answer.status == 503:
            unknown += 1
            count(f"{what} {'unavailable' if answer else 'cut off'}")
            time.sleep(0.02)
        else:
            if answer.status >= 500:
                fail(f"{what}: answered {answer}")
            return answer, unknown
    fail(f"{what}: never answered")
    return Answer(0, [], b"{}"), unknown


class Holding:
    """What a relying party holds of one sign-on."""

    def __init__(self, party, told):
        self.party, self.access, self.refresh = party, told["access_token"], told.get("refresh_token")
        self.since, self.all = time.monotonic(), [told["access_token"]]

    def takes(self, told):
        self.access, self.refresh, self.since = told["access_token"], told.get("refresh_token", self.refresh), time.monotonic()
        self.all.append(self.access)

    def __str__(self):
        return f"what {self.party.name} holds by {self.access[:24]}…"


class Life:
    def __init__(self, world, person, seed):
        self.world, self.f, self.dice = world, world.f, random.Random(seed)
        self.person = Person(world.f, person.key, Patient(world.f))
        # A party remembers its last verifier, so each life has its own.
        self.parties = [copy.copy(one) for one in (world.shop, world.post, world.bank, world.app)]
        self.keys = {one["kid"]: one for one in ask(world.f, "GET", "/oidc/jwks").json["keys"]}
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.subjects, self.agreed, self.knows_session = {}, set(), False
        self.alive, self.dead, self.entries = [], [], set()

    def at_once(self, *questions):
        """Each (what, question); what each was answered."""
        return [one.result() for one in [self.pool.submit(asked, *question) for question in questions]]

    def live(self, going_on):
        while going_on():
            self.sign_on()

    def sign_on(self):
        """From the relying party to what it holds in the end."""
        party, begun = self.dice.choice(self.parties), time.monotonic()
        back = self.comes_back(party)
        if not back:
            return
        count("logins")
        holding = self.redeem(party, back, begun)
        if holding:
            self.use(holding)
        for known, look in ((self.dead, self.look_at_dead), (self.alive, self.look_at_alive)):
            if known and self.dice.random() < 0.15:
                look(self.dice.choice(known))

    # To the relying party: with a code, or not at all.

    def comes_back(self, party):
        fresh = self.dice.random() < FRESH
        wanted = party.asks(scope="openid email", prompt="login" if fresh else None)
        moment("login" if fresh or not self.knows_session else "authorize").set()
        try:
            back = self.person.goes(party, wanted)
        except ConnectionRefusedError:
            time.sleep(0.05)
            return None
        except GONE:
            count("authorize cut off")
            # A login gives another cookie, and that may have been lost.
            self.knows_session = self.knows_session and not fresh
            return None
        except (ValueError, KeyError, TypeError, StopIteration) as why:
            fail(f"a sign-on to {party.name} ended with {why!r}")
            return None
        if back.error == "temporarily_unavailable":
            count("authorize unavailable")
            return None
        if not back.code or back.told.get("state") != wanted["state"] or back.told.get("iss") != self.f.origin:
            fail(f"a sign-on to {party.name} ended with {back}")
            return None
        self.judge_way(party, back, fresh)
        return back

    def judge_way(self, party, back, fresh):
        """Nobody logs in or agrees twice who was told that it is done."""
        if "login" in back.seen:
            count("logins by passkey")
            if not fresh and self.knows_session and party.name in self.agreed:
                fail(f"a session was lost: {back}")
        elif fresh:
            fail(f"nobody had to log in, although {party.name} asked for it: {back}")
        if "consent" in back.seen and party.name in self.agreed:
            fail(f"a consent to {party.name} was lost: {back}")
        self.knows_session = True
        self.agreed.add(party.name)

    # The code: shown by two at once.

    def redeem(self, party, back, begun):
        """The holding; None when nothing came of it, or all of it has ended."""
        if self.dice.random() < 0.5:
            return self.redeem_against_another(party, back, begun)
        answers = self.at_once(("redeem", lambda: party.redeems(back)), ("redeem", lambda: party.redeems(back)))
        given = [one for one, _ in answers if one.status == 200]
        unknown = sum(n for _, n in answers)
        for one in given:
            self.believe(party, one.json, back)
        if len(given) == 2:
            fail(f"a code of {party.name} was taken twice: {back}")
        elif not given:
            self.judge_lost(party, back, begun, unknown, [one for one, _ in answers])
        else:
            self.judge_reuse(party, given[0], next(one for one, _ in answers if one.status != 200), begun)
        return None

    def judge_reuse(self, party, given, refused, begun):
        """Who came second ends it all (RFC 9700 s4.13)."""
        if refused.error != "invalid_grant":
            fail(f"a used code of {party.name} was answered {refused}")
        elif time.monotonic() - begun > CODE_FOR:
            count("codes that ran out")
        else:
            count("codes reused")
            self.bury(Holding(party, given.json))

    def redeem_against_another(self, party, back, begun):
        """Who is not meant is refused, and that changes nothing."""
        other = self.dice.choice([one for one in self.parties if one is not party])
        (mine, unknown), (theirs, _) = self.at_once(("redeem", lambda: party.redeems(back)), ("redeem", lambda: other.redeems(back)))
        if theirs.status != 400 or theirs.error != "invalid_grant":
            fail(f"{other.name} showed a code of {party.name}, and was answered {theirs}")
        count("codes refused")
        if mine.status != 200:
            self.judge_lost(party, back, begun, unknown, [mine])
            return None
        self.believe(party, mine.json, back)
        return Holding(party, mine.json)

    def judge_lost(self, party, back, begun, unknown, answers):
        """No tokens: there was somebody who was not told that he had them, or it is lost."""
        if time.monotonic() - begun > CODE_FOR:
            count("codes that ran out")
        elif unknown and all("used" in str(one.json.get("error_description")) for one in answers):
            count("codes used by who was cut off")
        else:
            fail(f"a code of {party.name} was lost: {back} {answers}, {unknown} of which nobody knows")

    def believe(self, party, told, back=None):
        """An ID token is signed, for who asked, about who signed on, and names its entry in the ledger."""
        head, claims = jws_parts(told["id_token"])
        subject = self.subjects.setdefault(party.name, claims.get("sub"))
        conditions = {
            "its key": head["kid"] in self.keys and jws_is_by(told["id_token"], self.keys[head["kid"]]),
            "iss": claims.get("iss") == self.f.origin, "aud": claims.get("aud") in (party.id, [party.id]),
            "sub": subject and claims.get("sub") == subject, "txn": claims.get("txn"),
            "nonce": not back or claims.get("nonce") == back.asked["nonce"],
        }
        wrong = [name for name, holds in conditions.items() if not holds]
        if wrong:
            fail(f"an ID token for {party.name} is wrong in {wrong}: {claims}")
        count("ID tokens")
        self.entries.add((party.name, claims.get("txn")))

    # What it holds.

    def use(self, holding):
        self.look_at_alive(holding)
        if holding.refresh and self.dice.random() < 0.5 and self.refresh_twice(holding) is LOST:
            return
        if self.dice.random() < 0.4:
            self.revoke(holding)
        else:
            self.alive = [*self.alive[-KEPT:], holding]

    def refresh_twice(self, holding):
        """By two at once, and then by a third who has not heard of it. LOST: one of them came too late, which has to end it."""
        party, shown, begun = holding.party, holding.refresh, time.monotonic()
        answers = self.at_once(("refresh", lambda: party.refreshes(shown)), ("refresh", lambda: party.refreshes(shown)))
        answers.append(asked("refresh", lambda: party.refreshes(shown)))
        refused = [one for one, _ in answers if one.status != 200]
        if refused:
            if time.monotonic() - begun < GRACE or not party.rotates:
                fail(f"a refresh token of {party.name} was answered {refused}")
            count("refreshed too late")
            return LOST
        told = [one.json for one, _ in answers]
        for one in told:
            self.believe(party, one)
            holding.takes(one)
        next_ones = {one.get("refresh_token") for one in told}
        if len(next_ones) != 1 or (next_ones != {None}) != party.rotates or shown in next_ones:
            fail(f"{party.name} refreshed three times at once, and was told {len(next_ones)} next ones: {next_ones}")
        count("refreshed, replaced" if party.rotates else "refreshed, kept")
        return self.look_at_alive(holding)

    def revoke(self, holding):
        """All of it by its refresh token, while somebody refreshes; or the access token alone."""
        party = holding.party
        whole = holding.refresh and self.dice.random() < 0.7
        token = holding.refresh if whole else holding.access
        questions = [("revoke", lambda: party.posts("/oidc/revoke", {"token": token}))]
        if whole and self.dice.random() < 0.5:
            questions.append(("refresh", lambda: party.refreshes(token)))
        (done, _), *refreshed = self.at_once(*questions)
        if done.status != 200:
            fail(f"{party.name} gives up a token, and is answered {done}")
            return
        count("revocations")
        for one, _ in refreshed:
            if one.status == 200:
                self.believe(party, one.json)
                holding.takes(one.json)
            elif one.error != "invalid_grant":
                fail(f"{party.name} refreshed what it gave up, and was answered {one}")
        if not whole:
            # What else it holds stays; only that token is looked at.
            holding.refresh, holding.all = None, [token]
        self.bury(holding)

    def bury(self, holding):
        self.dead = [*self.dead[-KEPT:], holding]
        self.look_at_dead(holding)

    def look_at_alive(self, holding):
        if time.monotonic() - holding.since > IN_FORCE:
            return
        answer, _ = asked("userinfo", lambda: holding.party.learns(holding.access))
        if answer.status != 200 or answer.json.get("sub") != self.subjects.get(holding.party.name):
            fail(f"{holding} was lost: {answer}")
        count("found in force")

    def look_at_dead(self, holding):
        party, access = holding.party, self.dice.choice(holding.all)
        answer, _ = asked("userinfo", lambda: party.learns(access))
        if answer.status != 401:
            fail(f"{holding} is in force after its end: userinfo answers {answer}")
        if party.way != "none":
            answer, _ = asked("introspect", lambda: party.introspects(holding.refresh or access))
            if answer.status != 200 or answer.json.get("active") is not False:
                fail(f"{holding} is in force after its end: introspection answers {answer}")
        if holding.refresh:
            answer, _ = asked("refresh", lambda: party.refreshes(holding.refresh))
            if answer.status != 400 or answer.error != "invalid_grant":
                fail(f"{holding} is refreshed after its end: {answer}")
        count("found ended")
