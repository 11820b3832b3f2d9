"""tests/e2e/described.py - what pages of persons ask and are told, held against the schemas that describe it. By itself it tests nothing:
person_federation.Browser hands each exchange over, and its federation tells at its end what was otherwise.

    described = Described()
    described.take("POST", "/v1/login", body, 201, answer) … described.problems, described.seen
"""

import json
import os
import re

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../schemas")
LOGIN, AUTHENTICATORS = r"/v1/login/[^/]+", "/v1/account/authenticators"
ENROLMENT, CASE, SIGN_ON = r"/v1/enrol/[^/]+", r"/v1/desk/cases/[^/]+", r"/v1/sign-on/[^/]+"

# Method, path; the schema, of which part what is posted is, and what is answered when it went well.
TABLE = [(method, re.compile(path), *rest) for method, path, *rest in (
    ("POST", "/v1/login", "login", "begin", "begun"),
    ("GET", LOGIN, "login", None, "login"),
    ("POST", f"{LOGIN}/claim", "login", "claim", "login"),
    ("POST", f"{LOGIN}/passkey/options", "login", "ceremony", "options"),
    ("POST", f"{LOGIN}/passkey", "login", "assertion", "login"),
    ("POST", f"{LOGIN}/card", "login", "nothing", "card"),
    ("POST", f"{LOGIN}/card/finish", "login", "nothing", "login"),
    ("POST", f"{LOGIN}/app", "login", "nothing", "app"),
    ("POST", f"{LOGIN}/code", "login", "code", "login"),
    ("POST", f"{LOGIN}/recovery", "login", "recovery", "login"),
    ("POST", f"{LOGIN}/(finish|cancel)", "login", "nothing", "finished"),
    ("GET", SIGN_ON, "sign-on", None, "sign_on"),
    ("POST", f"{SIGN_ON}/agree", "sign-on", "agreement", "answered"),
    ("POST", f"{SIGN_ON}/deny", "sign-on", "nothing", "answered"),
    ("GET", "/v1/logout", "logout", None, "asked"),
    ("POST", "/v1/logout", "logout", "agreement", "ended"),
    ("GET", AUTHENTICATORS, "authenticators", None, "authenticators"),
    ("PUT", f"{AUTHENTICATORS}/[^/]+/name", "authenticators", "naming", "authenticator"),
    ("POST", f"{AUTHENTICATORS}/[^/]+/(suspend|resume|revoke)", "authenticators", "step", "authenticator"),
    ("POST", f"{AUTHENTICATORS}/passkey/options", "authenticators", "ceremony", "options"),
    ("POST", f"{AUTHENTICATORS}/passkey", "authenticators", "passkey", "authenticator"),
    ("POST", f"{AUTHENTICATORS}/one-time", "authenticators", "one_time", "seed"),
    ("POST", f"{AUTHENTICATORS}/one-time/[^/]+", "authenticators", "code", "authenticator"),
    ("POST", f"{AUTHENTICATORS}/recovery", "authenticators", "nothing", "codes"),
    ("POST", "/v1/enrol", "enrolment", "begin", "begun"),
    ("GET", ENROLMENT, "enrolment", None, "enrolment"),
    ("POST", f"{ENROLMENT}/provisional", "enrolment", "provisional", "opened"),
    ("POST", f"{ENROLMENT}/(card|bind-card)", "enrolment", "nothing", "card"),
    ("POST", f"{ENROLMENT}/accept", "enrolment", "accept", "accepted"),
    ("POST", f"{ENROLMENT}/bind-card/finish", "enrolment", "nothing", "bound"),
    ("POST", "/v1/account/pairing", "app", "nothing", "begun"),
    ("GET", "/v1/account/pairing", "app", None, "pairing"),
    ("POST", "/v1/app/pair/options", "app", "asked", "options"),
    ("POST", "/v1/app/pair", "app", "pair", "paired"),
    ("GET", "/v1/app/self", "app", None, "self"),
    ("GET", "/v1/app/requests", "app", None, "requests"),
    ("POST", "/v1/app/requests/[^/]+/answer", "app", "answer", "answered"),
    ("POST", "/v1/app/requests/[^/]+/refuse", "app", "refuse", "answered"),
    ("POST", "/v1/app/requests/find", "app", "find", "requests"),
    ("POST", "/v1/app/unmute", "app", "unmute", "answered"),
    ("POST", "/v1/app/push", "app", "push", None),
    ("GET", "/v1/card/[^/]+", "card-task", None, "text"),
    ("POST", "/v1/card/[^/]+", "card-task", None, "answer"),
    ("GET", "/v1/desk", "desk-case", None, "list"),
    ("POST", "/v1/desk/cases", "desk-case", "opening", "case"),
    ("GET", CASE, "desk-case", None, "case"),
    ("POST", f"{CASE}/same", "desk-case", "settling", "case"),
    ("POST", f"{CASE}/(second|complete|withdraw)", "desk-case", "nothing", "case"),
    ("POST", "/v1/desk/handover", "desk-case", "taking", "taken"),
    ("GET", "/v1/account", "account", None, "account"),
    ("GET", "/v1/account/history", "account", None, "history"),
    ("GET", "/v1/account/consents", "account", None, "consents"),
    ("POST", "/v1/account/contacts", "account", "contact", None),
    ("POST", "/v1/account/contacts/confirm", "account", "confirmation", "account"),
)]
BROWSERS = ("assertion",)  # what a browser makes may have more members than are looked at
REFUSED = ("login", "account", "authenticators", "enrolment", "app", "desk-case")  # that describe refusals, too


