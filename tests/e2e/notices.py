#!/usr/bin/env python3
"""tests/e2e/notices.py - what persons are told, really sent: a mail server with STARTTLS and a password, a push service that decrypts;
each down and up again, refusing for ever, the steward killed in between.

    tools/check runs it; by hand: WATASHI_BUILD must be set, with tests/daemon/watashid-noticing made

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import asyncio
import base64
import email
import email.policy
import http.client
import http.server
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon, certificate, descendants, free_port  # noqa: E402
from kill import role_of  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402
from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
PASSWORD = "correct horse 電池"
CONTACT_CODE, ADDED, NOT_ME, APP_REQUEST = 1, 2, 10, 14
RETRY = 100  # seconds: what could not be sent is tried again after one minute

failures = []


def ok(title, holds, found=""):
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failures.append(title)
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def soon(holds, seconds=30):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


class Sink:
    """A mail server on loopback: STARTTLS, AUTH PLAIN; says what it is told to say to an address."""

    def __init__(self, home):
        self.port, self.mails, self.refusals, self.sessions = free_port(), [], {}, 0
        self.delay = 0
        self.unanswered = None  # to whom a mail is taken without that anybody is told so
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate(home))
        self.loop = asyncio.new_event_loop()
        self.server, self.thread = None, threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def start(self):
        async def listen():
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        asyncio.run_coroutine_threadsafe(listen(), self.loop).result(10)

    def stop(self):
        async def close():
            self.server.close()
        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)

    async def serve(self, reader, writer):
        self.sessions += 1
        try:
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        writer.close()

    async def talk(self, reader, writer):
        secure, known, to, seen = False, False, None, []
        say = lambda text: writer.write(text.encode() + b"\r\n")  # noqa: E731
        say("220 localhost sink")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb = line.split(" ")[0].upper()
            seen.append(verb)
            if verb == "EHLO":
                say("250-localhost\r\n250-8BITMIME\r\n" + ("250 AUTH PLAIN" if secure else "250 STARTTLS"))
            elif verb == "STARTTLS":
                say("220 go on")
                await writer.drain()
                await writer.start_tls(self.context)
                secure = True
            elif verb == "AUTH":
                given = line.split(" ")[2:]
                if not given:
                    say("334 ")
                    given = [(await reader.readline()).decode().strip()]
                known = base64.b64decode(given[0]) == b"\0watashi\0" + PASSWORD.encode()
                say("235 ok" if known else "535 5.7.8 no")
            elif verb == "MAIL":
                say("250 ok" if known and secure else "530 5.7.0 log in first")
            elif verb == "RCPT":
                to = line[line.index("<") + 1:line.index(">")]
                say(self.refusals.get(to, "250 ok"))
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (part := await reader.readline()) != b".\r\n":
                    lines.append(part[1:] if part.startswith(b"..") else part)
                if self.delay:
                    await asyncio.sleep(self.delay)
                self.mails.append((to, b"".join(lines)))
                while self.unanswered == to:
                    await asyncio.sleep(0.05)
                say("250 taken")
            else:
                say("221 bye" if verb == "QUIT" else "250 ok")
                if verb == "QUIT":
                    return


class Browser:
    """One push subscription, and what only it can read."""

    def __init__(self, url):
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        self.url = url
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def fields(self):
        text = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()  # noqa: E731
        return {"endpoint": self.url, "key": text(self.point), "secret": text(self.secret)}

    def read(self, body):
        """RFC 8188 and RFC 8291, written once more."""
        salt, size, key_size = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21:21 + key_size], body[21 + key_size:]
        assert len(record) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        derive = lambda salt, of, info, size: HKDF(hashes.SHA256(), size, salt, info).derive(of)  # noqa: E731
        ikm = derive(self.secret, shared, b"WebPush: info\0" + self.point + sender, 32)
        plain = AESGCM(derive(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
            derive(salt, ikm, b"Content-Encoding: nonce\0", 12), record, b"")
        text = plain.rstrip(b"\0")
        assert text[-1:] == b"\x02"
        return json.loads(text[:-1]), len(plain)


class PushService:
    """RFC 8030's other side, over plain HTTP on loopback."""

    def __init__(self):
        self.port, self.pushed, self.statuses, self.server = free_port(), [], {}, None

    def start(self):
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            # One request each: a connection that is kept would be served on by a service that is down.
            protocol_version = "HTTP/1.0"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.statuses.get(self.path, 201)
                service.pushed.append((self.path, status, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def browser(self, path):
        return Browser(f"http://127.0.0.1:{self.port}{path}")

    def at(self, path):
        return [p for p in self.pushed if p[0] == path]

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"


class House(Daemon):
    """A federation that sends notices."""

    def __init__(self, sink, sink_home, push):
        self.sink, self.push = sink, push
        word = os.path.join(sink_home, "password")
        with open(word, "w") as f:
            f.write(PASSWORD + "\n")
        os.chmod(word, 0o600)
        super().__init__(BUILD, "tests/daemon/watashid-noticing", settings={
            "fetch": {"plain_http": True, "internal": ["127.0.0.1"]},
            "notices": {
                "mail": {"url": f"smtp://localhost:{sink.port}/watashi.example", "from": "no-reply@watashi.example", "user": "watashi",
                         "password_file": word, "tls": "required", "authorities": os.path.join(sink_home, "tls.pem")},
                "push": {"contact": "mailto:admin@watashi.example"}},
        })

    def start(self):
        # Made before the first start: what is founded with the house is in use at once.
        if not os.path.exists(os.path.join(self.directory, "keys/push-1.json")):
            made = subprocess.run([os.path.join(BUILD, "watashictl"), "-c", self.file, "key", "new", "push-1", "--use", "push"],
                                  capture_output=True, text=True)
            ok("a key for pushes is made", made.returncode == 0, made.stdout + made.stderr)
        super().start()

    def ask(self, method, path, body=None, port=None):
        link = http.client.HTTPConnection("127.0.0.1", port or self.plain, timeout=30)
        link.request(method, path, body=json.dumps(body) if body else None, headers={"Content-Type": "application/json"} if body else {})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, text

    def tell(self, kind, **fields):
        status, text = self.ask("POST", "/test/notices", {"kind": kind, **fields})
        if status != 201:
            ok("a notice is put", False, text)

    def keys(self):
        answer = json.loads(self.ctl("key", "list", "--json"))
        return answer if isinstance(answer, list) else answer["keys"]

    def waiting(self):
        return int(self.ask("GET", "/test/notices")[1])

    def figure(self, name):
        text = self.ask("GET", "/metrics", port=self.local)[1]
        return next((float(line.split(" ")[-1]) for line in text.splitlines() if line.startswith(name + " ")), None)

    def stewards(self):
        return [pid for pid in descendants(self.process.pid) if role_of(pid) == "steward"]

    def kill_steward(self):
        before = self.stewards()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        return soon(lambda: self.stewards() and not set(self.stewards()) & set(before))

    def said(self):
        self.log.flush()
        with open(os.path.join(self.home, "watashid.log")) as f:
            return f.read()


def read_mail(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    return mail, mail.get_content().replace("\r\n", "\n")


def mails_to(sink, address):
    return [raw for to, raw in sink.mails if to == address]


# What is shown.

def mail_arrives(house, sink):
    house.tell(ADDED, address="hanako@example.jp", name="私のiPhone\r\nBcc: eve@example.jp")
    house.tell(CONTACT_CODE, address="taro@example.jp", code="048213", english=True)
    ok("both mails arrive", soon(lambda: mails_to(sink, "hanako@example.jp") and mails_to(sink, "taro@example.jp")), sink.mails)
    raw = mails_to(sink, "hanako@example.jp")[0]
    mail, text = read_mail(raw)
    ok("its subject is Japanese", mail["Subject"] == "認証器が追加されました｜計測", mail["Subject"])
    ok("it is from us, to her", mail["From"].addresses[0].addr_spec == "no-reply@watashi.example" and
       mail["From"].addresses[0].display_name == "計測" and mail["To"].addresses[0].addr_spec == "hanako@example.jp", raw)
    ok("a program says that it is one", mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"] and not mail.defects, raw)
    ok("its time is now", abs(mail["Date"].datetime.timestamp() - time.time()) < 120, mail["Date"])
    ok("the text says what, and where to go on", "認証器：私のiPhone  Bcc: eve@example.jp\n" in text and
       f"https://localhost:{house.tls}/account/\n" in text, text)
    ok("a name makes no field", mail["Bcc"] is None and all(len(line) <= 78 and line.isascii() for line in raw.split(b"\r\n")), raw)
    mail, text = read_mail(mails_to(sink, "taro@example.jp")[0])
    ok("the other is English, with its code", mail["Subject"] == "Code to confirm your mail address - Bench" and
       "Code: 048213\n" in text and "048213" not in mail["Subject"], text)
    ok("nothing waits any more", soon(lambda: house.waiting() == 0), house.waiting())


def push_arrives(house, push):
    browser = push.browser("/one")
    house.tell(APP_REQUEST, request="0123456789abcdef0123456789abcdef", seconds=120, **browser.fields())
    ok("a push arrives", soon(lambda: push.at("/one")))
    if not push.at("/one"):
        return
    headers, body = push.at("/one")[0][2:]
    told, size = browser.read(body)
    ok("only the browser reads what it says", told == {"kind": "app-request", "request": "0123456789abcdef0123456789abcdef"}, told)
    ok("and nobody by its size", size == 257, size)
    ok("it says how long it is good for, and that it is urgent", 0 < int(headers["TTL"]) <= 120 and headers["Urgency"] == "high" and
       headers["Content-Encoding"] == "aes128gcm", headers)
    scheme, _, rest = headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))  # noqa: E731
    head, claims, signature = parts["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
    raw = decode(signature)
    key.verify(utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
               f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(decode(claims))
    ok("a token says who pushes, to this service alone, for a while", scheme == "vapid" and claims["aud"] == push.origin and
       claims["sub"] == "mailto:admin@watashi.example" and 0 < claims["exp"] - time.time() <= 12 * 3600, claims)


def phones_ring(house, push):
    """One to an account's phones, of whom one is another's."""
    mine, others = "0a" + secrets.token_hex(15), "0b" + secrets.token_hex(15)
    browsers = {path: push.browser(path) for path in ("/mine", "/tablet", "/theirs")}
    for path, account in (("/mine", mine), ("/tablet", mine), ("/theirs", others)):
        house.tell(APP_REQUEST, account=account, credential="0c" + secrets.token_hex(15), **browsers[path].fields())
    ok("three phones are asked", soon(lambda: all(len(push.at(path)) == 1 for path in browsers)))
    house.tell(ADDED, account=mine, name="花子の鍵")
    ok("an account's phones are told at once", soon(lambda: all(len(push.at(path)) == 2 for path in ("/mine", "/tablet"))),
       [len(push.at(path)) for path in browsers])
    for path in ("/mine", "/tablet"):
        headers, body = push.at(path)[-1][2:]
        told, size = browsers[path].read(body)
        ok("of what happened and nothing else", told == {"kind": "credential-added"} and size == 257 and headers["Urgency"] == "normal",
           (told, size))
    ok("nothing waits", soon(lambda: house.waiting() == 0), house.waiting())
    ok("nobody else's was", len(push.at("/theirs")) == 1)
    house.tell(ADDED, account="0d" + secrets.token_hex(15))
    ok("an account without a phone keeps nothing waiting", soon(lambda: house.waiting() == 0), house.waiting())


def refused_for_ever(house, sink, push):
    sink.refusals["nobody@example.jp"] = "550 5.1.1 <nobody@example.jp>: no such user"
    push.statuses["/gone"], push.statuses["/wrong"] = 410, 403
    before = house.figure("watashi_notices_given_up_total")
    house.tell(ADDED, address="nobody@example.jp")
    app = {"account": secrets.token_hex(16), "credential": "01" + secrets.token_hex(15)}
    house.tell(APP_REQUEST, **push.browser("/gone").fields(), **app)
    house.tell(APP_REQUEST, **push.browser("/wrong").fields())
    ok("what is refused for ever does not wait", soon(lambda: house.waiting() == 0), house.waiting())
    ok("each is counted", soon(lambda: house.figure("watashi_notices_given_up_total") == before + 3))
    said = house.said()
    ok("the log says why", said.count("delivery.given-up") == 3 and "answered 550 to the address" in said and
       "push service answered 410" in said, said[-2000:])
    status, endpoint = house.ask("GET", f"/test/apps/{app['account']}{app['credential']}")
    ok("an app whose subscription is gone has none any more", status == 200 and endpoint == "", (status, endpoint))
    app["credential"] = "02" + secrets.token_hex(15)
    house.tell(APP_REQUEST, **push.browser("/kept").fields(), **app)
    ok("one that is there keeps it", soon(lambda: push.at("/kept") and house.waiting() == 0) and
       house.ask("GET", f"/test/apps/{app['account']}{app['credential']}")[1].endswith("/kept"))
    ok("and names no address and no endpoint", "example.jp" not in said and "/gone" not in said, said[-2000:])


def killed_in_between(house, sink):
    """Ten mails, of whom the server takes each slowly; the steward dies while they are on their way, and before it hears that the first of
    them was taken."""
    sink.delay = 1
    who = [f"kill-{i}@example.jp" for i in range(10)]
    sink.unanswered = who[0]
    for address in who:
        house.tell(NOT_ME, address=address)
    ok("a mail is taken, and nobody told", soon(lambda: mails_to(sink, who[0])))
    soon(lambda: len([to for to, _ in sink.mails if to in who]) >= 2)
    ok("another steward takes over", house.kill_steward())
    sink.unanswered = None
    ok("and a third", house.kill_steward())
    sink.delay = 0
    ok("everybody is told", soon(lambda: all(mails_to(sink, a) for a in who), 60), [a for a in who if not mails_to(sink, a)])
    ok("nothing waits", soon(lambda: house.waiting() == 0, 60), house.waiting())
    copies = [mails_to(sink, a) for a in who]
    ok("of which nobody heard that it was taken is sent again", len(copies[0]) > 1, len(copies[0]))
    ok("who is told twice can see that it is one mail",
       all(len({read_mail(raw)[0]["Message-ID"] for raw in raws}) == 1 for raws in copies))


def down_and_up(house, sink, push):
    sink.stop()
    push.stop()
    browser = push.browser("/later")
    house.tell(ADDED, address="later@example.jp", seconds=600)
    house.tell(APP_REQUEST, seconds=600, **browser.fields())
    before = house.figure("watashi_notices_postponed_total")
    house.tell(ADDED, address="out-of-date@example.jp", seconds=5)
    ok("what cannot be sent is put back", soon(lambda: house.figure("watashi_notices_postponed_total") >= before + 2))
    ok("what is out of date goes", soon(lambda: house.waiting() == 2, 40), house.waiting())
    house.restart()
    ok("the rest waits across a restart of all", house.waiting() == 2, house.waiting())
    sink.start()
    push.start()
    ok("the mail arrives when the server is back", soon(lambda: mails_to(sink, "later@example.jp"), RETRY))
    ok("so does the push", soon(lambda: push.at("/later"), RETRY) and browser.read(push.at("/later")[0][3])[0]["kind"] == "app-request")
    ok("once each", len(mails_to(sink, "later@example.jp")) == 1 and len(push.at("/later")) == 1, (sink.mails, push.at("/later")))
    ok("nothing waits", soon(lambda: house.waiting() == 0), house.waiting())
    ok("what is out of date was not sent", not mails_to(sink, "out-of-date@example.jp"))


def many(house, sink):
    """More than fit at once, several of one address."""
    for i in range(60):
        house.tell(ADDED, address=f"many-{i % 20}@example.jp", name=f"n{i}")
    ok("sixty arrive", soon(lambda: len([to for to, _ in sink.mails if to.startswith("many-")]) == 60, 60),
       len([to for to, _ in sink.mails if to.startswith("many-")]))
    ok("and go", soon(lambda: house.waiting() == 0), house.waiting())
    ok("the figures say so", soon(lambda: house.figure("watashi_notices_waiting") == 0) and
       house.figure('watashi_notices_sent_total{way="mail"}') >= 60, house.figure('watashi_notices_sent_total{way="mail"}'))


def without_ways(house, sink):
    with open(house.file) as f:
        config = json.load(f)
    del config["notices"]
    with open(house.file, "w") as f:
        json.dump(config, f)
    house.restart()
    before = len(sink.mails)
    house.tell(ADDED, address="nobody-told@example.jp")
    house.tell(APP_REQUEST, **Browser("https://push.example/x").fields())
    ok("what there is no way for does not wait", soon(lambda: house.waiting() == 0), house.waiting())
    said = house.said()
    ok("a line each says so", "no mail is configured" in said and "no push is configured" in said, said[-1500:])
    ok("nothing was sent", len(sink.mails) == before)


def main():
    import tempfile
    with tempfile.TemporaryDirectory(prefix="watashi-notices-") as home:
        sink, push = Sink(home), PushService()
        sink.start()
        push.start()
        house = House(sink, home, push)
        try:
            ok("the key for pushes is in use", soon(lambda: "push-1" in [k["name"] for k in house.keys() if k["state"] == "active"]))
            mail_arrives(house, sink)
            push_arrives(house, push)
            phones_ring(house, push)
            refused_for_ever(house, sink, push)
            killed_in_between(house, sink)
            many(house, sink)
            down_and_up(house, sink, push)
            without_ways(house, sink)
        finally:
            if failures:
                print(house.said()[-6000:], file=sys.stderr)
            house.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
