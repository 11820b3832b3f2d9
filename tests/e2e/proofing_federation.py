"""tests/e2e/proofing_federation.py - a federation that has people proved by the card: its members, their callers, OpenSSL's OCSP
responders, and what the citizens sign; with what is to be owed for it. By itself it tests nothing.
"""

import base64
import http.client
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon, descendants, free_port  # noqa: E402
from kill import role_of  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
SHIPPED = os.path.join(HERE, "../../policy")
FOLDERS = {"signature": "sign", "authentication": "auth"}
PRICES = {"signature": 20, "authentication": 2}
RUNNING_COST = 1001
HANAKO = {"name": "試験　花子", "birthdate": "1995-06-30", "sex": "female", "address": "東京都渋谷区２－２"}
BANK = "https://bank.example/"
LOUNGE = "https://bank.example/lounge"

failures = []


def ok(title, holds, found=""):
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failures.append(title)
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def run(program, *words, stdin=None):
    program = os.path.join(BUILD, program) if program.startswith("watashi") else program
    return subprocess.run([program, *words], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def need(*command):
    done = run(*command)
    if done.returncode:
        raise SystemExit(f"not ok {' '.join(command)}: {done.stderr.decode()}")
    return done.stdout.decode().strip()


def day(days):
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + days * 86400))


