"""tests/e2e/person_federation.py - a federation in which people have accounts: its operator, and a person's browser, passkey and card
in software. By itself it tests nothing.
"""

import base64
import hashlib
import http.client
import json
import os
import struct
import sys
import tempfile

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from described import Described  # noqa: E402
from proofing_federation import FOUR, Federation, day, need, ok, signed  # noqa: E402

ACCOUNT = "https://platform.example/account"
ISSUER = "https://platform.example/idp"
KEPT = {"credential.renewal": "new-proofing", "credential.revocation_time": 60, "credential.rules_published": True,
        "credential.secrets_confined": True, "credential.security_baseline": "moderate", "credential.status_service": True}
RESISTING = {"process.failures_allowed": 100, "process.threats_resisted": [
    "online-guessing", "replay", "session-hijacking", "eavesdropping", "weak-man-in-the-middle"]}
TRUSTED = {"proofing.verifier_accredited": True}


def certification(area, facts):
    return {"framework": "jp-idtf", "area": area, "level": "3", "uri": f"https://platform.example/assurance/{area}/3",
            "assessor": "試験", "from": day(-90), "until": day(90), "entity_id": ISSUER, "facts": facts}


OPERATOR = {
    "id": "platform", "kind": "business", "name": {"ja": "共同基盤", "en": "Platform"},
    "contacts": [{"type": "technical", "email": "desk@platform.example"}, {"type": "security", "email": "csirt@platform.example"}],
    "entities": [
        {"entity_id": ACCOUNT, "roles": ["rp"], "name": {"ja": "わたしアカウント", "en": "Watashi Account"},
         "attributes": [{"name": n, "purpose": {"ja": "アカウントのため", "en": "for the account"}} for n in FOUR]},
        {"entity_id": ISSUER, "roles": ["idp"]}],
    "certifications": [certification("registration", TRUSTED), certification("credential-management", KEPT),
                       certification("authentication-process", RESISTING)],
    "jpki": {"accreditations": [{"name": "試験のための認定", "basis": "accredited", "uses": ["signature", "authentication"],
                                 "from": day(-90), "until": day(90), "notified": day(-80)}]},
}


def levels(**areas):
    return {"framework": "jp-idtf", "levels": {area.replace("_", "-"): level for area, level in areas.items()}}


