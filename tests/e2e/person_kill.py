#!/usr/bin/env python3
"""tests/e2e/person_kill.py - every process killed at random, and now and then all of them, while people bind phones and passkeys, log in,
suspend and revoke.

    person_kill.py BUILD [SECONDS]     BUILD holds watashid, watashictl and watashi-testcard; 90 seconds unless told

Shows: what was acknowledged holds, what nobody knows was done or was not, nobody is in by what is revoked, nobody loses what is active,
no count goes back, history and ledger have each change once.
Lines `ok …` or `not ok …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import random
import shutil
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../bench"))
if len(sys.argv) > 1:
    os.environ["WATASHI_BUILD"] = os.path.abspath(sys.argv[1])
from harness import descendants  # noqa: E402
from kill import ready, role_of  # noqa: E402
from ledger import Tree, await_size, get, leaf_hash, log_of, note_read  # noqa: E402
from person_federation import Accounts  # noqa: E402
from person_life import REST, Person, count, counts, fail, failures, moment, tried  # noqa: E402

PEOPLE = ("hanako", "taro", "jiro", "sakura")
MOMENTS = ("pairing", "addition", "counter", "answer", "login", "suspension", "revocation")
# Of each at least so many in 35 seconds, or nothing is shown.
LEAST = {"pairing done": 8, "addition done": 8, "counter done": 20, "answer done": 8, "login done": 20, "suspension done": 5,
         "revocation done": 8, "revocation raced": 1, "binding by what is lost refused": 1, "reissue done": 1,
         "session of what was resumed ended": 1}
LEAST_CUT_OFF = 5  # of all that was asked: answered by nobody
TOLD = 30
WHOLE_EVERY = 9  # seconds
ROLES = ["recorder"] * 4 + ["worker"] * 6 + ["steward", "signer"]

killed, amid = {}, {}


class Gate:
    """Closed, nobody is asking anything."""

    def __init__(self):
        self.state, self.inside, self.open = threading.Condition(), 0, True

    def enter(self):
        with self.state:
            self.state.wait_for(lambda: self.open)
            self.inside += 1

    def leave(self):
        with self.state:
            self.inside -= 1
            self.state.notify_all()

    def close(self, seconds=90):
        with self.state:
            self.open = False
            if not self.state.wait_for(lambda: self.inside == 0, seconds):
                fail("somebody was never answered")

    def reopen(self):
        with self.state:
            self.open = True
            self.state.notify_all()


# Killing

def kill_one(daemon, dice, roles):
    """One of the next role, which stays the next while there is nobody of it."""
    role = roles[-1]
    candidates = [p for p in descendants(daemon.process.pid) if p != daemon.process.pid and role_of(p) == role]
    try:
        os.kill(dice.choice(candidates), signal.SIGKILL)
    except (IndexError, ProcessLookupError):
        return False
    killed[roles.pop()] = killed.get(role, 0) + 1
    return True


def starts_of(daemon):
    with open(os.path.join(daemon.home, "watashid.log"), "rb") as f:
        return f.read().count(b"watashid: ready ")


def started(daemon, before):
    """Who dies while it starts ends it, for its manager to begin again (watashid.service): until then nobody is killed."""
    until = time.monotonic() + 60
    while starts_of(daemon) == before and daemon.process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    if starts_of(daemon) == before:
        fail("the daemon did not start again")


def kill_all(daemon):
    """As when the power goes, but for what the kernel has: the supervisor first, so that nobody takes anybody's place."""
    everybody, before = descendants(daemon.process.pid), starts_of(daemon)
    for one in everybody:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            pass
    daemon.process.wait()
    until = time.monotonic() + 30
    while any(os.path.exists(f"/proc/{one}") and role_of(one) != "gone" for one in everybody) and time.monotonic() < until:
        time.sleep(0.02)
    killed["whole daemon"] = killed.get("whole daemon", 0) + 1
    daemon.start()
    started(daemon, before)


