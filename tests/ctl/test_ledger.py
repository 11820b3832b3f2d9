#!/usr/bin/env python3
"""tests/ctl/test_ledger.py - `watashictl ledger`: receipts verified offline, and logs watched: honest ones, and all kinds of liars.

The log is made here, by RFC 6962's own recursion and openssl's Ed25519, and served over HTTP and HTTPS. Prints a line `ok NAME`
or `not ok NAME: why` for each case; exit status 0 or 1.
"""

import base64
import hashlib
import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from functools import lru_cache

BUILD = os.environ.get("top_builddir", ".")
WATASHICTL = os.path.join(BUILD, "watashictl")
ORIGIN = "watashi.example/ledger"
DASH = "\u2014"


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


class Signer:
    """An Ed25519 key of openssl's, as signed notes name it."""

    def __init__(self, directory, name):
        self.name = name
        self.file = os.path.join(directory, re.sub(r"\W", "_", name) + os.urandom(4).hex() + ".pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"], check=True, capture_output=True)
        public = der.stdout[-32:]
        self.id = sha256(name.encode() + b"\n\x01" + public)[:4]
        self.vkey = "+".join((name, self.id.hex(), b64(b"\x01" + public)))

    def line(self, text):
        with tempfile.NamedTemporaryFile() as f:
            f.write(text.encode())
            f.flush()
            done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", f.name], check=True,
                                  capture_output=True)
        return f"{DASH} {self.name} {b64(self.id + done.stdout)}\n"


class Log:
    """Leaf i commits to `history` and i; two histories that differ only from some leaf on are a fork."""

    def __init__(self, signer, leaves, origin=ORIGIN):
        self.signer, self.leaves, self.origin = signer, leaves, origin
        self.hashes = [sha256(b"\0" + leaf) for leaf in leaves]
        self.root = lru_cache(maxsize=None)(self.compute)

    def compute(self, start, end):
        n = end - start
        if n == 0:
            return sha256(b"")
        if n == 1:
            return self.hashes[start]
        k = 1 << ((n - 1).bit_length() - 1)
        return sha256(b"\1" + self.root(start, start + k) + self.root(start + k, end))

    def checkpoint(self, size=None, signer=None):
        size = len(self.leaves) if size is None else size
        text = f"{self.origin}\n{size}\n{b64(self.root(0, size))}\n"
        return text + "\n" + (signer or self.signer).line(text)

    def tile(self, level, number, width):
        step = 256 ** level
        at = number * 256
        if (at + width) * step > len(self.leaves):
            return None
        return b"".join(self.root(i * step, (i + 1) * step) for i in range(at, at + width))

    def inclusion(self, m, start, end):
        n = end - start
        if n == 1:
            return []
        k = 1 << ((n - 1).bit_length() - 1)
        if m < k:
            return self.inclusion(m, start, start + k) + [self.root(start + k, end)]
        return self.inclusion(m - k, start + k, end) + [self.root(start, start + k)]

    def receipt(self, index, size=None):
        size = len(self.leaves) if size is None else size
        path = "".join(b64(h) + "\n" for h in self.inclusion(index, 0, size))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n{self.checkpoint(size)}"


class Server:
    """Serves what the test says, and remembers what was asked for."""

    def __init__(self, tls=None):
        server = self
        self.log, self.note, self.broken, self.asked = None, None, {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                server.asked.append(self.path)
                body = server.answer(self.path)
                self.send_response(200 if isinstance(body, bytes) else body)
                body = body if isinstance(body, bytes) else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.handle_error = lambda *args: None  # who gets too much hangs up
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.httpd.server_address[1]}/"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def show(self, log, note=None, broken=None):
        self.log, self.note, self.broken, self.asked = log, note or log.checkpoint(), broken or {}, []

    def answer(self, path):
        if path in self.broken:
            return self.broken[path]
        if path == "/checkpoint":
            return self.note if isinstance(self.note, bytes) else self.note.encode()
        tile = re.fullmatch(r"/tile/(\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", path)
        if not tile:
            return 404
        number = int(re.sub(r"\D", "", tile[2]))
        return self.log.tile(int(tile[1]), number, int(tile[3] or 256)) or 404


HOME = tempfile.mkdtemp(prefix="watashi-ledger-")
SIGNER = Signer(HOME, ORIGIN)
STRANGER = Signer(HOME, "stranger.example/ledger")
NAMESAKE = Signer(HOME, ORIGIN)
LEAVES = [sha256(b"entry %d" % i) for i in range(70001)]
FORKED = LEAVES[:150] + [sha256(b"another entry")] + LEAVES[151:]
LOGS = {}


def log(size, forked=False):
    if (size, forked) not in LOGS:
        LOGS[size, forked] = Log(SIGNER, (FORKED if forked else LEAVES)[:size])
    return LOGS[size, forked]


