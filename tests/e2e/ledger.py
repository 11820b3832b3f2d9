#!/usr/bin/env python3
"""tests/e2e/ledger.py - the log under a load of decisions, with its processes killed at random; then an older backup.

    ledger.py BUILD [SECONDS]     BUILD holds watashid and watashictl; 60 seconds unless told

Shows: every decision that was answered is in the log with a proof that holds, every checkpoint ever seen is of one tree, and a
log restored from an older backup is not signed until an operator accepts it. All hashing here is this script's own.
Lines `ok …` or `not ok …: why`; exit status 1 when anything is not ok.
"""

import base64
import hashlib
import http.client
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
sys.path.insert(0, HERE)
import federation  # noqa: E402
from harness import Daemon, descendants  # noqa: E402
from authzen import ACCESS, Point  # noqa: E402
from kill import GONE, SETTINGS, connection, ready, role_of  # noqa: E402

WIDTH = 256
failures, stopping, lock = [], threading.Event(), threading.Lock()
answered, receipts, checkpoints = {}, {}, {}
counts = {"answered": 0, "unavailable": 0, "broken": 0, "imports": 0, "killed": {}}


def fail(text):
    with lock:
        if len(failures) < 20:
            failures.append(text)


def get(port, path):
    link = connection(port)
    link.request("GET", path)
    answer = link.getresponse()
    return answer.status, answer.read()


# The tree (RFC 6962), as the RFC has it.

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Roots of any size, from whole subtrees that are kept."""

    def __init__(self, entries):
        self.levels = [[leaf_hash(e) for e in entries]]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            self.levels.append([node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    def root(self, size):
        if size == 0:
            return hashlib.sha256(b"").digest()
        found, start = None, size
        for height in range(len(self.levels)):
            if size >> height & 1:
                start -= 1 << height
                one = self.levels[height][start >> height]
                found = one if found is None else node(one, found)
        return found


def inclusion_holds(leaf, index, size, path, root):
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def note_read(note):
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    return text + "\n", origin, int(size), base64.b64decode(root), signatures


def signature_holds(daemon, note):
    """By openssl, with the key's certificate."""
    text, _, _, _, signatures = note_read(note)
    made = base64.b64decode(signatures.split(" ")[2])[4:]
    files = {name: os.path.join(daemon.home, name) for name in ("note.text", "note.sig", "ledger.pub")}
    with open(files["note.text"], "w") as f:
        f.write(text)
    with open(files["note.sig"], "wb") as f:
        f.write(made)
    if not os.path.exists(files["ledger.pub"]):
        key = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", os.path.join(daemon.directory, "keys/ledger-1.cer"),
                              "-noout", "-pubkey"], check=True, stdout=subprocess.PIPE).stdout
        with open(files["ledger.pub"], "wb") as f:
            f.write(key)
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", files["ledger.pub"], "-rawin", "-in",
                           files["note.text"], "-sigfile", files["note.sig"]], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


# Load

def ask(point, port):
    """Questions, permitted and refused; what was answered must stand in the log."""
    link = None
    fields = {"Content-Type": "application/json", "Authorization": f"Bearer {point.token}"}
    while not stopping.is_set():
        question = {"subject": {"type": "user", "id": uuid.uuid4().hex}, "resource": {"type": "record", "id": "record-1"},
                    "action": {"name": random.choice(["read", "write", "delete"])},
                    "context": {"facts": {"subject.role": "member"}}}
        try:
            link = link or connection(port)
            link.request("POST", "/access/v1/evaluation", json.dumps(question), fields)
            answer = link.getresponse()
            body = answer.read()
            if answer.status == 200:
                context = json.loads(body)["context"]
                with lock:
                    answered[context["evaluation_id"]] = bytes.fromhex(context["receipt"]["commitment"])
                counts["answered"] += 1
            elif answer.status == 503:
                counts["unavailable"] += 1
            else:
                fail(f"a question was answered {answer.status}: {body[:200]}")
        except GONE:
            counts["broken"] += 1
            link = None
            time.sleep(0.01)


def keep_checkpoint(note):
    _, _, size, root, _ = note_read(note)
    with lock:
        known = checkpoints.setdefault(size, (root, note))
    if known[0] != root:
        fail(f"two roots are signed for {size} leaves")


def watch_checkpoints(port):
    while not stopping.is_set():
        try:
            status, note = get(port, "/checkpoint")
            if status == 200:
                keep_checkpoint(note.decode())
        except GONE:
            pass
        time.sleep(0.05)