def second(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


# The federation.

def member(name, ja, entities, jpki=None, kind="business"):
    record = {
        "id": name, "kind": kind, "name": {"ja": ja, "en": name.capitalize()},
        "contacts": [{"type": "technical", "email": f"desk@{name}.example"}, {"type": "security", "email": f"csirt@{name}.example"}],
        "entities": [{"entity_id": entity, "roles": ["rp"],
                      "attributes": [{"name": n, "purpose": {"ja": "本人確認", "en": "to know who it is"}} for n in names]}
                     for entity, names in entities],
    }
    if jpki:
        record["jpki"] = jpki
    return record


def entrusted(until):
    return {"entrustments": [{"to": "platform", "uses": ["signature", "authentication"], "from": day(-90), "until": until,
                              "reported": day(-80)}]}


FOUR = ("name", "birthdate", "gender", "address")
MEMBERS = (
    member("platform", "共同基盤", [("https://platform.example/", ["name"])], {"accreditations": [{
        "name": "試験のための認定", "basis": "accredited", "uses": ["signature", "authentication"],
        "from": day(-90), "until": day(90), "notified": day(-80)}]}),
    member("bank", "わたし銀行", [(BANK, FOUR), (LOUNGE, ("age_over_20", "address_region"))], entrusted(day(60))),
    member("museum", "わたし美術館", [("https://museum.example/", ["name"])], entrusted(day(60))),
    member("shop", "わたし商店", [("https://shop.example/", FOUR)]),
)


class Responder:
    """OpenSSL's OCSP responder for one authority, and before it a counter that can hold questions up."""

    def __init__(self, world, purpose):
        self.world, self.purpose, self.port, self.process = world, purpose, free_port(), None
        self.asked, self.delay = 0, 0
        responder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                responder.asked += 1
                time.sleep(responder.delay)
                try:
                    answer, text = responder.forward(body)
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.getheader("Content-Type") or "text/plain")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except (OSError, http.client.HTTPException):
                    self.close_connection = True

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.start()

    def start(self):
        self.process = subprocess.Popen([os.path.join(BUILD, "watashi-testcard"), "ocsp", self.world, "--purpose", self.purpose,
                                         "--port", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def forward(self, body):
        """Just started it may not listen yet; a connection without a question would stall it."""
        until = time.monotonic() + 30
        while True:
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                link.request("POST", "/", body, {"Content-Type": "application/ocsp-request"})
                answer = link.getresponse()
                return answer, answer.read()
            except ConnectionRefusedError:
                if not self.process or time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def stop(self):
        process, self.process = self.process, None
        process.terminate()
        process.wait()

    def close(self):
        self.stop()
        self.server.shutdown()


class Federation:
    """A watashid with its members and their callers, and what is to be owed for what was asked of it."""

    def __init__(self, world, sources, prices=None, members=MEMBERS, sections=None, **jpki):
        self.world, self.owed, self.tokens, self.sections = world, {}, {}, sections or {}
        self.daemon = Daemon(BUILD, cpus="0-1")
        directory = self.daemon.directory
        self.incoming = os.path.join(directory, "incoming")
        os.mkdir(self.incoming)
        with open(os.path.join(directory, "handle-secret"), "wb") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write(os.urandom(32))
        self.jpki = {
            "test": True, "operator": "platform", "handle_secret": os.path.join(directory, "handle-secret"), "challenge_for": "PT30S",
            "anchors": [{"purpose": purpose, "world": "test", "file": f"{world}/{folder}/{generation}/ca.cer"}
                        for purpose, folder in FOLDERS.items() for generation in (1, 2)],
            "lists": {"watch": self.incoming, "refresh": "PT1H"}, "sources": sources,
            "costs": {"prices": prices or [{"purpose": purpose, "kind": "ocsp", "yen": yen} for purpose, yen in PRICES.items()],
                      "running_cost": RUNNING_COST, "share": "equally"}, **jpki,
        }
        self.configure()
        self.publish_policy()
        self.enrol(*members)

    def configure(self, workers=2, **changes):
        self.jpki.update(changes)
        with open(self.daemon.file) as f:
            config = json.load(f)
        config.update({"workers": workers, "jpki": self.jpki, "fetch": {"internal": ["127.0.0.1", "::1"], "plain_http": True},
                       **self.sections})
        with open(self.daemon.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)
        self.daemon.restart()

    def publish_policy(self):
        """In force from a day that is past, whenever the test runs."""
        copy = os.path.join(self.daemon.home, "policy")
        shutil.copytree(SHIPPED, copy)
        manifest = os.path.join(copy, "jp-idtf/1.0/manifest.json")
        with open(manifest, encoding="utf-8") as f:
            told = json.load(f)
        with open(manifest, "w", encoding="utf-8") as f:
            json.dump({**told, "valid_from": "2026-01-01T00:00:00Z"}, f, ensure_ascii=False)
        self.daemon.ctl("policy", "seal", os.path.dirname(manifest))
        self.daemon.ctl("policy", "publish", os.path.dirname(manifest))

    def enrol(self, *records):
        for record in records:
            path = os.path.join(self.daemon.home, record["id"] + ".json")
            with open(path, "w") as f:
                json.dump(record, f, ensure_ascii=False)
            self.daemon.ctl("member", "apply", "--no-wait", "--reason", "test", path)
            self.daemon.ctl("member", "approve", "--no-wait", "--reason", "test", record["id"])
            self.tokens[record["id"]] = self.caller(record["id"], "proofing")

    def caller(self, name, right):
        made = self.daemon.ctl("token", "new", f"{name}-{right}", "--member", name, "--right", right, "--json")
        return json.loads(made)["token"]

    def ask(self, method, path, body=None, authorization=None):
        link = http.client.HTTPConnection("127.0.0.1", self.daemon.plain, timeout=30)
        fields = {"Content-Type": "application/json"}
        if authorization:
            fields["Authorization"] = authorization
        link.request(method, path, None if body is None else json.dumps(body), fields)
        answer = link.getresponse()
        text = answer.read()
        link.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode(errors="replace")

    def challenge(self, who, purpose="signature", **more):
        return self.ask("POST", "/v1/jpki/challenges", {"purpose": purpose, **more}, f"Bearer {self.tokens[who]}")

    def prove(self, who, challenge, body):
        """The answer; what is to be owed for it is counted."""
        status, told = self.ask("POST", f"/v1/jpki/challenges/{challenge}/proof", body, f"Bearer {self.tokens[who]}")
        if status == 200:
            # A responder that cannot be reached is not paid, nor is who is not asked; lists are free.
            charged = told["revocation"]["status"] in ("good", "revoked", "unknown") and any(
                source["kind"] == "ocsp" for source in self.jpki["sources"])
            self.owe(who, 1, charged, PRICES[told["purpose"]] if charged else 0)
        return status, told

    def owe(self, who, checks, charged, yen):
        sums = self.owed.setdefault(who, [0, 0, 0])
        for i, more in enumerate((checks, charged, yen)):
            sums[i] += more

    def proved(self, who, card, purpose="signature", origin=None, **more):
        """From challenge to outcome."""
        where = {"origin": origin} if origin else {}
        status, challenge = self.challenge(who, purpose, **where, **more)
        if status != 201:
            return status, challenge
        return self.prove(who, challenge["id"], {**signed(card, challenge["text"], purpose), **where})

    def children(self, role):
        return [p for p in descendants(self.daemon.process.pid) if role_of(p) == role]

    def stop(self):
        self.daemon.stop()


def signed(card, text, purpose="signature"):
    """What the card would make of it: OpenSSL with its key."""
    name = FOLDERS[purpose]
    done = run("openssl", "dgst", "-sha256", "-sign", f"{card}/{name}.key", stdin=text.encode())
    if done.returncode:
        raise SystemExit(f"not ok openssl signs: {done.stderr.decode()}")
    with open(f"{card}/{name}.cer", "rb") as f:
        certificate = f.read()
    return {"algorithm": "RS256", "certificate": base64.b64encode(certificate).decode(),
            "signature": base64.b64encode(done.stdout).decode()}
