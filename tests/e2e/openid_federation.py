"""tests/e2e/openid_federation.py - a federation with relying parties that speak OpenID Connect: their software, a person who signs on to
them, and the plans of the OpenID conformance suite by which that is measured. By itself it tests nothing.

    w = World(); back = w.hanako.goes(w.shop, w.shop.asks(scope="openid email")); told = w.shop.redeems(back)
"""

import base64
import glob
import hashlib
import html
import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from person import enrolled  # noqa: E402
from person_federation import Accounts, Browser, Key, Passkey, b64u, b64u_read  # noqa: E402
from proofing_federation import failures, free_port, ok  # noqa: E402

DEMO_MAIL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/demo-mail")
TRUST_FRAMEWORK = "https://platform.example/framework"
MAIL = "hanako@person.example"
FORM = "application/x-www-form-urlencoded"
ACR = "urn:watashi:jp-idtf:1.0:authentication:"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
STATED = {"nickname": "はなちゃん", "phone_number": "+81-3-1234-5678", "website": "https://hanako.example/", "family_name": "緑川",
          "given_name": "花子"}
PROOFED = ["name", "birthdate", "gender", "address"]
ALL = ["name", "family_name", "given_name", "nickname", "birthdate", "age_over_20", "gender", "address", "address_region", "email",
       "phone_number", "website"]
# OpenID Connect Core s5.4, of what is known here; what belongs to each.
SCOPES = {"profile": {"name", "family_name", "given_name", "nickname", "website", "gender", "birthdate"},
          "email": {"email", "email_verified"}, "address": {"address"}, "phone": {"phone_number", "phone_number_verified"}}


def soon(holds, seconds=30):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


# What goes over the wire.

class Answer:
    def __init__(self, status, fields, body):
        self.status, self.body, self.fields = status, body, {}
        for name, value in fields:
            self.fields.setdefault(name.lower(), value)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """OAuth's word."""
        try:
            return self.json.get("error")
        except (ValueError, AttributeError):
            return None

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:300]}"


def ask(f, method, path, form=None, body=None, **fields):
    """As software asks, without a browser."""
    link = http.client.HTTPConnection("127.0.0.1", f.daemon.plain, timeout=30)
    headers = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
    if form is not None:
        body = form if isinstance(form, str) else urllib.parse.urlencode(form)
        headers.setdefault("Content-Type", FORM)
    elif body is not None:
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    link.request(method, path, body, headers)
    answer = link.getresponse()
    told = Answer(answer.status, answer.getheaders(), answer.read())
    link.close()
    return told


# JSON Web Signatures.

def encoded(value):
    return b64u(json.dumps(value, separators=(",", ":")).encode())


def signature_of(key, text):
    """ES256."""
    r, s = utils.decode_dss_signature(key.sign_der(text.encode()))
    return b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def jws(header, claims, key=None):
    """Without a key there is no signature."""
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{signature_of(key, text) if key else ''}"


def jws_parts(token):
    header, claims, _ = token.split(".")
    return json.loads(b64u_read(header)), json.loads(b64u_read(claims))