def schema(name):
    with open(os.path.join(SCHEMAS, f"{name}.schema.json"), encoding="utf-8") as f:
        described = json.load(f)
    Draft202012Validator.check_schema(described)
    return described


class Described:
    def __init__(self):
        self.problems, self.seen, self.parts = [], {}, {}

    def part(self, name, definition):
        """The validator of one definition."""
        if (name, definition) not in self.parts:
            self.parts[name, definition] = Draft202012Validator({**schema(name), "$ref": f"#/$defs/{definition}"})
        return self.parts[name, definition]

    def hold(self, line, name, definition, value):
        for error in self.part(name, definition).iter_errors(value):
            where = "/".join(str(part) for part in error.absolute_path)
            self.problems.append(f"{line}: {name}.schema.json, {definition}, /{where}: {error.message[:200]}")
        self.seen[name, definition] = value

    def loose(self):
        """Definitions that would take what was seen without a member it needs, or with one of nobody's."""
        found = []
        for (name, definition), value in self.seen.items():
            part = self.part(name, definition)
            needed = part.schema["$defs"][definition].get("required", [])
            changed = [{n: v for n, v in value.items() if n != without} for without in needed] + [{**value, "my_number": "1"}]
            if definition in BROWSERS:
                changed.pop()
            found += [f"{name}.{definition}: {list(one)}" for one in changed if part.is_valid(one)]
        return found

    def told(self, ok):
        """At the end."""
        if not Draft202012Validator:
            print("skip bodies against their schemas: python3-jsonschema is not installed")
            return
        ok(f"of {len(self.seen)} kinds each body is as its schema says", self.seen and not self.problems, self.problems)
        ok("and the schemas take none of them with less or more", not self.loose(), self.loose())

    def take(self, method, path, body, status, answer):
        if not Draft202012Validator:
            return
        path = path.partition("?")[0]
        for known, pattern, name, asked, answered in TABLE:
            if method != known or not pattern.fullmatch(path):
                continue
            line = f"{method} {path} {status}"
            if status < 300:
                if asked:
                    self.hold(line, name, asked, body)
                if answered:
                    self.hold(line, name, answered, answer)
            elif name in REFUSED and status < 500:
                self.hold(line, name, "refusal", answer)
            return
