"""tests/e2e/app_client.py - a person's phone in Python: the app's protocol (server/pages/app/PROTOCOL.md), and nothing of the server's. By
itself it tests nothing.

    phone = Phone(Server("https://localhost:8443", cafile))
    phone.pair(code)["pin"] … phone.requests() … phone.answer(request, "482913", pin)
"""

import base64
import hashlib
import http.client
import json
import secrets
import ssl
import struct
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORM = "watashi-app-1"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Server:
    """Asks, and gives (status, JSON or None)."""

    def __init__(self, origin, cafile=None):
        self.origin = origin
        self.at = urllib.parse.urlsplit(origin)
        self.context = ssl.create_default_context(cafile=cafile)
        self.described = None  # described.Described, where bodies are held against their schemas

    def connect(self):
        if self.at.scheme == "https":
            return http.client.HTTPSConnection(self.at.hostname, self.at.port, context=self.context, timeout=30)
        return http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=30)

    def ask(self, method, path, body=b"", fields=None):
        connection = self.connect()
        try:
            named = {"Content-Type": "application/json"} if body else {}
            connection.request(method, path, body or None, {**named, **(fields or {})})
            answer = connection.getresponse()
            text = answer.read()
            told = json.loads(text) if text else None
            if self.described and told is not None:
                self.described.take(method, path, json.loads(body or b"{}"), answer.status, told)
            return answer.status, told
        finally:
            connection.close()


class ScreenLock:
    """A phone's own passkey in software: what navigator.credentials gives of it. `right` False: the person is not verified."""

    def __init__(self, synced=False):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0 if synced else 1
        self.flags = 0x18 if synced else 0
        self.right = True

    def data(self, rp_id, attested=b""):
        flags = self.flags | 0x01 | (0x04 if self.right else 0) | (0x40 if attested else 0)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count) + attested

    def told(self, kind, challenge, origin, response):
        client = json.dumps({"type": f"webauthn.{kind}", "challenge": b64(challenge), "origin": origin, "crossOrigin": False}).encode()
        return client, lambda more: {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "clientExtensionResults": {},
                                     "authenticatorAttachment": "platform", "response": {"clientDataJSON": b64(client), **response, **more}}

    def create(self, options, origin):
        numbers = self.key.public_key().public_numbers()
        cose = bytes.fromhex("a5010203262001215820") + numbers.x.to_bytes(32, "big") + bytes.fromhex("225820") + numbers.y.to_bytes(32, "big")
        data = self.data(options["rp"]["id"], bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose)
        item = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        padded = options["challenge"] + "=" * (-len(options["challenge"]) % 4)
        _, made = self.told("create", base64.urlsafe_b64decode(padded), origin, {"transports": ["internal"]})
        return made({"attestationObject": b64(item)})

    def get(self, rp_id, challenge, origin):
        self.count += 1 if self.count else 0
        client, made = self.told("get", challenge, origin, {})
        data = self.data(rp_id)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return made({"authenticatorData": b64(data), "signature": b64(signature)})


class Phone:
    def __init__(self, server):
        self.server = server
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.device = None
        self.offset = 0  # seconds by which its clock is off
        self.lock = None  # a ScreenLock instead of a PIN

    @staticmethod
    def text(word, *parts):
        return "\n".join([FORM, word, *parts]).encode()

    def sign(self, word, *parts):
        r, s = utils.decode_dss_signature(self.key.sign(self.text(word, *parts), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def options(self, code):
        status, options = self.server.ask("POST", "/v1/app/pair/options", json.dumps({"code": code, "key": b64(self.spki)}).encode())
        if status != 200:
            raise ValueError(status, options)
        return options

    def pair(self, code, pin="drawn", name="Phone", platform="Python", lock=None):
        """The answer, or (status, problem) in a ValueError. `lock`: a ScreenLock instead of a PIN."""
        key = b64(self.spki)
        body = {"code": code, "key": key, "platform": platform, "name": name, "pin": None if lock else pin,
                "passkey": lock.create(self.options(code), self.server.origin) if lock else None,
                "signature": self.sign("pair", self.server.origin, code.lower(), key)}
        status, answer = self.server.ask("POST", "/v1/app/pair", json.dumps(body).encode())
        self.lock = lock
        if status != 201:
            raise ValueError(status, answer)
        self.device = answer["device"]
        return answer

    def authorization(self, method, path, body, nonce=None):
        at = str(int((time.time() + self.offset) * 1000))
        nonce = nonce or b64(secrets.token_bytes(16))
        digest = b64(hashlib.sha256(body).digest())
        signature = self.sign("call", self.server.origin, f"{method} {path}", self.device, at, nonce, digest)
        return f"Watashi-App {self.device}.{at}.{nonce}.{signature}"

    def call(self, method, path, value=None, fields=None, nonce=None):
        body = b"" if value is None else json.dumps(value).encode()
        signed = {"Authorization": self.authorization(method, path, body, nonce)}
        return self.server.ask(method, path, body, {**signed, **(fields or {})})

    def self(self):
        return self.call("GET", "/v1/app/self")

    def requests(self, cookie=None):
        status, answer = self.call("GET", "/v1/app/requests", fields={"Cookie": cookie} if cookie else None)
        if status != 200:
            raise ValueError(status, answer)
        return answer["requests"]

    def answer(self, request, code, pin, cookie=None):
        """`code` None: the login is in this very browser, whose cookie is given."""
        parts = [self.server.origin, self.device, request["id"], request["challenge"], request["relying_party"]["entity_id"], code or "-"]
        return self.send(request, code, pin, self.unlocked("answer", *parts) if self.lock else None, self.sign("answer", *parts), cookie)

    def unlocked(self, word, *parts):
        """What unlocking this phone gives for that."""
        return self.lock.get(self.self()[1]["passkey"]["rp_id"], hashlib.sha256(self.text(word, *parts)).digest(), self.server.origin)

    def beside(self, word, what, path, body, pin):
        """Something else than an answer, by the same person; a passkey is unlocked for this very call."""
        nonce = b64(secrets.token_bytes(16))
        passkey = self.unlocked(word, self.server.origin, self.device, nonce, what) if self.lock else None
        return self.call("POST", path, {**body, "pin": pin, "passkey": passkey}, nonce=nonce)

    def unmute(self, since, pin=None):
        return self.beside("unmute", since, "/v1/app/unmute", {"since": since}, pin)

    def find(self, code, pin=None):
        return self.beside("find", code, "/v1/app/requests/find", {"code": code}, pin)

    def send(self, request, code, pin, passkey, signature, cookie=None):
        return self.call("POST", f"/v1/app/requests/{request['id']}/answer",
                         {"code": code, "pin": pin, "passkey": passkey, "signature": signature}, {"Cookie": cookie} if cookie else None)

    def refuse(self, request, not_me=False):
        return self.call("POST", f"/v1/app/requests/{request['id']}/refuse", {"not_me": not_me})

    def subscribe(self, endpoint, key, secret):
        return self.call("POST", "/v1/app/push", {"endpoint": endpoint, "key": b64(key), "secret": b64(secret)})

    def events(self):
        """The response of the stream: read lines from it."""
        connection = self.server.connect()
        connection.request("GET", "/v1/app/events", headers={"Authorization": self.authorization("GET", "/v1/app/events", b"")})
        return connection.getresponse()