def jws_is_by(token, jwk):
    """Whether that public key has signed it."""
    text, _, signature = token.rpartition(".")
    signature, number = b64u_read(signature), lambda name: int.from_bytes(b64u_read(jwk[name]), "big")
    try:
        if jwk["kty"] == "EC":
            key = ec.EllipticCurvePublicNumbers(number("x"), number("y"), ec.SECP256R1()).public_key()
            pair = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            key.verify(pair, text.encode(), ec.ECDSA(hashes.SHA256()))
        else:
            rsa.RSAPublicNumbers(number("e"), number("n")).public_key().verify(signature, text.encode(), padding.PKCS1v15(),
                                                                               hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


# Relying parties.

class Party:
    """A relying party: its record, and its software."""

    def __init__(self, f, name, way="client_secret_basic", signs="ES256", personas=None, requires=None, attributes=ALL, **client):
        self.f, self.name, self.way, self.signs = f, name, way, signs
        self.id = f"https://{name}.example/"
        self.redirect, self.returns = f"https://rp.{name}.example/callback", f"https://rp.{name}.example/bye"
        self.key = Key() if way == "private_key_jwt" else None
        self.secret = None
        client = {"redirect_uris": [self.redirect], "post_logout_redirect_uris": [self.returns], "token_endpoint_auth_method": way,
                  "grant_types": ["authorization_code", "refresh_token"], "id_token_signed_response_alg": signs, **client}
        self.redirect, self.pkce = client["redirect_uris"][0], client.get("require_pkce", True)
        self.rotates = client.get("refresh_token_rotation", way == "none")
        if self.key:
            x, y = b64u(self.key.point[:32]), b64u(self.key.point[32:])
            client["jwks"] = {"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": name}]}
        entity = {"entity_id": self.id, "roles": ["rp"], "name": {"ja": f"{name}サービス", "en": name.capitalize()},
                  "attributes": [{"name": n, "purpose": {"ja": "サービスのため", "en": "for the service"}} for n in attributes],
                  "oidc": {"client": client}}
        entity |= {"personas": personas} if personas else {}
        entity |= {"requires": requires} if requires else {}
        self.record = {"id": name, "kind": "business", "name": {"ja": f"{name}社", "en": name.capitalize()}, "entities": [entity],
                       "contacts": [{"type": "technical", "email": f"desk@{name}.example"},
                                    {"type": "security", "email": f"csirt@{name}.example"}]}

    def join(self):
        self.f.enrol(self.record)
        if self.way.startswith("client_secret"):
            self.secret = self.f.caller(self.name, "client")
        return self

    def asks(self, **more):
        """An authorization request, in order; what is None is left out."""
        asked = {"client_id": self.id, "redirect_uri": self.redirect, "response_type": "code", "scope": "openid",
                 "state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16)}
        pkce, self.verifier = more.pop("pkce", self.pkce), None
        if pkce:
            self.verifier = secrets.token_urlsafe(48)
            asked |= {"code_challenge": b64u(hashlib.sha256(self.verifier.encode()).digest()), "code_challenge_method": "S256"}
        return {name: value for name, value in (asked | more).items() if value is not None}

    def assertion(self, head=None, **changes):
        """What shows who it is (RFC 7523, RFC 10070); what is None is left out."""
        now = int(time.time())
        claims = {"iss": self.id, "sub": self.id, "aud": self.f.origin, "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60,
                  **changes}
        return jws({"alg": "ES256", "kid": self.name, **(head or {})}, {n: v for n, v in claims.items() if v is not None}, self.key)

    def shows(self):
        """Who it is: fields of the request, and parameters of its form."""
        if self.way == "client_secret_basic":
            pair = ":".join(urllib.parse.quote(one, safe="") for one in (self.id, self.secret))
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}
        if self.way == "client_secret_post":
            return {}, {"client_id": self.id, "client_secret": self.secret}
        if self.way == "private_key_jwt":
            return {}, {"client_assertion_type": ASSERTION, "client_assertion": self.assertion()}
        return {}, {"client_id": self.id}

    def posts(self, path, form, **fields):
        """A form to an endpoint where it shows who it is."""
        headers, own = self.shows()
        form = {name: value for name, value in (own | form).items() if value is not None}
        return ask(self.f, "POST", path, form, **(headers | fields))

    def redeems(self, back, **changes):
        """The token endpoint's answer to a code; an Answer."""
        return self.posts("/oidc/token", {"grant_type": "authorization_code", "code": back.code, "redirect_uri": back.asked["redirect_uri"],
                                          "code_verifier": back.verifier} | changes)

    def refreshes(self, token, **changes):
        return self.posts("/oidc/token", {"grant_type": "refresh_token", "refresh_token": token} | changes)

    def learns(self, token, method="GET", **fields):
        """At the userinfo endpoint; an Answer."""
        return ask(self.f, method, "/oidc/userinfo", "" if method == "POST" else None, Authorization=f"Bearer {token}", **fields)

    def introspects(self, token, **fields):
        return self.posts("/oidc/introspect", {"token": token}, **fields)

    def believes(self, told, back=None):
        """What of an ID token is wrong (OpenID Connect Core s3.1.3.7); and its claims."""
        head, claims = jws_parts(told["id_token"])
        known = {k["kid"]: k for k in ask(self.f, "GET", "/oidc/jwks").json["keys"]}
        now, audience = time.time(), claims.get("aud")
        conditions = {
            f"its alg is {self.signs}": head.get("alg") == self.signs,
            "its kid is of the key set": head.get("kid") in known,
            "its signature is by that key": head.get("kid") in known and jws_is_by(told["id_token"], known[head["kid"]]),
            "iss is the issuer": claims.get("iss") == self.f.origin,
            "aud is the client alone": audience in (self.id, [self.id]),
            "azp, if any, is the client": claims.get("azp", self.id) == self.id,
            "sub is 1 to 255 characters of ASCII": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) < 256 and
            claims["sub"].isascii(),
            "exp is ahead, and not far": now < claims.get("exp", 0) <= now + 3600,
            "iat is now": abs(claims.get("iat", 0) - now) < 60,
            "auth_time is behind it": 0 < claims.get("auth_time", 0) <= claims.get("iat", 0),
            "at_hash is the access token's": claims.get("at_hash") ==
            b64u(hashlib.sha256(told["access_token"].encode()).digest()[:16]),
        }
        if back:
            conditions["nonce is the request's"] = claims.get("nonce") == back.asked.get("nonce")
        return [sentence for sentence, holds in conditions.items() if not holds], claims


