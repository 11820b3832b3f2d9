#!/usr/bin/env python3
"""tests/e2e/kill.py - every process killed at random under reading, writing and publishing.

    kill.py BUILD [SECONDS]     BUILD holds watashictl and tests/daemon/watashid-writing; 60 seconds unless told

Shows: no wrong or half document is served, every acknowledged write is there exactly once, the store opens clean.
Lines `ok …` or `not ok …: why`; exit status 1 when anything is not ok.
"""

import hashlib
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
import federation  # noqa: E402
from harness import Daemon, descendants  # noqa: E402

ENTITIES = 120
TYPE = "application/samlmetadata+xml"
# One operator is enough to import; the made-up entities' certificates are noise.
SETTINGS = {"control": {"approvals": 1}, "validation": {"rules": {"key.certificate-unreadable": "off"}}}
GONE = (http.client.HTTPException, OSError)

failures, stopping, lock = [], threading.Event(), threading.Lock()
acknowledged, attempted = set(), set()
bodies = {}
counts = {"read": 0, "written": 0, "published": 0, "killed": {}, "unavailable": 0, "broken": 0}


def fail(text):
    with lock:
        if len(failures) < 20:
            failures.append(text)


def count(what):
    with lock:
        counts[what] += 1


def connection(port):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=15)


def write_notes(port, who):
    link = None
    number = 0
    while not stopping.is_set():
        token = f"{who:02d}-{number:08d}-{uuid.uuid4().hex[:28]}"[:40].ljust(40, "x")
        number += 1
        attempted.add(token)
        try:
            link = link or connection(port)
            link.request("POST", "/test/notes", body=token + "." * 560, headers={"Content-Type": "text/plain"})
            answer = link.getresponse()
            answer.read()
            if answer.status == 201:
                acknowledged.add(token)
                count("written")
            elif answer.status == 503:
                count("unavailable")
            else:
                fail(f"a write was answered {answer.status}")
        except GONE:
            count("broken")
            link = None
            time.sleep(0.01)


def check_document(path, answer, body):
    etag = answer.getheader("ETag")
    digest = hashlib.sha256(body).digest()
    if len(body) != int(answer.getheader("Content-Length")):
        fail(f"{path}: {len(body)} bytes of {answer.getheader('Content-Length')}")
    with lock:
        known = bodies.setdefault((path, etag), digest)
    if known != digest:
        fail(f"{path}: two contents under the ETag {etag}")
    if path.startswith("/entities/"):
        wanted = urllib.parse.unquote(path[len("/entities/"):])
        if f'entityID="{wanted}"'.encode() not in body[:4096] or not body.rstrip().endswith(b"</md:EntityDescriptor>"):
            fail(f"{path}: not the whole document of {wanted}")
        # Each import stamps its number in two places of an entity: a document that mixes two imports shows two.
        stamps = set(re.findall(rb"/sso\?v=(\d+)", body))
        if len(stamps) != 1:
            fail(f"{path}: mixes the imports {stamps}")
    else:
        if not body.rstrip().endswith(b"</md:EntitiesDescriptor>"):
            fail(f"{path}: not whole")
        if body.count(b"<md:EntityDescriptor ") != ENTITIES:
            fail(f"{path}: {body.count(b'<md:EntityDescriptor ')} entities of {ENTITIES}")
        stamps = set(re.findall(rb"/sso\?v=(\d+)", body))
        if len(stamps) != 1:
            fail(f"{path}: mixes the imports {stamps}")


def read_documents(port, seed):
    dice = random.Random(seed)
    link = None
    while not stopping.is_set():
        path = "/metadata.xml" if dice.random() < 0.05 else f"/entities/{federation.entity_id(dice.randrange(ENTITIES))}"
        try:
            link = link or connection(port)
            link.request("GET", path, headers={"Accept": TYPE})
            answer = link.getresponse()
            body = answer.read()
            if answer.status == 200:
                check_document(path, answer, body)
                count("read")
            elif answer.status == 503:
                count("unavailable")
            else:
                fail(f"{path}: answered {answer.status}")
        except GONE:
            count("broken")
            link = None
            time.sleep(0.01)


def write_version(path, number):
    with open(path, "w", encoding="utf-8") as f:
        f.write('<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">\n')
        for n in range(ENTITIES):
            f.write(federation.entity(n).replace("/sso\"", f"/sso?v={number}\""))
        f.write("</md:EntitiesDescriptor>\n")