def ctl(*arguments):
    done = subprocess.run([WATASHICTL, "ledger", *arguments], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def expect(done, code, *parts):
    assert done[0] == code, f"status {done[0]}, expected {code}: {done[1]}"
    for part in parts:
        assert part in done[1], f"expected \"{part}\" in: {done[1]}"


def file(name, content):
    path = os.path.join(HOME, name)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path


# Receipts

SALT = bytes(range(16))
ENTRY = {"at": "2026-11-22T22:15:00Z", "evaluation": "0f" * 16, "result": {"permit": True, "levels": {"token": "3"}}, "名": "値"}
CANONICAL = json.dumps(ENTRY, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
COMMITMENT = sha256(SALT + CANONICAL)


def receipts():
    leaves = LEAVES[:300]
    leaves[222] = COMMITMENT
    proved = Log(SIGNER, leaves)
    receipt = file("receipt.tlog-proof", proved.receipt(222))
    entry = file("entry.json", CANONICAL)
    spaced = file("spaced.json", json.dumps(ENTRY, indent=4))
    around = {"id": ENTRY["evaluation"], "kind": "decision", "index": 222, "commitment": COMMITMENT.hex(), "salt": SALT.hex(),
              "receipt": f"/v1/receipts/{ENTRY['evaluation']}", "entry": ENTRY}
    shown = file("shown.json", json.dumps(around))
    receipt_of = {"receipt": {"url": "https://watashi.example/v1/receipts/00", "commitment": COMMITMENT.hex(), "salt": SALT.hex()}}
    other = {"receipt": {"commitment": LEAVES[7].hex()}}
    one = file("answer.json", json.dumps({"decision": True, "context": receipt_of}))
    batch = file("batch.json", json.dumps({"evaluations": [{"decision": False, "context": other},
                                                           {"decision": False, "context": {"error": {"status": 404}}},
                                                           {"decision": True, "context": receipt_of}]}))
    also = file("also.json", json.dumps({"decision": True, "context": {**other, "also": [receipt_of]}}))
    key = ("--key", SIGNER.vkey)
    by_entry = ("--entry", entry, "--salt", SALT.hex())
    good = f"in the log {ORIGIN}: index 222 of 300 entries"

    yield "an entry with its salt is proved", lambda: expect(ctl("verify", receipt, *by_entry, *key), 0, "This entry is", good,
                                                             COMMITMENT.hex())
    yield "however its copy is spaced", lambda: expect(ctl("verify", receipt, "--entry", spaced, "--salt", SALT.hex(), *key), 0, good)
    yield "as the daemon shows it", lambda: expect(ctl("verify", receipt, "--entry", shown, *key), 0, good)
    for name, value in (("id", "00" * 16), ("kind", "change"), ("index", 221), ("commitment", "00" * 32), ("receipt", "/v1/receipts/00")):
        yield f"but not with another {name}", lambda name=name, value=value: expect(
            ctl("verify", receipt, "--entry", file("around.json", json.dumps({**around, name: value})), *key), 1,
            f"around.json: /{name}: expected ", "which is what was proved, found " + json.dumps(value))
    yield "the commitment of an answer, and no more than that", lambda: expect(
        ctl("verify", receipt, "--answer", one, *key), 0, "The commitment that this answer names is " + good, "was not compared with the entry")
    yield "one of several decisions", lambda: expect(ctl("verify", receipt, "--answer", batch, *key), 0, good)
    yield "one evaluated beside another", lambda: expect(ctl("verify", receipt, "--answer", also, *key), 0, good)
    yield "another trusted key does not matter", lambda: expect(
        ctl("verify", receipt, *by_entry, "--key", NAMESAKE.vkey, *key), 0, good)

    def as_json():
        done = ctl("verify", receipt, *by_entry, *key, "--json")
        expect(done, 0)
        told = json.loads(done[1])
        assert told == {"holds": True, "proved": "entry", "origin": ORIGIN, "index": 222, "size": 300, "root": proved.root(0, 300).hex(),
                        "commitment": COMMITMENT.hex()}, told

    yield "as JSON", as_json

    def answer_as_json():
        done = ctl("verify", receipt, "--answer", one, *key, "--json")
        expect(done, 0)
        assert json.loads(done[1])["proved"] == "commitment", done[1]

    yield "an answer as JSON", answer_as_json

    def first_and_last():
        for index in (0, 1, 255, 256, 298, 299):
            told = file("answer-x.json", json.dumps({"decision": True, "context": {"receipt": {"commitment": leaves[index].hex()}}}))
            expect(ctl("verify", file("x.tlog-proof", proved.receipt(index)), "--answer", told, *key), 0, f"index {index} of 300")

    yield "wherever it is", first_and_last
    yield "another salt proves nothing", lambda: expect(
        ctl("verify", receipt, "--entry", entry, "--salt", bytes(16).hex(), *key), 1, "does not lead from this entry")
    yield "another entry proves nothing", lambda: expect(
        ctl("verify", receipt, "--entry", file("other.json", CANONICAL.replace(b"true", b"false")), "--salt", SALT.hex(), *key), 1,
        "does not lead from this entry")
    yield "another decision proves nothing", lambda: expect(
        ctl("verify", receipt, "--answer", file("o.json", json.dumps({"context": other})), *key), 1, "does not lead from this entry")
    yield "another log is another log", lambda: expect(
        ctl("verify", receipt, *by_entry, *key, "--origin", "other.example"), 1, f"is of the log {ORIGIN}, expected other.example")
    yield "a stranger's key says nothing", lambda: expect(
        ctl("verify", receipt, *by_entry, "--key", STRANGER.vkey), 1, "not signed by any")
    yield "a changed receipt is refused", lambda: expect(
        ctl("verify", file("c.tlog-proof", proved.receipt(222).replace("index 222", "index 223")), *by_entry, *key), 1,
        "does not lead from this entry, as number 223 of 300")
    yield "a changed root is refused", lambda: expect(
        ctl("verify", file("d.tlog-proof", proved.receipt(222).replace("\n300\n", "\n301\n")), *by_entry, *key), 1,
        "the signature by watashi.example/ledger does not hold")
    yield "what is no receipt is refused by name", lambda: expect(
        ctl("verify", entry, *by_entry, *key), 1, "entry.json: the receipt: expected \"c2sp.org/tlog-proof@v1\"")
    yield "an entry needs its salt", lambda: expect(ctl("verify", receipt, "--entry", entry, *key), 1, "has no salt in it")
    yield "a salt is 32 digits", lambda: expect(ctl("verify", receipt, "--entry", entry, "--salt", "00", *key), 1, "32 hexadecimal digits")
    yield "an entry is an object", lambda: expect(
        ctl("verify", receipt, "--entry", file("list.json", "[]"), "--salt", SALT.hex(), *key), 1, "expected an entry of the log")
    yield "an entry is JSON", lambda: expect(
        ctl("verify", receipt, "--entry", file("no.json", "{"), "--salt", SALT.hex(), *key), 1, "no.json: line 1")
    yield "an answer has a commitment", lambda: expect(
        ctl("verify", receipt, "--answer", file("e.json", "{\"decision\":true}"), *key), 1, "/context/receipt/commitment")
    yield "a receipt alone says nothing", lambda: expect(ctl("verify", receipt, *key), 2, "expected --entry, --answer or both")
    yield "a key is needed", lambda: expect(ctl("verify", receipt, *by_entry), 2, "--key")
    yield "a key is read strictly", lambda: expect(
        ctl("verify", receipt, *by_entry, "--key", SIGNER.vkey.replace("+", "+0", 1)), 2, "an id of 8 digits")


# Answers

DECIDED = {
    "action": "write", "at": "2026-11-22T12:00:00Z", "caller": "records-point", "engine": "1", "evaluation": "0123456789abcdef" * 2,
    "demand": [{"area": "access", "level": "2"}, {"area": "token", "comparison": "exact", "level": "3"}],
    "facts": {"claimed": {"member.role": "guest"}}, "framework": "records", "member": "records", "policy": "sha256:" + "5a" * 32, "policy_leaf": 3, "profile": "records",
    "purpose": "", "resource": {"id": "record-1", "type": "record"}, "subject": {"id": "alice", "type": "user"}, "version": "1.0",
    "result": {"barred": False, "failed": ["read", "write"], "permit": False, "unknown": ["owner"],
               "levels": {"access": {"possible": "2", "reached": "1"}, "token": {"reached": "3"}}},
}


def answer_of(entry, salt=SALT):
    """As the decision point answers, with what is for people and not in the entry."""
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return {"decision": False, "context": {
        "evaluation_id": entry["evaluation"], "evaluated_at": entry["at"],
        "levels": {"access": {"reached": "1", "possible": "2", "required": "2"},
                   "token": {"reached": "3", "possible": "3", "required": "3", "comparison": "exact"}},
        "unmet": [{"area": "access", "required": "2", "comparison": "minimum", "reached": "1", "text": {"ja": "水準", "en": "level"}}],
        "failed": [{"id": "write", "area": "access", "level": "2", "text": {"ja": "書ける", "en": "may write"},
                    "facts": [{"fact": "member.role", "value": "guest", "needed": {"is": "member"}, "by": "claimed"}]}],
        "unknown": [{"id": "owner", "area": "access", "level": "2", "text": {"ja": "持ち主", "en": "owner"},
                     "facts": [{"fact": "member.owner", "needed": {"is": True}}]}],
        "disregarded": [], "advice": {"any": []},
        "policy": {"id": "records", "version": "1.0", "digest": entry["policy"]},
        "receipt": {"url": f"https://watashi.example/v1/receipts/{entry['evaluation']}", "commitment": sha256(salt + canonical).hex(),
                    "salt": salt.hex()}}}


def changed(answer, path, value):
    """The answer with another value at a path; None: without it."""
    answer = json.loads(json.dumps(answer))
    at = answer
    for name in path[:-1]:
        at = at[name]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return answer


def answers():
    good = answer_of(DECIDED)
    leaves = LEAVES[:300]
    leaves[17] = bytes.fromhex(good["context"]["receipt"]["commitment"])
    receipt = file("decided.tlog-proof", Log(SIGNER, leaves).receipt(17))
    entry = file("decided.json", json.dumps(DECIDED))
    told = ("What the answer says of decision, ID, time, policy, levels, unmet requirements and receipt is what the\nentry says; "
            "its failed and unknown criteria are recorded so, and their facts with that value and\nsource.\nNot compared, as the entry "
            "does not have them: texts, advice, obligations, disregarded facts;")
    alone = dict(DECIDED, demand=[DECIDED["demand"][0]])
    lies = [
        ("a refusal told as permit", ("decision",), True, '"decision": answered true, recorded false'),
        ("a decision left out", ("decision",), None, '"decision": answered null, recorded false'),
        ("a level that was not reached", ("context", "levels", "access", "reached"), "2",
         '"levels/access/reached": answered "2", recorded "1"'),
        ("a possible level", ("context", "levels", "access", "possible"), "1", '"levels/access/possible": answered "1", recorded "2"'),
        ("another requirement", ("context", "levels", "access", "required"), "1", '"levels/access/required": answered "1", recorded "2"'),
        ("no requirement", ("context", "levels", "access", "required"), None, '"levels/access/required": answered null, recorded "2"'),
        ("another comparison", ("context", "levels", "token", "comparison"), None,
         '"levels/token/comparison": answered "minimum", recorded "exact"'),
        ("an area left out", ("context", "levels", "access"), None, '"levels/access/reached": answered null, recorded "1"'),
        ("an area made up", ("context", "levels", "\x1b[2J"), {"reached": "4", "possible": "4"},
         '"levels/\\u001B[2J/reached": answered "4", recorded null'),
        ("a criterion that did not fail", ("context", "failed", 0, "id"), "owner", '"failed": answered "owner", recorded null'),
        ("failures left out", ("context", "failed"), None, '"failed": answered null, recorded ["read","write"]'),
        ("a criterion that was known", ("context", "unknown", 0, "id"), "read", '"unknown": answered "read", recorded null'),
        ("another policy", ("context", "policy", "digest"), "sha256:" + "00" * 32, '"policy/digest": answered "sha256:00'),
        ("another version", ("context", "policy", "version"), "2.0", '"policy/version": answered "2.0", recorded "1.0"'),
        ("another framework", ("context", "policy", "id"), "other", '"policy/id": answered "other", recorded "records"'),
        ("another time", ("context", "evaluated_at"), "2026-11-22T12:00:01Z", '"evaluated_at": answered "2026-11-22T12:00:01Z"'),
        ("another ID", ("context", "evaluation_id"), "0" * 32, '"evaluation_id": answered "0000'),
        ("a value", ("context", "failed", 0, "facts", 0, "value"), "member",
         '"failed/write/member.role/value": answered "member", recorded "guest"'),
        ("a source", ("context", "failed", 0, "facts", 0, "by"), "observed",
         '"failed/write/member.role/by": answered "observed", recorded "claimed"'),
        ("a value left out", ("context", "failed", 0, "facts", 0, "value"), None,
         '"failed/write/member.role/value": answered null, recorded "guest"'),
        ("a value made up", ("context", "unknown", 0, "facts", 0, "value"), False,
         '"unknown/owner/member.owner/value": answered false, recorded null'),
        ("an area no level is of", ("context", "failed", 0, "area"), "door", '"failed/write/area": answered "door", recorded null'),
        ("nothing unmet", ("context", "unmet"), [], '"unmet": answered [], recorded [{'),
        ("unmet left out", ("context", "unmet"), None, '"unmet": answered null'),
        ("another requirement unmet", ("context", "unmet", 0, "required"), "4", '"unmet/access/required": answered "4", recorded "2"'),
        ("another comparison unmet", ("context", "unmet", 0, "comparison"), "exact",
         '"unmet/access/comparison": answered "exact", recorded "minimum"'),
        ("another level reached", ("context", "unmet", 0, "reached"), "0", '"unmet/access/reached": answered "0", recorded "1"'),
        ("unmet what is met", ("context", "unmet", 0, "area"), "token", '"unmet/token": answered {'),
        ("unmet what was not required", ("context", "unmet", 0, "area"), "door", '"unmet/door": answered {'),
        ("another salt", ("context", "receipt", "salt"), "00" * 16, f'"receipt/salt": answered "{"00" * 16}", recorded "{SALT.hex()}"'),
        ("another receipt", ("context", "receipt", "url"), "https://watashi.example/v1/receipts/00", '"receipt/url": answered "https:'),
        ("levels of another kind", ("context", "levels"), [], '"levels/access/reached": answered null'),
    ]

    def verify(answer, *more, of=receipt):
        return ctl("verify", of, "--answer", file("said.json", json.dumps(answer)), "--key", SIGNER.vkey, *more)

    yield "an answer is compared with its entry, whose salt it has", lambda: expect(
        verify(good, "--entry", entry), 0, "This answer's entry is in the log", told)
    for title, path, value, part in lies:
        yield f"{title} is found", lambda path=path, value=value, part=part: expect(
            verify(changed(good, path, value), "--entry", entry, "--salt", SALT.hex()), 1, "THE ANSWER SAYS OTHERWISE", part)

    def emptied():
        """What stood in the way of the one thing that was required."""
        one = answer_of(alone)
        del one["context"]["levels"]["token"]["required"], one["context"]["levels"]["token"]["comparison"]
        beside = leaves[:]
        beside[17] = bytes.fromhex(one["context"]["receipt"]["commitment"])
        of = file("alone.tlog-proof", Log(SIGNER, beside).receipt(17))
        kept = ("--entry", file("alone.json", json.dumps(alone)))
        expect(verify(one, *kept, of=of), 0, told)
        expect(verify(changed(one, ("context", "unknown"), []), *kept, of=of), 1, '"unknown": answered [], recorded ["owner"]')
        # Of every level there may be a criterion that nobody knows: then all that was required may be met.
        stopped = changed(changed(one, ("context", "unmet"), []), ("context", "unknown", 0, "level"), "any")
        expect(verify(stopped, *kept, of=of), 0, told)
        bare = changed(changed(changed(one, ("context", "unknown"), []), ("context", "failed"), []), ("context", "unmet"), [])
        expect(verify(bare, *kept, of=of), 1, '"unmet": answered []')

    yield "a refusal that says nothing of why is found", emptied

    def permitted():
        result = {**DECIDED["result"], "permit": True, "levels": {"access": {"possible": "2", "reached": "2"},
                                                                 "token": {"possible": "3", "reached": "3"}}}
        one = answer_of(dict(DECIDED, result=result))
        one["decision"], one["context"]["levels"]["access"]["reached"], one["context"]["unmet"] = True, "2", []
        del one["context"]["advice"]
        beside = leaves[:]
        beside[17] = bytes.fromhex(one["context"]["receipt"]["commitment"])
        of = file("permit.tlog-proof", Log(SIGNER, beside).receipt(17))
        kept = ("--entry", file("permit.json", json.dumps(dict(DECIDED, result=result))))
        expect(verify(one, *kept, of=of), 0, told)
        for name in ("advice", "obligations", "acr_values"):
            expect(verify({**one, "context": {**one["context"], name: [1]}}, *kept, of=of), 1, f'"{name}": answered [1], recorded null')
        expect(verify(changed(one, ("context", "unmet"), good["context"]["unmet"]), *kept, of=of), 1, '"unmet/access": answered {')

    yield "a permit with what only a refusal is told is found", permitted

    def shown_otherwise():
        around = {"id": DECIDED["evaluation"], "kind": "decision", "index": 17, "salt": SALT.hex(), "entry": DECIDED}
        expect(verify(good, "--entry", file("around.json", json.dumps(around))), 0, told)
        for name, value in (("id", "00" * 16), ("kind", "policy"), ("index", 18)):
            expect(verify(good, "--entry", file("around.json", json.dumps({**around, name: value}))), 1, f"around.json: /{name}: expected ")

    yield "an entry shown at another place is not this answer's", shown_otherwise
    yield "one evaluated beside another has no decision of its own", lambda: expect(
        verify({"decision": True, "context": {**answer_of(dict(DECIDED, version="0.9"))["context"], "also": [good["context"]]}},
               "--entry", entry), 0, told)
    yield "another entry is not this answer's", lambda: expect(
        verify(good, "--entry", file("not-its.json", json.dumps(dict(DECIDED, version="2.0")))), 1,
        "this is not the entry, or not the salt, that the answer's commitment is of")
    yield "nor is it with another salt", lambda: expect(
        verify(good, "--entry", entry, "--salt", "00" * 16), 1, "this is not the entry, or not the salt")
    yield "an answer that is not in the log proves nothing, however it agrees", lambda: expect(
        verify(answer_of(DECIDED, bytes(16)), "--entry", entry), 1, "does not lead from this entry")

    def as_json():
        done = verify(changed(good, ("decision",), True), "--entry", entry, "--json")
        expect(done, 1)
        told = json.loads(done[1])
        assert told["holds"] is False and told["proved"] == "answer", told
        assert told["differences"] == [{"what": "decision", "answered": True, "recorded": False}], told

    yield "as JSON", as_json

    def fetched():
        shown = {"id": DECIDED["evaluation"], "kind": "decision", "index": 17, "salt": SALT.hex(), "entry": DECIDED}
        path = f"/v1/ledger/entries/{DECIDED['evaluation']}"
        with EntryServer(path, f"Receipt {SALT.hex()}") as server:
            here = changed(good, ("context", "receipt", "url"), f"{server.url}/v1/receipts/{DECIDED['evaluation']}")
            server.shown = shown
            expect(verify(here, "--fetch"), 0, told)
            expect(verify(changed(here, ("decision",), True), "--fetch"), 1, '"decision": answered true')
            server.shown = dict(shown, entry=dict(DECIDED, version="2.0"))
            expect(verify(here, "--fetch"), 1, "the entry fetched: this is not the entry")
            expect(verify(changed(here, ("context", "receipt", "salt"), "00" * 16), "--fetch"), 1, "no entry of this ID and salt")
            server.shown = 410
            expect(verify(here, "--fetch"), 1, "the entry was erased")
            server.shown = 503
            expect(verify(here, "--fetch"), 1, "expected status 200, found 503")
            gone = server.url
        expect(verify(changed(good, ("context", "receipt", "url"), f"{gone}/v1/receipts/00"), "--fetch"), 1, gone)
        expect(verify(changed(good, ("context", "receipt", "url"), "file:///v1/receipts/00"), "--fetch"), 1, "expected https://")
        expect(verify(changed(good, ("context", "receipt", "salt"), SALT.hex() + "\r\nX: y"), "--fetch"), 1,
               "/context/receipt/salt: expected 32 hexadecimal digits")

    yield "an entry is fetched with the answer's salt, and believed in nothing", fetched
    def others():
        """What was evaluated beside it has its own entry and receipt."""
        second = dict(DECIDED, framework="second", evaluation="fedcba9876543210" * 2)
        beside = answer_of(second)["context"]
        beside["policy"]["id"] = "second"
        both = leaves[:]
        both[18] = bytes.fromhex(beside["receipt"]["commitment"])
        in_log = Log(SIGNER, both)
        of = file("both.tlog-proof", in_log.receipt(17))
        whole = changed(good, ("context", "also"), [beside])
        forged = changed(whole, ("context", "also", 0, "levels", "access", "reached"), "2")
        named = 'NOT COMPARED: 1 other decision of this answer, each of which has its own receipt (--fetch compares them): /context/also/0 ("second")'
        for said in (whole, forged):
            for more in (("--entry", entry), ()):
                done = verify(said, *more, of=of)
                expect(done, 0, named)
                assert done[1].rstrip().split("\n")[-1] == named, done[1]
        bare = changed(whole, ("context", "also", 0, "receipt"), None)
        expect(verify(bare, "--entry", entry, of=of), 0, named)
        told_json = json.loads(verify(forged, "--entry", entry, "--json", of=of)[1])
        assert told_json["uncompared"] == [{"at": "/context/also/0", "framework": "second", "evaluation": second["evaluation"]}], told_json
        assert json.loads(verify(good, "--entry", entry, "--json", of=of)[1])["uncompared"] == []
        batch = {"evaluations": [forged, {"decision": True, "context": {"error": {"status": 404}}}]}
        expect(verify(batch, "--entry", entry, of=of), 0, "NOT COMPARED: 2 other decisions", '/evaluations/0/context/also/0 ("second"), /evaluations/1/context ("")')

        def shown(one):
            return {"id": one["evaluation"], "kind": "decision", "salt": SALT.hex(), "entry": one}

        entries = {f"/v1/ledger/entries/{one['evaluation']}": shown(one) for one in (DECIDED, second)}
        receipts_of = {f"/v1/receipts/{DECIDED['evaluation']}": in_log.receipt(17), f"/v1/receipts/{second['evaluation']}": in_log.receipt(18)}
        with EntryServer(None, f"Receipt {SALT.hex()}", {**entries, **receipts_of}) as server:
            def here(one):
                one = changed(one, ("context", "receipt", "url"), f"{server.url}/v1/receipts/{DECIDED['evaluation']}")
                return changed(one, ("context", "also", 0, "receipt", "url"), f"{server.url}/v1/receipts/{second['evaluation']}")

            done = verify(here(whole), "--fetch", of=of)
            expect(done, 0, told, "Fetched and compared as well: 1 other decision of this answer")
            assert "NOT COMPARED" not in done[1], done[1]
            expect(verify(here(forged), "--fetch", of=of), 1, "THE ANSWER SAYS OTHERWISE",
                   '"/context/also/0: levels/access/reached": answered "2", recorded "1"')
            expect(verify(here(changed(whole, ("context", "also", 0, "policy", "version"), "9.9")), "--fetch", of=of), 1,
                   '"/context/also/0: policy/version": answered "9.9", recorded "1.0"')
            expect(verify(changed(here(whole), ("context", "also", 0, "receipt"), None), "--fetch", of=of), 1,
                   "/context/also/0: /context/receipt/salt")
            expect(verify(changed(here(whole), ("context", "also", 0, "receipt", "commitment"), "00" * 32), "--fetch", of=of), 1,
                   "/context/also/0: the entry fetched is not the one")
            for name, other in (("subject", {"id": "mallory", "type": "user"}), ("facts", {}), ("at", "2026-11-01T00:00:00Z")):
                strange = dict(second, **{name: other})
                apart = answer_of(strange)["context"]
                apart["policy"]["id"] = "second"
                both[18] = bytes.fromhex(apart["receipt"]["commitment"])
                mixed = Log(SIGNER, both)
                server.texts.update({f"/v1/ledger/entries/{second['evaluation']}": shown(strange),
                                     f"/v1/receipts/{second['evaluation']}": mixed.receipt(18)})
                said = here(changed(whole, ("context", "also"), [apart]))
                expect(verify(said, "--fetch", of=file("mixed.tlog-proof", mixed.receipt(17))), 1, "THE ANSWER SAYS OTHERWISE",
                       f'"/context/also/0: its question\'s {name}"')
            server.texts.update(entries)
            server.texts[f"/v1/receipts/{second['evaluation']}"] = in_log.receipt(17)
            expect(verify(here(whole), "--fetch", of=of), 1, "/context/also/0: ", "does not lead from this entry")
            del server.texts[f"/v1/receipts/{second['evaluation']}"]
            expect(verify(here(whole), "--fetch", of=of), 1, "/context/also/0: ", "expected status 200, found 404")

    yield "what stands beside in an answer is compared too, or named as not compared", others
    yield "fetching is for answers", lambda: expect(ctl("verify", receipt, "--entry", entry, "--fetch", "--key", SIGNER.vkey), 2,
                                                    "--fetch goes with --answer")


class EntryServer:
    """Shows one entry, or several by their paths, to who shows its salt; receipts (texts) to everybody."""

    def __init__(self, path, authorization, texts=None):
        owner, self.shown, self.texts = self, 404, texts or {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                allowed = self.headers["Authorization"] == authorization
                shown = owner.shown if allowed and self.path == path else owner.texts.get(self.path, 404)
                status = shown if isinstance(shown, int) else 404 if isinstance(shown, dict) and not allowed else 200
                self.send_response(status)
                self.end_headers()
                if status == 200:
                    self.wfile.write((shown if isinstance(shown, str) else json.dumps(shown)).encode())

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# Watching

class State:
    count = 0

    def __init__(self):
        State.count += 1
        self.path = os.path.join(HOME, f"state-{State.count}")

    def kept(self):
        return sorted(f for f in os.listdir(self.path) if f.endswith(".checkpoint"))

    def alarms(self):
        return sorted(f for f in os.listdir(self.path) if f.startswith("alarm-"))

    def read(self, *names):
        with open(os.path.join(self.path, *names), "rb") as f:
            return f.read()


def watch(server, state, *more):
    return ctl("watch", server.url, "--key", SIGNER.vkey, "--state", state.path, "--once", *more)


def keep(server, size, state=None):
    state = state or State()
    server.show(log(size))
    expect(watch(server, state), 0)
    return state


def watching(server):
    def grows():
        state = State()
        sizes = (1, 2, 200, 255, 256, 257, 300, 65535, 65536, 65537, 70000)
        for i, size in enumerate(sizes):
            server.show(log(size))
            expect(watch(server, state), 0, f"{size} entries, the first" if i == 0 else f"{size} entries continue the {sizes[i - 1]} before")
            assert state.read(state.kept()[-1]).decode() == server.note, "the checkpoint is kept as it came"
        assert [int(f[:20]) for f in state.kept()] == list(sizes), "every checkpoint is kept"
        asked = list(server.asked)
        assert len(asked) <= 1 + 2 * 3 + 3 and len(set(asked)) == len(asked), f"few tiles are fetched, each once: {asked}"
        expect(watch(server, state), 0, "70000 entries as before")
        assert len(state.kept()) == len(sizes) and not state.alarms()

    yield "a log that grows is followed", grows

    def jumps():
        for before, after in ((1, 70000), (3, 256), (150, 70000), (255, 65536), (69999, 70000), (256, 257)):
            state = keep(server, before)
            keep(server, after, state)

    yield "any size continues any before", jumps

    def told_as_json():
        state = keep(server, 200)
        server.show(log(300))
        done = watch(server, state, "--json")
        expect(done, 0)
        told = json.loads(done[1])
        del told["at"]
        assert told == {"verdict": "continues", "size": 300, "root": log(300).root(0, 300).hex(), "kept": 200}, told

    yield "as JSON", told_as_json

    def nothing_yet():
        state = State()
        server.show(log(0))
        expect(watch(server, state), 0, "0 entries as before")
        assert state.kept() == []
        keep(server, 200, state)

    yield "an empty log is a log", nothing_yet

    def filled_meanwhile():
        state = keep(server, 200)
        server.show(log(70000), note=log(300).checkpoint(), broken={"/tile/0/001.p/44": 404})
        expect(watch(server, state), 0, "300 entries continue")
        assert "/tile/0/001" in server.asked

    yield "a partial tile that is gone is the beginning of the full one", filled_meanwhile

    def other_signatures():
        state = keep(server, 200)
        text = log(300).checkpoint()
        server.show(log(300), note=text + STRANGER.line(text.split("\n\n")[0] + "\n"))
        expect(watch(server, state), 0, "300 entries continue")

    yield "others' signatures are ignored", other_signatures

    def new_key():
        state = keep(server, 200)
        server.show(log(300), note=log(300).checkpoint(signer=NAMESAKE))
        expect(watch(server, state), 1, "not signed by any")
        expect(ctl("watch", server.url, "--key", SIGNER.vkey, "--key", NAMESAKE.vkey, "--state", state.path, "--once"), 0, "continue")

    yield "a log's new key is told beside the old", new_key

    # Liars

    def fork_same_size():
        state = keep(server, 300)
        server.show(log(300, forked=True))
        expect(watch(server, state), 1, "ALARM", "FORK: the log has signed 300 entries with root", "and as many with root", "the evidence is in")
        assert len(state.kept()) == 1, "what is not believed is not kept among what is"
        alarm, = state.alarms()
        assert alarm.startswith("alarm-fork-")
        assert state.read(alarm, "checkpoint").decode() == log(300, forked=True).checkpoint()
        assert state.read(alarm, "kept-checkpoint").decode() == log(300).checkpoint()
        assert "FORK" in state.read(alarm, "why.txt").decode()
        expect(watch(server, state), 1, "FORK")
        assert state.alarms() == [alarm], "the same evidence is kept once"

    yield "a fork of one size", fork_same_size

    def fork_grown():
        for before, after in ((200, 300), (151, 256), (151, 70000), (256, 65536), (300, 70000)):
            state = keep(server, before)
            server.show(log(after, forked=True))
            expect(watch(server, state), 1, "ALARM", f"FORK: the log has signed {before} entries with root", f"whose first {before} have root")
            alarm, = state.alarms()
            assert any(f.startswith("tile-") for f in os.listdir(os.path.join(state.path, alarm))), "the tiles are kept"
            assert len(state.kept()) == 1

    yield "a fork that has grown", fork_grown

    def fork_after():
        state = keep(server, 150)
        server.show(log(300, forked=True))
        expect(watch(server, state), 0, "300 entries continue the 150 before")

    yield "what differs only later is no fork yet", fork_after

    def shorter():
        state = keep(server, 300)
        server.show(log(299))
        expect(watch(server, state), 1, "ALARM", "SHORTER: the log has signed 299 entries now, but 300 before")
        assert state.alarms()[0].startswith("alarm-shorter-")
        server.show(log(0))
        expect(watch(server, state), 1, "SHORTER: the log has signed 0 entries now")
        server.show(log(300))
        expect(watch(server, state), 0, "300 entries as before")

    yield "a log that is shorter than it was", shorter

    def unsigned():
        state = keep(server, 200)
        good = log(300).checkpoint()
        for title, note in (("a stranger's", log(300).checkpoint(signer=STRANGER)), ("changed", good.replace("\n300\n", "\n301\n")),
                            ("a word", "checkpoint"), ("nothing", b""), ("too much", b"x" * 300000),
                            ("no size", "watashi\n\n" + SIGNER.line("watashi\n"))):
            server.show(log(300), note=note)
            if note == b"":
                server.broken["/checkpoint"] = b""
            expect(watch(server, state), 1, "ALARM")
            assert state.alarms()[-1].startswith("alarm-unsigned-"), title
        assert len(state.kept()) == 1

    yield "a checkpoint nobody signed", unsigned

    def other_log():
        state = keep(server, 200)
        other = Log(SIGNER, LEAVES[:300], origin="other.example/ledger")
        server.show(other)
        expect(watch(server, state), 1, "ALARM", f"is of the log other.example/ledger, expected {ORIGIN}")

    yield "another log's checkpoint by the same key", other_log

    def false_tiles():
        good = log(70000)
        for path, body in (("/tile/0/273.p/112", bytes(32) * 112), ("/tile/1/000", good.tile(1, 0, 256)[:-1] + b"\0"),
                           ("/tile/1/001.p/17", bytes(32) * 17), ("/tile/2/000.p/1", bytes(32)), ("/tile/0/273.p/112", b"short"),
                           ("/tile/0/273.p/112", bytes(9000)), ("/tile/0/000", good.tile(0, 1, 256))):
            state = keep(server, 200)
            server.show(good, broken={path: body})
            expect(watch(server, state), 1, "ALARM")
            assert path in server.asked, f"{path} is looked at"
            assert state.alarms()[0].startswith("alarm-tiles-"), (path, state.alarms())
            assert len(state.kept()) == 1

    yield "tiles that are not the signed tree's", false_tiles

    def withheld():
        state = keep(server, 200)
        server.show(log(300), broken={"/tile/0/000": 404})
        expect(watch(server, state), 1, "ALARM", "/tile/0/000: status 404")

    yield "a tile that is withheld", withheld

    # What is no alarm

    def unreachable():
        state = keep(server, 200)
        done = ctl("watch", "http://localhost:1/", "--key", SIGNER.vkey, "--state", state.path, "--once")
        expect(done, 1, "localhost:1")
        assert "ALARM" not in done[1] and not state.alarms()
        for path in ("/checkpoint", "/tile/0/000"):
            server.show(log(300), broken={path: 503})
            done = watch(server, state)
            expect(done, 1, "expected status 200, found 503")
            assert "ALARM" not in done[1] and not state.alarms() and len(state.kept()) == 1

    yield "a log that cannot be reached is not believed and not accused", unreachable

    def stale():
        state = keep(server, 200)
        name, = state.kept()
        os.rename(os.path.join(state.path, name), os.path.join(state.path, name[:21] + "20261101T000000Z.checkpoint"))
        server.show(log(200))
        expect(watch(server, state), 1, "ALARM", "STALE: nothing new since 2026-11-01T00:00:00Z: the log still has 200 entries")
        expect(watch(server, state, "--stale", "0"), 0, "200 entries as before")
        done = ctl("watch", "http://localhost:1/", "--key", SIGNER.vkey, "--state", state.path, "--once")
        expect(done, 1, "ALARM", "STALE: nothing new since 2026-11-01T00:00:00Z", "localhost:1")
        keep(server, 300, state)
        expect(watch(server, state), 0, "300 entries as before")

    yield "a log that stands still, or is silent, for too long", stale

    def damaged():
        state = keep(server, 200)
        name, = state.kept()
        path = os.path.join(state.path, name)
        content = state.read(name)
        for changed in (content.replace(b"\n200\n", b"\n201\n"), b"", log(300).checkpoint().encode()):
            with open(path, "wb") as f:
                f.write(changed)
            server.show(log(300))
            done = watch(server, state)
            expect(done, 1, "the last checkpoint kept")
            assert "ALARM" not in done[1] and len(state.kept()) == 1

    yield "what was kept is looked at again", damaged

    def alone():
        state = keep(server, 200)
        server.show(log(200))
        first = subprocess.Popen([WATASHICTL, "ledger", "watch", server.url, "--key", SIGNER.vkey, "--state", state.path],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not server.asked:
                time.sleep(0.01)
            expect(watch(server, state), 1, "is in use by another monitor")
        finally:
            first.kill()
            first.wait()
        expect(watch(server, state), 0)

    yield "one monitor at a time", alone

    def goes_on():
        state = State()
        server.show(log(200))
        running = subprocess.Popen([WATASHICTL, "ledger", "watch", server.url, "--key", SIGNER.vkey, "--state", state.path, "--every",
                                    "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert "200 entries, the first" in running.stdout.readline()
            server.show(log(256))
            assert "256 entries continue the 200 before" in running.stdout.readline()
            server.show(log(256), broken={"/checkpoint": 503})
            assert "found 503" in running.stdout.readline()
            server.show(log(300))
            assert "300 entries continue the 256 before" in running.stdout.readline()
            server.show(log(70000, forked=True))
            told = running.communicate(timeout=30)[0]
            assert running.returncode == 1 and "FORK" in told, told
        finally:
            running.kill()
            running.wait()
        assert len(state.kept()) == 3 and len(state.alarms()) == 1

    yield "it goes on until there is an alarm", goes_on

    def misuse():
        expect(ctl("watch", server.url, "--key", SIGNER.vkey), 2, "--state")
        expect(ctl("watch", server.url, "--state", "x"), 2, "--key")
        expect(ctl("watch", "ftp://localhost/", "--key", SIGNER.vkey, "--state", State().path), 1, "expected https://")
        expect(ctl("watch", server.url, "--key", SIGNER.vkey, "--state", "x", "--every", "0"), 2, "--every: expected 1 to 86400")
        expect(ctl("watch", server.url, "--key", SIGNER.vkey, "--state", "x", "--stale", "P1D"), 2, "--stale: expected 0 to")
        expect(ctl("watch", "--help"), 0, "--authorities FILE")

    yield "what is missing is said", misuse


def over_tls():
    ca, key, cert = (os.path.join(HOME, n) for n in ("ca.pem", "tls.key", "tls.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=Test CA", "-keyout", os.path.join(HOME, "ca.key"), "-out", ca], check=True, capture_output=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-CA",
                    ca, "-CAkey", os.path.join(HOME, "ca.key"), "-keyout", key, "-out", cert], check=True, capture_output=True)
    server = Server(tls=(cert, key))

    def trusted():
        state = State()
        server.show(log(300))
        done = watch(server, state)
        expect(done, 1)
        assert "ALARM" not in done[1] and "ertificate" in done[1], done[1]
        expect(watch(server, state, "--authorities", ca), 0, "300 entries, the first")

    yield "over TLS by the CA that is told", trusted


def main():
    if not shutil.which("openssl"):
        print("skip: no openssl to make keys with")
        return 77
    failed = 0
    server = Server()
    try:
        for cases in (receipts(), answers(), watching(server), over_tls()):
            for name, case in cases:
                try:
                    case()
                    print(f"ok {name}", flush=True)
                except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as why:
                    failed += 1
                    print(f"not ok {name}: {why}", flush=True)
    finally:
        shutil.rmtree(HOME)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