# Persons.

class Back:
    """How the browser came back to the relying party: with which answer, and what was seen on the way."""

    def __init__(self, party, asked):
        self.asked, self.verifier, self.seen = asked, party.verifier, []
        self.told, self.how, self.page, self.consent, self.to = {}, None, None, None, None

    def take(self, how, to, pairs):
        self.how, self.to = how, to
        self.told = dict(pairs)
        if len(self.told) != len(pairs):
            self.how = f"{how}, a parameter twice"
        return self

    @property
    def code(self):
        return self.told.get("code")

    @property
    def error(self):
        return self.told.get("error")

    def __repr__(self):
        return f"{self.seen} {self.how} {self.to} {self.told} {self.page or ''}"


def form_of(page):
    """The action and the pairs of a page's only form."""
    text = page.decode()
    action = re.search(r'<form method="post" action="([^"]*)"', text)
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text)
    return (html.unescape(action.group(1)), [(html.unescape(n), html.unescape(v)) for n, v in pairs]) if action else None


class Person:
    """A person at a browser, with a passkey."""

    def __init__(self, f, key, browser=None):
        self.f, self.key, self.browser = f, key, browser or Browser(f)

    def elsewhere(self):
        """The same person at a browser that knows nobody."""
        return Person(self.f, self.key)

    def visits(self, method, path, asked=None, foreign=False, **fields):
        """A navigation. With a form that another site posts goes no cookie that is SameSite=Lax (RFC 6265bis s5.2)."""
        headers, body = self.browser.headers(), None
        if foreign and method == "POST":
            headers.pop("Cookie", None)
            headers["Origin"] = "https://rp.shop.example"
        if asked is not None and method == "GET":
            path = f"{path}?{asked if isinstance(asked, str) else urllib.parse.urlencode(asked)}"
        elif asked is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(asked), FORM
        return Answer(*self.browser.send(method, path, body, headers | {n.replace("_", "-"): v for n, v in fields.items()}))

    def logs_in(self, login):
        """At the login's page; where the browser goes on."""
        path, browser = f"/v1/login/{login}", self.browser
        status, options = browser.post(f"{path}/passkey/options", {"conditional": False})
        status, told = browser.post(f"{path}/passkey", self.key.get(options))
        status, done = browser.post(f"{path}/finish")
        if status != 200:
            status, done = browser.post(f"{path}/finish", {"less": True})
        if status != 200:
            raise ValueError(f"the login does not end: {status} {done} after {told}")
        return done["location"]

    def agrees(self, sign_on, back, persona=None, items=None, denies=False):
        """At the consent page; where the browser goes on."""
        status, shown = self.browser.get(f"/v1/sign-on/{sign_on}")
        if status != 200:
            raise ValueError(f"the consent page has nothing to show: {status} {shown}")
        back.consent = shown
        if denies:
            status, done = self.browser.post(f"/v1/sign-on/{sign_on}/deny")
        else:
            persona = persona or shown["persona"]
            offered = next(one["items"] for one in shown["personas"] if one["persona"] == persona)
            names = [one["name"] for one in offered if one["asked"]] if items is None else items
            status, done = self.browser.post(f"/v1/sign-on/{sign_on}/agree", {"purpose": shown["purpose"], "persona": persona, "items": names})
        if status != 200:
            raise ValueError(f"the answer is not taken: {status} {done}")
        return done["location"]

    def follows(self, answer, back, **agreement):
        """All redirects, until the browser is the relying party's again or stays where it is."""
        for _ in range(10):
            location = answer.fields.get("location", "")
            at, _, mark = location.partition("#")
            where = at.partition("?")[0]
            form = form_of(answer.body) if answer.status == 200 else None
            if form:
                return back.take("form_post", *form)
            if answer.status != 303:
                back.page = answer
                return back
            if where == "/login/":
                back.seen.append("login")
                location = self.logs_in(mark)
            elif where == "/consent/":
                back.seen.append("consent")
                location = self.agrees(mark, back, **agreement)
            elif not location.startswith("/"):
                to, _, query = location.partition("?")
                return back.take("query", to, urllib.parse.parse_qsl(query, keep_blank_values=True))
            answer = self.visits("GET", location)
        raise ValueError(f"the browser goes round and round: {back.seen} {location}")

    def goes(self, party, asked=None, method="GET", foreign=False, **agreement):
        """From the relying party and back to it."""
        back = Back(party, party.asks() if asked is None else asked)
        return self.follows(self.visits(method, "/oidc/authorize", back.asked, foreign), back, **agreement)

    def logged_in(self):
        """Without any relying party."""
        status, begun = self.browser.post("/v1/login", {"for": "account", "return": "/account/", "why": None})
        self.logs_in(begun["login"])
        return self