REQUIREMENTS = {"account": levels(authentication="1"), "change": levels(authentication="2"), "staff": levels(token="3"),
                "personas": {"administrative": levels(token="4")}}


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def b64u_read(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Accounts(Federation):
    """A federation whose operator has accounts, with citizens' cards of a test world."""

    def __init__(self, sections=None, **person):
        self.home = tempfile.mkdtemp(prefix="watashi-person-")
        world = os.path.join(self.home, "world")
        need("watashi-testcard", "init", world)
        secret = os.path.join(self.home, "person-secret")
        with open(secret, "wb") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write(os.urandom(32))
        lists = os.path.join(self.home, "lists")
        os.mkdir(lists)
        self.lists_at, self.revoked_world = lists, world
        section = {"secret": secret, "relying_party": ACCOUNT, "identity_provider": ISSUER, "requirements": REQUIREMENTS, **person}
        super().__init__(world, [{"name": "lists", "kind": "crl"}], members=(OPERATOR,), sections={"person": section, **(sections or {})},
                         lists={"watch": lists, "refresh": "PT1H"})
        self.origin, self.described = f"https://localhost:{self.daemon.tls}", Described()
        self.new_lists()

    def new_lists(self):
        for purpose in ("signature", "authentication"):
            path = os.path.join(self.lists_at, f"{purpose}.crl")
            need("watashi-testcard", "crl", self.world, "--purpose", purpose, "--next", "P30D", "--out", path + ".new")
            os.rename(path + ".new", path)
        self.daemon.ctl("jpki", "crl", "refresh")

    def stop(self):
        """Everything that was asked and told was as its schema says."""
        super().stop()
        self.described.told(ok)

    def citizen(self, name, given, born="1995-06-30", address="東京都渋谷区２－２"):
        need("watashi-testcard", "citizen", self.world, "--card", name, "--name", given, "--sex", "female", "--born", born,
             "--address", address)
        return os.path.join(self.world, "cards", name)


class Browser:
    """A person's browser: cookies, and the Origin of our own pages."""

    def __init__(self, federation, agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"):
        self.federation, self.cookies, self.agent, self.fields = federation, {}, agent, {}

    def send(self, method, path, body, headers):
        """Status, header fields and body as they come; what cookies are set is kept."""
        link = http.client.HTTPConnection("127.0.0.1", self.federation.daemon.plain, timeout=30)
        link.request(method, path, body, {name: value for name, value in headers.items() if value is not None})
        answer = link.getresponse()
        text = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")
                cookie, _, secret = cookie.partition("=")
                if "max-age=0" in rest.lower() or "max-age=-" in rest.lower() or not secret:
                    self.cookies.pop(cookie, None)
                else:
                    self.cookies[cookie] = secret
        link.close()
        return answer.status, answer.getheaders(), text

    def headers(self):
        known = {"User-Agent": self.agent}
        if self.cookies:
            known["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return known

    def ask(self, method, path, body=None, **fields):
        headers = self.headers()
        if method != "GET":
            headers |= {"Origin": self.federation.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        status, _, text = self.send(method, path, json.dumps({} if body is None else body) if method != "GET" else None, headers)
        try:
            told = json.loads(text)
        except ValueError:
            return status, {"text": text.decode(errors="replace")}
        self.federation.described.take(method, path, {} if body is None else body, status, told)
        return status, told

    def get(self, path, **fields):
        return self.ask("GET", path, **fields)

    def post(self, path, body=None, **fields):
        return self.ask("POST", path, body, **fields)


def card_answers(federation, card, link, purpose="signature", bearer=None):
    """What `watashi-card answer` does, with a software card: the text is fetched, signed, posted."""
    code = link.partition("#")[2]
    browser = Browser(federation)
    status, task = browser.get(f"/v1/card/{code}")
    if status != 200:
        return status, task
    fields = {"Origin": None, "Sec_Fetch_Site": None}
    if bearer:
        fields["Authorization"] = f"Bearer {bearer}"
    return browser.post(f"/v1/card/{code}", signed(card, task["text"], purpose), **fields)


# An authenticator in software (WebAuthn L3): a P-256 key, "none" attestation.

def cbor(value):
    def head(kind, n):
        for size, code in ((24, None), (1 << 8, 24), (1 << 16, 25), (1 << 32, 26)):
            if n < size:
                return bytes([kind << 5 | n]) if code is None else bytes([kind << 5 | code]) + n.to_bytes(1 << (code - 24), "big")
        raise ValueError(n)

    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(cbor(one) for one in value)
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


class Key:
    """A P-256 key, and signatures by it."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]

    def sign_der(self, data):
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


class Passkey:
    def __init__(self, federation, flags=0x05):
        """`flags`: UP and UV; 0x08 may be synced, 0x10 is."""
        self.federation, self.key, self.flags = federation, Key(), flags
        self.id, self.count = os.urandom(32), 0

    def client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.federation.origin, "crossOrigin": False}).encode()

    def data(self, flags, more=b""):
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + struct.pack(">I", self.count) + more

    def create(self, options):
        public = cbor({1: 2, 3: -7, -1: 1, -2: self.key.point[:32], -3: self.key.point[32:]})
        data = self.data(self.flags | 0x40, bytes(16) + struct.pack(">H", len(self.id)) + self.id + public)
        self.user = options["user"]["id"]
        return {"id": b64u(self.id), "rawId": b64u(self.id), "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": b64u(self.client_data("webauthn.create", options["challenge"])),
            "attestationObject": b64u(cbor({"fmt": "none", "attStmt": {}, "authData": data})), "transports": ["internal"]}}

    def get(self, options, **spoil):
        self.count += 1
        client = self.client_data("webauthn.get", spoil.get("challenge", options["challenge"]))
        data = self.data(spoil.get("flags", self.flags))
        signature = self.key.sign_der(data + hashlib.sha256(client).digest())
        if spoil.get("bogus"):
            signature = self.key.sign_der(b"something else")
        return {"id": b64u(self.id), "rawId": b64u(self.id), "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": b64u(client), "authenticatorData": b64u(data), "signature": b64u(signature), "userHandle": self.user}}