def kill_for(federation, dice, going_on, of=MOMENTS):
    """Each moment and each role in its turn: when somebody is at it, and a little later."""
    daemon, moments, roles = federation.daemon, [], []
    whole = time.monotonic() + dice.uniform(3, WHOLE_EVERY)
    while going_on():
        if daemon.process.poll() is not None:
            fail(f"the daemon ended by itself with status {daemon.process.returncode}")
            return
        moments = moments or dice.sample(of, len(of))
        roles = roles or dice.sample(ROLES, len(ROLES))
        wanted = moments.pop()
        asked = moment(wanted)
        asked.clear()
        if not asked.wait(2):
            continue
        time.sleep(dice.choice((0, dice.uniform(0, 0.005), dice.uniform(0, 0.02))))
        if time.monotonic() > whole:
            kill_all(daemon)
            whole = time.monotonic() + WHOLE_EVERY
        elif not kill_one(daemon, dice, roles):
            continue
        amid[wanted] = amid.get(wanted, 0) + 1
        time.sleep(dice.uniform(0.1, 0.6))


# Comparing, with the daemon whole and nobody asking

def compare(person, when):
    listed = person.listed()
    if listed is None:
        person.fail(f"{when}: the account cannot be seen")
        return
    person.compare_states(person.all, listed)
    ours = {one.id for one in person.all if one.id}
    for found in listed.values():
        if found["id"] not in ours and found["kind"] != "card":
            person.fail(f"{when}: {found['name']} is listed, and nobody added it")
        if found["usable"] != (found["state"] == "active"):
            person.fail(f"{when}: {found['name']} is {found['state']}, and usable is {found['usable']}")
    over = [a for a in person.all if a.states <= {"absent", "revoked"}]
    for one in [a for a in person.all if a not in over] + over[-8:] + person.dice.sample(over[:-8], min(3, len(over[:-8]))):
        compare_use(person, one, when)
    for session in person.sessions:
        compare_session(person, session, when)
    compare_code(person, when)


def compare_use(person, one, when):
    """Listed and usable are one thing."""
    state = next(iter(one.states))
    wanted = {"active": "in", "absent": "credential" if one.kind == "passkey" else "unpaired"}.get(state, state)
    if one.kind == "app":
        status, told = tried("look", one.key.self)
        found = told.get("state") or told.get("code")
        if found != {"absent": "unpaired", "revoked": "unpaired"}.get(state, state):
            person.fail(f"{when}: {one} is {state}, and is told {status} {told}")
        if not one.pin:
            return
    for again in range(3):
        said = person.log_in(one)
        if said is not None:
            break
        time.sleep(0.5)
    if said == wanted or (state == "revoked" and person.is_unknown_now(one, said)):
        count(f"{state} compared")
    else:
        person.fail(f"{when}: {one} is {state} after {one.told}, and a login with it ended with: {said}")


def compare_session(person, session, when):
    state = next(iter(session.by.states))
    status, told = tried("look", session.browser.get, "/v1/account")
    if status != (401 if session.is_over() else 200):
        person.fail(f"{when}: a session that rests on {session.by}, which is {state}, was answered {status} {told}")


def compare_code(person, when):
    if not person.used_code:
        return
    status, told = tried("look", person.stranger().ask, "POST", "/v1/app/pair", json.dumps({
        "code": person.used_code, "key": "AA", "platform": "p", "name": "n", "pin": "drawn", "signature": "A" * 86}).encode())
    if status != 404:
        person.fail(f"{when}: a code that had been used was answered {status} {told}")
    person.used_code = None


def history_of(person):
    """The oldest first."""
    found, before = [], ""
    while True:
        status, told = tried("look", person.home.get, f"/v1/account/history{before}")
        if status != 200:
            person.fail(f"the history was answered {status}")
            return found[::-1]
        found += told["events"]
        if not told["more"]:
            return found[::-1]
        before = f"?before={told['events'][-1]['id']}"