def fetch_receipts(port, seed):
    """Of entries of the last seconds: 503 until a checkpoint holds them."""
    dice = random.Random(seed)
    while not stopping.is_set():
        with lock:
            name = dice.choice(list(answered)[-500:]) if answered else None
        try:
            if name and name not in receipts:
                status, text = get(port, f"/v1/receipts/{name}")
                if status == 200:
                    receipts[name] = text.decode()
                elif status != 503:
                    fail(f"the receipt of {name} was answered {status}")
        except GONE:
            pass
        time.sleep(0.02)


def import_again(daemon, source):
    number = 1
    while not stopping.is_set():
        number += 1
        write_source(source, number)
        done = subprocess.run([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "import", "--source", "ledger-test",
                               source], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        counts["imports"] += done.returncode == 0
        time.sleep(0.3)


def write_source(path, number):
    with open(path, "w", encoding="utf-8") as f:
        f.write('<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">\n')
        for n in range(3):
            f.write(federation.entity(n).replace("/sso\"", f"/sso?v={number}\""))
        f.write("</md:EntitiesDescriptor>\n")


def kill_one(daemon, dice):
    role = dice.choice(["recorder", "recorder", "steward", "steward", "signer", "worker"])
    candidates = [p for p in descendants(daemon.process.pid) if p != daemon.process.pid and role_of(p) == role]
    if not candidates:
        return
    try:
        os.kill(dice.choice(candidates), signal.SIGKILL)
    except ProcessLookupError:
        return
    counts["killed"][role] = counts["killed"].get(role, 0) + 1


# Checks

def log_of(port):
    """Every entry under the newest checkpoint, from the tiles of entries; and the checkpoint."""
    note = get(port, "/checkpoint")[1].decode()
    size = note_read(note)[2]
    entries = []
    while len(entries) < size:
        number, width = len(entries) // WIDTH, min(WIDTH, size - len(entries))
        digits = f"{number % 1000:03d}"
        while number >= 1000:
            number //= 1000
            digits = f"x{number % 1000:03d}/{digits}"
        status, tile = get(port, f"/tile/entries/{digits}" + (f".p/{width}" if width < WIDTH else ""))
        if status != 200 or len(tile) != width * 34:
            fail(f"the tile of entries {digits} was answered {status} with {len(tile)} bytes")
            return entries, note
        entries += [tile[i + 2:i + 34] for i in range(0, len(tile), 34) if struct.unpack(">H", tile[i:i + 2])[0] == 32]
    return entries, note


def check_receipt(name, text):
    head, _, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    _, _, size, root, _ = note_read(checkpoint)
    keep_checkpoint(checkpoint)
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
        fail(f"the receipt of {name} has another form")
    elif not inclusion_holds(leaf_hash(answered[name]), int(lines[1][6:]), size, [base64.b64decode(x) for x in lines[2:]], root):
        fail(f"the receipt of {name} does not hold")


def check_log(daemon, when):
    entries, note = log_of(daemon.plain)
    keep_checkpoint(note)
    tree, there = Tree(entries), {}
    for entry in entries:
        there[entry] = there.get(entry, 0) + 1
    missing = [n for n, c in answered.items() if there.get(c) != 1]
    if missing:
        fail(f"{when}: {len(missing)} of {len(answered)} answered entries are not in the log once, such as {missing[0]}")
    for size, (root, kept) in sorted(checkpoints.items()):
        if size > len(entries) or tree.root(size) != root:
            fail(f"{when}: the checkpoint of {size} leaves is not of the tree of {len(entries)}")
        elif not signature_holds(daemon, kept):
            fail(f"{when}: the checkpoint of {size} leaves is not signed")
    return len(entries)


def await_size(port, least, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            status, note = get(port, "/checkpoint")
            if status == 200 and note_read(note.decode())[2] >= least:
                return True
        except GONE:
            pass
        time.sleep(0.1)
    return False


def status_of(daemon):
    return json.loads(daemon.ctl("status", "--json"))["ledger"]


def start(daemon):
    daemon.process = subprocess.Popen([os.path.join(daemon.build, daemon.program), "-c", daemon.file], stderr=daemon.log)


def stop(daemon):
    daemon.process.send_signal(signal.SIGTERM)
    if daemon.process.wait(60) != 0:
        fail(f"the daemon ended with status {daemon.process.returncode}")


def check_restored(daemon, backup):
    """The log is shorter than what was signed."""
    before = max(checkpoints)
    stop(daemon)
    daemon.ctl("restore", backup)
    start(daemon)
    until = time.monotonic() + 30
    told = {}
    while time.monotonic() < until and not told.get("halted"):
        time.sleep(0.3)
        try:
            told = status_of(daemon)
        except SystemExit:
            raise
        except (ValueError, KeyError, OSError):
            told = {}
    if not told.get("halted") or "restored from a backup" not in told["halted"]:
        fail(f"a restored log is not halted: {told}")
        return
    if get(daemon.local, "/readyz")[0] != 503:
        fail("a halted log is ready")
    status, note = get(daemon.plain, "/checkpoint")
    size = note_read(note.decode())[2] if status == 200 else 0
    if size >= before:
        fail(f"a checkpoint of {size} leaves is served of a log that lost some")
    ctl = [os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "ledger", "accept-restored"]
    asked = subprocess.run(ctl, stdout=subprocess.PIPE, text=True)
    if asked.returncode != 1 or f"has {before} leaves" not in asked.stdout:
        fail(f"accept-restored tells another head: {asked.stdout}")
    time.sleep(6)
    if not status_of(daemon)["halted"]:
        fail("asking has accepted it")
    if subprocess.run(ctl + ["--yes"], stdout=subprocess.DEVNULL).returncode != 0:
        fail("accept-restored --yes failed")
    if not ready(daemon.local):
        fail("an accepted log does not become ready")
    if not await_size(daemon.plain, told["size"]):
        fail("an accepted log is not signed")
    answered.clear()
    checkpoints.clear()
    check_log(daemon, "after the restore")


def main(build, seconds):
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    print(f"# ledger: seed {seed}, {seconds} s", flush=True)
    point = Point(build, dict(SETTINGS, decisions={"access": ACCESS, "rate": 0}), workers=2)
    daemon = point.daemon
    source, backup = os.path.join(daemon.home, "ledger.xml"), os.path.join(daemon.home, "backup")
    threads = [threading.Thread(target=ask, args=(point, daemon.plain), daemon=True) for _ in range(6)]
    threads += [threading.Thread(target=watch_checkpoints, args=(daemon.plain,), daemon=True),
                threading.Thread(target=fetch_receipts, args=(daemon.plain, seed), daemon=True),
                threading.Thread(target=import_again, args=(daemon, source), daemon=True)]
    if not await_size(daemon.plain, 1):
        fail("the first checkpoint does not come")
    for thread in threads:
        thread.start()
    until, saved = time.monotonic() + seconds, False
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.2, 1.2))
        if not saved and time.monotonic() > until - seconds * 2 / 3:
            saved = subprocess.run([os.path.join(build, "watashictl"), "-c", daemon.file, "backup", backup],
                                   stdout=subprocess.DEVNULL).returncode == 0
        kill_one(daemon, dice)
    stopping.set()
    for thread in threads:
        thread.join(70)
    if not ready(daemon.local):
        fail("the daemon did not become ready again after the last kill")
    # A checkpoint holds all within two seconds of the last steward's start.
    await_size(daemon.plain, len(answered), 90)
    time.sleep(3)
    size = check_log(daemon, "after the kills")
    for name, text in receipts.items():
        check_receipt(name, text)
    seen = len(checkpoints)
    check_log(daemon, "with the receipts' checkpoints")
    if saved:
        check_restored(daemon, backup)
    else:
        fail("no backup was made")
    print(f"# ledger: {len(receipts)} receipts, {counts['answered']} decisions answered, {size} leaves, {seen} checkpoints, "
          f"{counts['imports']} imports, {counts['unavailable']} answers 503, {counts['broken']} connections broken, "
          f"killed {counts['killed']}", flush=True)
    spared = {"recorder", "signer", "steward"} - set(counts["killed"])
    if spared:
        fail(f"nothing is shown of {', '.join(sorted(spared))}: never killed")
    if not (receipts and counts["answered"] and counts["imports"] and seen > 8):
        fail("too little happened to show anything")
    if failures and os.environ.get("KEEP"):
        print(f"# ledger: kept {daemon.home}")
        daemon.process.send_signal(signal.SIGTERM)
    else:
        daemon.stop()
    for text in failures:
        print(f"not ok ledger: {text}")
    if not failures:
        print("ok ledger: every answered decision is in the log, all checkpoints are of one tree, an older backup is not signed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60))