def publish(daemon, source):
    number = 1
    while not stopping.is_set():
        number += 1
        write_version(source, number)
        done = subprocess.run([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "import", "--source", "kill-test",
                               source], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        if done.returncode == 0:
            count("published")
        time.sleep(0.2)


def role_of(pid):
    """The role a child gave itself as its process name, without its number: worker, recorder, signer, steward."""
    try:
        with open(f"/proc/{pid}/comm") as f:
            return re.sub(r"^w:|-\d+$", "", f.read().strip())
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def kill_one(daemon, dice):
    children = [p for p in descendants(daemon.process.pid) if p != daemon.process.pid]
    roles = sorted({role_of(p) for p in children} - {"gone"})
    if not roles:
        return
    role = dice.choice(roles)
    candidates = [p for p in children if role_of(p) == role]
    if not candidates:
        return
    try:
        os.kill(dice.choice(candidates), signal.SIGKILL)
    except ProcessLookupError:
        return
    counts["killed"][role] = counts["killed"].get(role, 0) + 1


def entries(port):
    found, start = [], 1
    while True:
        link = connection(port)
        link.request("GET", f"/test/notes/{start}")
        answer = link.getresponse()
        lines = answer.read().decode().splitlines()
        if answer.status != 200:
            raise SystemExit(f"not ok kill: reading the entries back was answered {answer.status}")
        found += [line.split(" ", 1) for line in lines]
        if not lines:
            return found
        start = int(found[-1][0]) + 1


def check_entries(port, when):
    found = entries(port)
    tokens = [token for _, token in found]
    numbers = [int(number) for number, _ in found]
    if numbers != list(range(1, len(numbers) + 1)):
        fail(f"{when}: the append-only table has gaps")
    if len(tokens) != len(set(tokens)):
        fail(f"{when}: {len(tokens) - len(set(tokens))} writes are there twice")
    missing = acknowledged - set(tokens)
    if missing:
        fail(f"{when}: {len(missing)} of {len(acknowledged)} acknowledged writes are missing")
    unknown = set(tokens) - attempted
    if unknown:
        fail(f"{when}: {len(unknown)} entries nobody wrote")
    return len(tokens)


def ready(port, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            link = connection(port)
            link.request("GET", "/readyz")
            if link.getresponse().status == 200:
                return True
        except GONE:
            pass
        time.sleep(0.1)
    return False


def main(build, seconds):
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    print(f"# kill: seed {seed}, {seconds} s", flush=True)
    daemon = Daemon(build, program="tests/daemon/watashid-writing", workers=2,
                    settings=SETTINGS)
    source = os.path.join(daemon.home, "kill.xml")
    write_version(source, 1)
    try:
        daemon.ctl("import", "--source", "kill-test", source)
    except SystemExit as wrong:
        daemon.stop()
        print(f"not ok kill: nothing was imported: {wrong}")
        return 1
    threads = [threading.Thread(target=write_notes, args=(daemon.plain, n), daemon=True) for n in range(6)]
    threads += [threading.Thread(target=read_documents, args=(daemon.plain, seed + n), daemon=True) for n in range(3)]
    threads += [threading.Thread(target=publish, args=(daemon, source), daemon=True)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.2, 1.2))
        kill_one(daemon, dice)
    stopping.set()
    for thread in threads:
        thread.join(70)
    if not ready(daemon.local):
        fail("the daemon did not become ready again after the last kill")
    kept = check_entries(daemon.plain, "after the kills")
    daemon.process.send_signal(signal.SIGTERM)
    if daemon.process.wait(60) != 0:
        fail(f"the daemon ended with status {daemon.process.returncode}")
    # Opened again by a new recorder: clean, and the same.
    daemon.process = subprocess.Popen([os.path.join(build, "tests/daemon/watashid-writing"), "-c", daemon.file], stderr=daemon.log)
    if not ready(daemon.local):
        fail("the store did not open again")
    else:
        check_entries(daemon.plain, "after a restart")
    print(f"# kill: {counts['read']} documents read, {len(acknowledged)} writes acknowledged, {kept} kept, "
          f"{counts['published']} publications, {counts['unavailable']} answers 503, {counts['broken']} connections broken, "
          f"killed {counts['killed']}", flush=True)
    spared = {"worker", "recorder", "signer", "steward"} - set(counts["killed"])
    if spared:
        fail(f"nothing is shown of {', '.join(sorted(spared))}: never killed")
    if not (counts["read"] and acknowledged and counts["published"]):
        fail("too little happened to show anything")
    if failures and os.environ.get("KEEP"):
        print(f"# kill: kept {daemon.home}")
        daemon.process.send_signal(signal.SIGTERM)
    else:
        daemon.stop()
    for text in failures:
        print(f"not ok kill: {text}")
    if not failures:
        print("ok kill: no wrong document, every acknowledged write exactly once, the store opens clean")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60))
