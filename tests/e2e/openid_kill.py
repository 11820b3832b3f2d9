#!/usr/bin/env python3
"""tests/e2e/openid_kill.py - every process killed at random, and now and then all of them, while people sign on to relying parties by
OpenID Connect, and several clients use what came of it.

    openid_kill.py BUILD [LOGINS]     BUILD holds watashid, watashictl and watashi-testcard; 10000 logins unless told

Shows: no code is taken twice, and none that was given is lost; nothing is in force after its end was acknowledged; a refresh token has one
next one; each ID token's decision is in the log, with a receipt that holds.
Lines `ok …` or `not ok …: why`; exit status 1 when anything is not ok.
"""

import base64
import os
import random
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
if len(sys.argv) > 1:
    os.environ["WATASHI_BUILD"] = os.path.abspath(sys.argv[1])
from kill import ready  # noqa: E402
from ledger import Tree, await_size, get, inclusion_holds, leaf_hash, log_of, note_read, signature_holds  # noqa: E402
from openid_federation import World  # noqa: E402
from openid_life import MOMENTS, Life  # noqa: E402
from person_kill import ROLES, amid, kill_for, killed, restart, shown  # noqa: E402
from person_life import count, counts, fail, failures  # noqa: E402

PEOPLE = ("taro", "jiro", "sakura", "ume", "kiku", "momo", "ran")
TOLD = 30
# Of each at least so many in 400 logins, or nothing is shown.
LEAST = {"logins by passkey": 8, "codes reused": 100, "codes refused": 100, "revocations": 20, "refreshed, replaced": 8,
         "refreshed, kept": 20, "found in force": 100, "found ended": 100, "ID tokens": 300}
LEAST_CUT_OFF = 5


def sign_on_and_kill(world, lives, dice, logins):
    stopped = threading.Event()

    def going_on():
        return counts.get("logins", 0) < logins and not stopped.is_set()

    threads = [threading.Thread(target=one.live, args=(going_on,), daemon=True) for one in lives]
    for thread in threads:
        thread.start()
    try:
        kill_for(world.f, dice, going_on, MOMENTS)
    finally:
        stopped.set()
    for thread in threads:
        thread.join(180)
        if thread.is_alive():
            fail("somebody was never answered")


def look_at_all(world, lives):
    """With the daemon whole."""
    if not ready(world.f.daemon.local, 60):
        fail("the daemon did not become ready again after the last kill")
        return
    for life in lives:
        for holding in life.alive:
            life.look_at_alive(holding)
        for holding in life.dead:
            life.look_at_dead(holding)


def restart_and_look(world, lives):
    restart(world.f)
    look_at_all(world, lives)


def receipt_of(daemon, name):
    """(index, path, checkpoint)."""
    status, text = get(daemon.plain, f"/v1/receipts/{name}")
    if status != 200:
        fail(f"the receipt of {name} was answered {status}")
        return None
    head, _, checkpoint = text.decode().partition("\n\n")
    lines = head.split("\n")
    return int(lines[1].removeprefix("index ")), [base64.b64decode(line) for line in lines[2:]], checkpoint


def collect(world, lives):
    """Of each decision behind an ID token: its commitment, shown to a caller of the member it is about, and its receipt."""
    named, found = set().union(*(life.entries for life in lives)), {}
    tokens = {party.name: world.f.caller(party.name, "decide") for party in lives[0].parties}
    if not await_size(world.f.daemon.plain, len({name for _, name in named}), 60):
        fail(f"the log has not the {len(named)} leaves that there must be")
    time.sleep(3)
    for party, name in sorted(named):
        status, told = world.f.ask("GET", f"/v1/ledger/entries/{name}", authorization=f"Bearer {tokens[party]}")
        if status != 200 or told["kind"] != "decision":
            fail(f"the decision {name} behind an ID token for {party} was answered {status} {str(told)[:200]}")
        else:
            found[name] = told["index"], bytes.fromhex(told["commitment"]), receipt_of(world.f.daemon, name)
    return found


def check_ledger(world, lives):
    """All receipts are of the one tree that the newest checkpoint signs, as are the decisions."""
    daemon, found, checked = world.f.daemon, collect(world, lives), {}
    log, note = log_of(daemon.plain)
    tree = Tree(log)

    def is_ours(checkpoint):
        if checkpoint not in checked:
            _, _, size, root, _ = note_read(checkpoint)
            checked[checkpoint] = size <= len(log) and tree.root(size) == root and signature_holds(daemon, checkpoint)
        return checked[checkpoint]

    if not is_ours(note):
        fail("the leaves are not those of the signed tree")
    for name, (index, commitment, receipt) in found.items():
        if index >= len(log) or log[index] != commitment:
            fail(f"the decision {name} is not in the log")
        elif receipt:
            at, path, checkpoint = receipt
            _, _, size, root, _ = note_read(checkpoint)
            if at != index or not is_ours(checkpoint) or not inclusion_holds(leaf_hash(commitment), at, size, path, root):
                fail(f"the receipt of {name} does not hold")
            count("entries checked")
    if len(found) < counts.get("logins", 0) * 0.8:
        fail(f"only {len(found)} decisions stand behind the ID tokens of {counts.get('logins')} logins")


def judge(logins):
    share = min(1, logins / 400)
    for role in {*ROLES, "whole daemon"} - set(killed):
        fail(f"nothing is shown of {role}: never killed")
    for wanted in MOMENTS:
        if not amid.get(wanted):
            fail(f"nothing is shown of {wanted}: nobody was killed in the middle of it")
    for what, least in LEAST.items():
        if counts.get(what, 0) < least * share:
            fail(f"too little happened to show anything: {what} {counts.get(what, 0)} times")
    if sum(n for what, n in counts.items() if what.endswith((" cut off", " unavailable"))) < LEAST_CUT_OFF * share:
        fail("hardly anything was cut off")


def main(logins):
    seed, began = random.randrange(1 << 32), time.monotonic()
    dice = random.Random(seed)
    print(f"# openid_kill: seed {seed}, {logins} logins", flush=True)
    world = World(decisions={"rate": 0})
    try:
        people = [world.hanako, *(world.person(name, f"試験　{name}", born=f"1990-01-{day}") for day, name in enumerate(PEOPLE, 10))]
        lives = [Life(world, person, seed + number) for number, person in enumerate(people)]
        shown("no code is taken twice or lost, nothing is in force after its end, a refresh token has one next one", sign_on_and_kill,
              world, lives, dice, logins)
        took = time.monotonic() - began
        shown("what was acknowledged holds when nobody is killed any more", look_at_all, world, lives)
        shown("each ID token's decision is in the log, with a receipt that holds", check_ledger, world, lives)
        shown("a restart changes nothing", restart_and_look, world, lives)
        shown("enough of each happened, and was cut off", judge, logins)
        print(f"# openid_kill: {took:.0f} s until the last login, {time.monotonic() - began:.0f} s in all", flush=True)
    finally:
        for title, found in (("asked", counts), ("killed", killed), ("amid", amid)):
            print(f"# openid_kill: {title}: " + ", ".join(f"{what} {found[what]}" for what in sorted(found)), flush=True)
        if failures and os.environ.get("KEEP"):
            print(f"# openid_kill: kept {world.f.daemon.home} {world.f.home}")
            world.f.daemon.process.terminate()
        else:
            world.stop()
    for text in failures[:TOLD]:
        print(f"not ok openid_kill: {text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[2]) if len(sys.argv) > 2 else 10000))
