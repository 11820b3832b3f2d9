#!/usr/bin/env python3
"""tests/e2e/enrol.py - people enrol with cards in software, against a daemon of its own that believes a test world's authorities: at home, at a
terminal, again, after a loss; and the steward looks at what they were bound by.

    tools/check runs it; by hand: WATASHI_BUILD=DIR tests/e2e/enrol.py

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import base64
import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon, free_port  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
HOUSE = "https://localhost/account"
LEAST = {"framework": "jp-idtf", "levels": {"token": "2"}}
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def need(*command):
    done = subprocess.run([os.path.join(BUILD, command[0]), *command[1:]], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"not ok {' '.join(command)}: {done.stderr}")
    return done.stdout.strip()


def day(days):
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + days * 86400))


MEMBER = {
    "id": "platform", "kind": "platform", "name": {"ja": "基盤", "en": "Platform"},
    "contacts": [{"type": "technical", "email": "desk@platform.example"}, {"type": "security", "email": "csirt@platform.example"}],
    "entities": [{
        "entity_id": HOUSE, "roles": ["rp"],
        "attributes": [{"name": name, "purpose": {"ja": "アカウントの登録", "en": "to enrol an account"}}
                       for name in ("name", "birthdate", "gender", "address")],
    }],
    "jpki": {"accreditations": [{
        "name": "試験のための認定", "basis": "accredited", "uses": ["signature", "authentication"],
        "from": day(-90), "until": day(90), "notified": day(-80),
    }]},
}


class Card:
    """What is in it signs what a page's code stands for."""

    def __init__(self, folder):
        self.keys, self.certificates = {}, {}
        for purpose, name in (("signature", "sign"), ("authentication", "auth")):
            with open(os.path.join(folder, f"{name}.key"), "rb") as f:
                self.keys[purpose] = serialization.load_pem_private_key(f.read(), None)
            with open(os.path.join(folder, f"{name}.cer"), "rb") as f:
                self.certificates[purpose] = f.read()

    def answer(self, port, code, token=None):
        status, shown = ask(port, "GET", f"/v1/card/{code}")
        if status != 200:
            return status, shown
        purpose = shown["purpose"]
        signature = self.keys[purpose].sign(shown["text"].encode(), padding.PKCS1v15(), hashes.SHA256())
        return ask(port, "POST", f"/v1/card/{code}", {
            "algorithm": "RS256", "certificate": base64.b64encode(self.certificates[purpose]).decode(),
            "signature": base64.b64encode(signature).decode()}, {"Authorization": f"Bearer {token}"} if token else {})