def compare_history(person):
    """Each change once, in its order; each login that was acknowledged. How many of its lines stand for an entry of the log, and the
    decisions it names."""
    events = history_of(person)
    steps = {}
    for event in events:
        if event["kind"] in ("credential-added", "credential-changed"):
            steps.setdefault(event["credential"], []).append(event)
    for one in [a for a in person.all if a.id]:
        lines = steps.pop(one.id, [])
        if [e["kind"] for e in lines] != ["credential-added"] + ["credential-changed"] * (len(lines) - 1):
            person.fail(f"the history of {one} is {[e['kind'] for e in lines]}")
            continue
        came_to = ["active"] + [e["detail"].split(" ")[0] for e in lines[1:]]
        if not len(one.told) <= len(lines) <= len(one.told) + one.unsure or one.states != {came_to[-1]}:
            person.fail(f"{one} is {one.states} after {one.told} and {one.unsure} that nobody knows of, and its history is {came_to}")
        if any(a == b or a == "revoked" for a, b in zip(came_to, came_to[1:])):
            person.fail(f"the history of {one} has steps that cannot be taken: {came_to}")
    if steps:
        person.fail(f"the history tells of authenticators that nobody has: {list(steps)}")
    logins = [e for e in events if e["kind"] == "login"]
    if not person.logins <= len(logins) <= person.logins + person.unsure_logins:
        person.fail(f"{person.logins} logins were acknowledged, {person.unsure_logins} nobody knows of, the history has {len(logins)}")
    refused = sum(e["kind"] == "login-refused" for e in events)
    changes = sum(e["kind"].startswith("credential-") for e in events)
    return changes + len(logins) + refused, [e["decision"] for e in logins]


def compare_ledger(federation, people, before):
    """As many leaves as changes, logins and proofings, one tree, and a receipt that holds for each of the last decisions."""
    daemon, lines, decisions = federation.daemon, 0, []
    for person in people:
        found = compare_history(person)
        lines += found[0]
        decisions.append(found[1])
    least = before + lines + sum(p.proofs for p in people)
    if not await_size(daemon.plain, least, 60):
        fail(f"the log has not the {least} leaves that there must be")
        return
    time.sleep(3)
    entries, note = log_of(daemon.plain)
    most = least + sum(p.unsure_proofs for p in people)
    if not least <= len(entries) <= most:
        fail(f"the log has {len(entries)} leaves, and {before} were there, {lines} changes and logins, {most - before - lines} proofings")
    if Tree(entries).root(len(entries)) != note_read(note)[3] or len({leaf_hash(e) for e in entries}) != len(entries):
        fail("the leaves are not those of the signed tree, or there are some twice")
    token = federation.caller("platform", "audit")
    for decision in [d for of in decisions for d in of[-5:]]:
        status, told = federation.ask("GET", f"/v1/ledger/entries/{decision}", authorization=f"Bearer {token}")
        if status != 200 or told["kind"] != "decision" or bytes.fromhex(told["commitment"]) != entries[told["index"]]:
            fail(f"the decision {decision} of a login was answered {status}, or stands elsewhere in the log")
        elif get(daemon.plain, f"/v1/receipts/{decision}")[0] != 200:
            fail(f"there is no receipt of {decision}")
        else:
            count("decisions in the log")


def replay(person):
    """A count that was acknowledged is not taken again: that is a copy, and stops both (WebAuthn L3 s7.2 step 22)."""
    for one in [a for a in person.all if a.states == {"active"} and a.kind == "passkey" and a.counted]:
        newest, one.key.count = one.key.count, one.counted - 1
        said = person.log_in(one)
        one.key.count = newest
        if said != "counter":
            person.fail(f"{one} answered with the count {one.counted} again: {said}")
            continue
        count("counts replayed")
        one.told.append("suspended")
        one.settle("suspended")
        person.expect_refused(one, "suspended")
        if person.step(one, "resume", "active") and person.log_in(one) != "in":
            person.fail(f"{one} was resumed after a replay, and does not log in")
        return