# The federation.

class World:
    """A federation with the OpenID Provider, four relying parties, and one person."""

    def __init__(self, mail=False, oidc=None, **sections):
        sections |= {"oidc": {"trust_framework": TRUST_FRAMEWORK, "registration": True, **(oidc or {})}}
        self.mailbox, self.folder = None, None
        if mail:
            port = free_port()
            self.folder = f"/tmp/watashi-openid-{os.getpid()}"
            os.makedirs(self.folder)
            self.mailbox = subprocess.Popen([DEMO_MAIL, str(port), self.folder], stdout=subprocess.DEVNULL)
            sections["notices"] = {"mail": {"url": f"smtp://127.0.0.1:{port}/", "from": "no-reply@platform.example", "tls": "none"}}
        self.f = f = Accounts(sections=sections, limits={"logins": 100000, "tries": 1000000})
        try:
            self.keys()
            self.shop = Party(f, "shop", signs="RS256", require_pkce=False).join()
            self.post = Party(f, "post", "client_secret_post").join()
            self.bank = Party(f, "bank", "private_key_jwt", requires={"framework": "jp-idtf", "levels": {"authentication": "2"}}).join()
            self.app = Party(f, "app", "none", application_type="native", redirect_uris=["http://127.0.0.1/callback"],
                             sector_identifier_uri="https://app.example/").join()
            self.hanako = self.person("hanako", "緑川　花子")
        except BaseException:
            self.stop()
            raise

    def keys(self):
        for name, use, kind in (("openid-1", "openid", ()), ("openid-rsa-1", "openid-rsa", ("--type", "rsa-3072"))):
            self.f.daemon.ctl("key", "new", name, "--use", use, *kind)
            self.f.daemon.ctl("key", "activate", name)
        soon(lambda: len(ask(self.f, "GET", "/oidc/jwks").json["keys"]) == 2)
        time.sleep(1.1)  # discovery is written once a second

    def person(self, name, called, **more):
        """Enrolled with a card, who privately shows what the card told and what is stated; with a passkey; logged in nowhere."""
        browser = Browser(self.f)
        _, _, path = enrolled(self.f, browser, self.f.citizen(name, called, **more))
        taken = browser.post(f"{path}/accept")
        options = browser.post("/v1/account/authenticators/passkey/options", {"conditional": False})[1]
        key = Passkey(self.f)
        made = browser.post("/v1/account/authenticators/passkey", {"credential": key.create(options), "name": "鍵"})
        stated = [browser.ask("PUT", f"/v1/account/attributes/{n}", {"value": v, "personas": ["private"]}) for n, v in STATED.items()]
        shown = browser.ask("PUT", "/v1/account/personas/private", {"attributes": PROOFED})
        if self.folder:
            self.confirms(browser)
        ok(f"{name} has an account, a passkey, and attributes to show", taken[0] == 200 and made[0] == 201 and shown[0] in (200, 204) and
           all(status in (200, 204) for status, _ in stated), (taken, made, stated, shown))
        return Person(self.f, key)

    def confirms(self, browser):
        browser.post("/v1/account/contacts", {"address": MAIL})
        soon(lambda: glob.glob(self.folder + "/*.txt"))
        with open(sorted(glob.glob(self.folder + "/*.txt"))[-1], encoding="utf-8") as mail:
            code = re.search(r"\b\d{6}\b", mail.read()).group()
        status, told = browser.post("/v1/account/contacts/confirm", {"address": MAIL, "code": code})
        ok("a mail address is confirmed", status in (200, 204), (status, told))

    def discovery(self):
        return ask(self.f, "GET", "/.well-known/openid-configuration").json

    def log(self, name="watashid.log"):
        with open(os.path.join(self.f.daemon.home, name), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self):
        if self.mailbox:
            self.mailbox.terminate()
            shutil.rmtree(self.folder, ignore_errors=True)
        self.f.stop()
        shutil.rmtree(self.f.home, ignore_errors=True)