def ask(port, method, path, value=None, fields=None, jar=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = None if value is None else json.dumps(value)
    named = {**(fields or {}), **({"Content-Type": "application/json"} if body else {})}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, text = re.match(r"([^=]+)=([^;]*)", line).groups()
        if jar is not None:
            jar[name] = text
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None


class Page:
    """A browser at the page that enrols."""

    def __init__(self, daemon, reissue=False):
        self.port, self.origin, self.jar, self.path = daemon.plain, f"https://localhost:{daemon.tls}", {}, "/v1/enrol"
        status, begun = self.ask("POST", "", {"reissue": reissue, "language": "en"})
        if status != 201:
            raise SystemExit(f"not ok an enrolment begins: {status} {begun}")
        self.path = f"/v1/enrol/{begun['enrolment']}"

    def ask(self, method, rest="", value=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        fields = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **({"Cookie": cookies} if cookies else {})}
        return ask(self.port, method, self.path + rest, value, fields, self.jar)

    def look(self):
        return self.ask("GET")[1]

    def events(self):
        """What the page hears while it waits; the caller's to close."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", self.path + "/events", headers={"Cookie": cookies, "Accept": "text/event-stream"})
        return connection, connection.getresponse()

    def card(self, card, rest="/card", token=None):
        status, task = self.ask("POST", rest, {})
        if status != 201:
            return status, task
        return card.answer(self.port, task["code"], token)


def federation(home, world, ports):
    def secret(name):
        path = os.path.join(home, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
            f.write(secrets.token_bytes(32))
        return path

    daemon = Daemon(BUILD, workers=2, cpus="0-1", settings={
        "fetch": {"internal": ["127.0.0.1", "::1"]},
        "jpki": {
            "test": True, "operator": "platform", "handle_secret": secret("handles"),
            "sources": [{"name": purpose, "kind": "ocsp", "purpose": purpose, "url": f"http://127.0.0.1:{port}/", "time": "PT20S"}
                        for purpose, port in ports.items()],
            "anchors": [{"purpose": purpose, "world": "test", "file": f"{world}/{folder}/{generation}/ca.cer"}
                        for purpose, folder in (("signature", "sign"), ("authentication", "auth")) for generation in (1, 2)],
        },
        "person": {"secret": secret("person"), "relying_party": HOUSE, "identity_provider": HOUSE,
                   "requirements": {"account": LEAST, "change": LEAST}},
    })
    with open(os.path.join(home, "member.json"), "w") as f:
        json.dump(MEMBER, f)
    daemon.ctl("member", "apply", "--no-wait", "--reason", "test", os.path.join(home, "member.json"))
    daemon.ctl("member", "approve", "--no-wait", "--reason", "test", "platform")
    return daemon


def enrols(daemon, card):
    page = Page(daemon)
    ok("a page that begins can go on with card or account", page.look()["next"] == ["card", "provisional"], page.look())
    status, answer = page.card(card)
    ok("the card's client hears that it is good", (status, answer) == (200, {"outcome": "established", "failed": None}), (status, answer))
    seen = page.look()
    told = {one["name"]: one["value"] for one in (seen["preview"] or {}).get("attributes", [])}
    ok("the page shows what would be taken over", seen["state"] == "answered" and told.get("name") == "試験　太郎" and
       told.get("birthdate") == "1980-02-17" and seen["preview"]["account"] == "new", seen)
    status, taken = page.ask("POST", "/accept", {})
    ok("it is taken over", status == 200 and taken["location"] == "/account/" and "__Host-watashi" in page.jar, (status, taken))
    status, answer = page.card(card, "/bind-card")
    ok("the other certificate signs, too", status == 200 and answer["outcome"] == "established", (status, answer))
    status, bound = page.ask("POST", "/bind-card/finish", {})
    ok("the card is an authenticator", status == 201 and bound["kind"] == "card", (status, bound))
    ok("which nobody here says is the same card", bound.get("binding") == "unconfirmed", bound)
    return taken.get("number"), bound.get("id")


def event_of(stream):
    """The next one's lines; those that only keep the line open are passed over."""
    lines = []
    while True:
        line = stream.readline().decode()
        if line == "" or (line == "\n" and lines):
            return lines
        if line != "\n" and not line.startswith(":"):
            lines.append(line.strip())


def hears(daemon, card):
    """The page is told that the card has answered, whichever worker it waits at; nobody else is, and no more than that."""
    page, other = Page(daemon), Page(daemon)
    ok("before a card is asked for nothing is waited for", page.ask("GET", "/events")[0] == 409)
    status, task = page.ask("POST", "/card", {})
    ok("a card is asked for", status == 201, (status, task))
    waiting = [page.events() for _ in range(4)]
    ok("the page waits, at several workers", all(answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream") and
       answer.headers["Cache-Control"] == "no-store" for _, answer in waiting), [answer.status for _, answer in waiting])
    at_once = [event_of(answer) for _, answer in waiting]
    ok("and is told to look at once", at_once == [["event: changed", "data: {}"]] * 4, at_once)
    other.path = page.path
    ok("another browser hears nothing", other.ask("GET", "/events")[0] == 404)
    status, answer = card.answer(daemon.plain, task["code"])
    ok("the card answers", status == 200 and answer["outcome"] == "established", (status, answer))
    heard = [event_of(answer) for _, answer in waiting]
    ok("and the page is told to look, with nothing of the person", heard == at_once, heard)
    ok("which finds it answered", page.look()["state"] == "answered", page.look())
    for connection, _ in waiting:
        connection.close()


def again(daemon, card, number, bound):
    page = Page(daemon, reissue=True)
    page.card(card)
    seen = page.look()
    ok("the same card finds the account, and what it has", seen["preview"] and seen["preview"]["account"] == "existing" and
       seen["preview"]["number"] == number and [one["id"] for one in seen["preview"]["authenticators"]] == [bound], seen)
    status, taken = page.ask("POST", "/accept", {"revoke": [bound]})
    ok("what was lost is revoked", status == 200 and taken["number"] == number, (status, taken))
    page.card(card, "/bind-card")
    status, new = page.ask("POST", "/bind-card/finish", {})
    ok("and the same card is bound anew", status == 201 and new["id"] != bound, (status, new))
    page = Page(daemon, reissue=True)
    page.card(card)
    ok("in its place", [one["id"] for one in page.look()["preview"]["authenticators"]] == [new.get("id")], page.look())


def at_terminal(daemon, card):
    token = daemon.ctl("token", "new", "counter-3", "--member", "platform", "--right", "terminal").split()[-1]
    other = daemon.ctl("token", "new", "clerk", "--member", "platform", "--right", "decide").split()[-1]
    page = Page(daemon)
    status, opened = page.ask("POST", "/provisional", {"contact": None})
    ok("a phone opens an account at once", status == 201 and opened["number"], (status, opened))
    ok("who is no terminal is none", page.card(card, token=other)[0] == 403)
    status, answer = page.card(card, token=token)
    ok("a registered one reads the card, and learns nothing of the person", (status, answer) ==
       (200, {"outcome": "established", "failed": None}), (status, answer))
    status, taken = page.ask("POST", "/accept", {})
    ok("the phone's account is full now", status == 200 and taken["number"] == opened["number"], (status, taken))


def erased(daemon, card, number):
    """By an operator, as the person asks: the steward does it, which has no secret of persons."""
    page = Page(daemon, reissue=True)
    page.card(card)
    page.ask("POST", "/accept", {})
    page.path = "/v1/account"
    status, answer = page.ask("GET")
    ok("somebody is logged in, though no policy here says for what", status == 503 and "jp-idtf" in answer["detail"], (status, answer))
    told = json.loads(daemon.ctl("person", "erase", number, "--yes", "--json"))
    ok("the account is erased", told["outcome"] == "erased" and told["rows"] > 5 and re.fullmatch("[0-9a-f]{32}", told["entry"]), told)
    status, answer = page.ask("GET")
    ok("nobody is logged in to it", status == 401, (status, answer))
    done = subprocess.run([os.path.join(BUILD, "watashictl"), "-c", daemon.file, "person", "erase", number, "--yes"], capture_output=True, text=True,
                          timeout=30)
    ok("it is no more", done.returncode == 1 and "no account has this number" in done.stderr, done)
    page = Page(daemon)
    page.card(card)
    seen = page.look()
    ok("the same card is somebody new's, who looks like nobody", seen["preview"] and seen["preview"]["account"] == "new" and not seen["failed"], seen)
    told = json.loads(daemon.ctl("status", "--json"))
    ok("the status tells of notices and logins", told["notices"]["waiting"] >= 0 and told["notices"]["failing"] == 0 and
       told["logins"]["begun"] == 0, (told.get("notices"), told.get("logins")))


def refused(daemon, world, card, folder):
    need("watashi-testcard", "revoke", world, folder)
    # The responder looks at its index now and then: until it has, the card is good.
    until = time.monotonic() + 30
    while True:
        page = Page(daemon)
        status, answer = page.card(card)
        if status != 200 or answer["outcome"] != "established" or time.monotonic() > until:
            break
        time.sleep(0.3)
    ok("a revoked card is refused, and told why", status == 200 and answer["outcome"] == "refuted" and answer["failed"]["step"] == "revocation"
       and answer["failed"]["why"]["ja"], (status, answer))
    status, taken = page.ask("POST", "/accept", {})
    ok("nothing of it is accepted", status == 409, (status, taken))


def by_demo_card(daemon, home, world, folder):
    """tools/demo-card, as somebody without a reader runs it at the demo."""
    demo = os.path.join(home, "demo")
    os.makedirs(os.path.join(demo, "jpki"))
    os.symlink(world, os.path.join(demo, "jpki/world"))
    with open(daemon.file, encoding="utf-8") as f:
        shutil.copy(next(listener["tls"]["certificate"] for listener in json.load(f)["listen"] if "tls" in listener), os.path.join(demo, "ca.pem"))
    page = Page(daemon)
    link = page.ask("POST", "/card", {})[1]["link"]
    program = os.path.join(HERE, "../../tools/demo-card")
    done = subprocess.run([program, "answer", link, os.path.basename(folder)], env={**os.environ, "DEMO_DIR": demo}, capture_output=True,
                          text=True, timeout=60)
    ok("tools/demo-card shows the text and signs it", done.returncode == 0 and "Enrolling an account" in done.stderr, done)
    ok("and the page goes on", page.look()["state"] == "answered", page.look())
    done = subprocess.run([program, "answer", link, os.path.basename(folder)], env={**os.environ, "DEMO_DIR": demo}, capture_output=True,
                          text=True, timeout=60)
    ok("a code is good once", done.returncode == 1 and "no code of this kind" in done.stderr, done)


def log_of(daemon):
    with open(os.path.join(daemon.home, "watashid.log"), encoding="utf-8") as f:
        return f.read()


def main():
    with tempfile.TemporaryDirectory(prefix="watashi-enrol-") as home:
        world = os.path.join(home, "world")
        need("watashi-testcard", "init", world)
        taro = need("watashi-testcard", "citizen", world)
        hanako = need("watashi-testcard", "citizen", world, "--name", "番号　花子", "--born", "419900401", "--sex", "2")
        ports = {"signature": free_port(), "authentication": free_port()}
        responders = [subprocess.Popen([os.path.join(BUILD, "watashi-testcard"), "ocsp", world, "--purpose", purpose, "--port", str(port)],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                      for purpose, port in ports.items()]
        daemon = federation(home, world, ports)
        try:
            number, bound = enrols(daemon, Card(taro))
            again(daemon, Card(taro), number, bound)
            at_terminal(daemon, Card(hanako))
            hears(daemon, Card(taro))
            erased(daemon, Card(taro), number)
            by_demo_card(daemon, home, world, hanako)
            refused(daemon, world, Card(hanako), hanako)
            said = log_of(daemon)
            ok("nothing of a person is in the log", not any(word in said for word in ("太郎", "花子", "1980-02-17", "渋谷")), said[-800:])
            ok("no process of it died", "process.died" not in said, said[-800:])
        finally:
            daemon.stop()
            for responder in responders:
                responder.kill()
                responder.wait()


main()
sys.exit(1 if failed else 0)