def compare_all(people, when, federation):
    if not ready(federation.daemon.local, 60):
        fail(f"{when}: the daemon did not become ready again after the last kill")
        return
    time.sleep(REST + 0.5)
    threads = [threading.Thread(target=compare, args=(p, when)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def restart(federation):
    """Ended in order, opened by a new recorder."""
    daemon = federation.daemon
    daemon.process.send_signal(signal.SIGTERM)
    if daemon.process.wait(60) != 0:
        fail(f"the daemon ended with status {daemon.process.returncode}")
    daemon.start()


def population(federation, seed):
    people = []
    for number, name in enumerate(PEOPLE):
        person = Person(federation, name, seed + number)
        person.enrol(federation.citizen(name, f"試験　{name}", born=f"1990-01-{number + 10}"))
        people.append(person)
    return people


def judge(seconds):
    for role in {*ROLES, "whole daemon"} - set(killed):
        fail(f"nothing is shown of {role}: never killed")
    for wanted in MOMENTS:
        if amid.get(wanted, 0) < max(1, seconds / 35):
            fail(f"nothing is shown of {wanted}: nobody was killed in the middle of it")
    for what, least in LEAST.items():
        if counts.get(what, 0) < least * min(1, seconds / 35):
            fail(f"too little happened to show anything: {what} {counts.get(what, 0)} times")
    if sum(n for what, n in counts.items() if what.endswith(" unknown")) < LEAST_CUT_OFF * min(1, seconds / 35):
        fail("hardly anything was cut off")


def shown(title, work, *words):
    """`ok` when nothing was wrong in it."""
    before = len(failures)
    work(*words)
    if len(failures) == before:
        print(f"ok {os.path.basename(sys.argv[0]).removesuffix('.py')}: {title}", flush=True)


def kill_and_compare(federation, people, dice, seconds, gate, when):
    until = time.monotonic() + seconds
    kill_for(federation, dice, lambda: time.monotonic() < until)
    gate.close()
    compare_all(people, when, federation)


def replay_all(people):
    for person in people:
        replay(person)


def restart_and_compare(federation, people):
    restart(federation)
    compare_all(people, "after a restart", federation)


def main(seconds):
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    print(f"# person_kill: seed {seed}, {seconds:g} s", flush=True)
    # These people are hastier than any.
    federation = Accounts(limits={"logins": 0, "tries": 0, "enrolments": 0, "accounts": 0})
    daemon, gate, stopping = federation.daemon, Gate(), threading.Event()
    try:
        # Nothing else goes into the log from now on.
        await_size(daemon.plain, 1)
        time.sleep(3)
        before = note_read(get(daemon.plain, "/checkpoint")[1].decode())[2]
        people = population(federation, seed)
        threads = [threading.Thread(target=p.live, args=(gate, stopping), daemon=True) for p in people]
        for thread in threads:
            thread.start()
        shown("what was acknowledged holds, nobody is in by what is revoked, nobody lost what is active", kill_and_compare, federation,
              people, dice, seconds / 2, gate, "in between")
        gate.reopen()
        shown("and again", kill_and_compare, federation, people, dice, seconds / 2, gate, "at the end")
        shown("no count goes back", replay_all, people)
        shown("history and ledger have each change once", compare_ledger, federation, people, before)
        shown("a restart changes nothing", restart_and_compare, federation, people)
        shown("enough of each happened, and was cut off", judge, seconds)
    finally:
        stopping.set()
        gate.reopen()
        for title, found in (("asked", counts), ("killed", killed), ("amid", amid)):
            print(f"# person_kill: {title}: " + ", ".join(f"{what} {found[what]}" for what in sorted(found)), flush=True)
        if failures and os.environ.get("KEEP"):
            print(f"# person_kill: kept {daemon.home} {federation.home}")
            daemon.process.send_signal(signal.SIGTERM)
        else:
            federation.stop()
            shutil.rmtree(federation.home, ignore_errors=True)
    for text in failures[:TOLD]:
        print(f"not ok person_kill: {text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[2]) if len(sys.argv) > 2 else 90))