# The conformance suite's plans.

class Module:
    """One module, mirrored: its conditions are sentences that each hold or do not."""

    def __init__(self, name):
        self.name, self.told, self.conditions = name, True, 0

    def holds(self, sentence, holds, found=""):
        self.conditions += 1
        self.told = self.told and bool(holds)
        ok(f"{self.name}: {sentence}", holds, found)

    def warns(self, sentence, holds, found=""):
        """What the suite itself only warns of; here it must hold, too."""
        self.holds(f"{sentence} (the suite warns)", holds, found)

    def believes(self, party, told, back=None):
        """The ID token is as it must be; its claims."""
        wrong, claims = party.believes(told, back)
        self.holds("the ID token is signed by a published key, and says whose it is, for whom, and when", not wrong, (wrong, claims))
        return claims


class Plan:
    """A plan's modules in order; each is mirrored, or left out with a reason."""

    def __init__(self, name, modules, left=None):
        self.name, self.modules, self.left, self.passed = name, modules, left or {}, []

    def run(self, *world):
        for name, module in self.modules.items():
            m = Module(name)
            try:
                module(m, *world)
            except (ValueError, KeyError, IndexError, TypeError, StopIteration, OSError, AttributeError) as why:
                m.holds("it comes to its end", False, repr(why))
            if m.told and m.conditions:
                self.passed.append(name)

    def parity(self):
        count = len(self.modules) + len(self.left)
        for name, why in self.left.items():
            print(f"left out {name}: {why}")
        print(f"suite parity: {self.name} {len(self.passed)} of {count}", flush=True)


def exit_status():
    return 1 if failures else 0
