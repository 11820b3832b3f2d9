#!/usr/bin/env python3
"""tests/e2e/authzen.py - the decision point as an enforcement point meets it: the cases of the AuthZEN certification scenario
against a federation of its own, and what the scenario leaves open.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
import http.client
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon  # noqa: E402

FIXTURE = os.path.join(HERE, "authzen")
ACCESS = os.path.join(FIXTURE, "access.json")
CASES = os.path.join(HERE, "../../../shared/data/authzen/cert-cases.json")
MEMBER = {
    "id": "records", "kind": "business",
    "name": {"ja": "記録係", "en": "Records"},
    "contacts": [{"type": "technical", "email": "desk@records.example"}, {"type": "security", "email": "csirt@records.example"}],
    "entities": [{"entity_id": "https://records.example/", "roles": ["rp"]}],
}
PERMIT = {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"}, "resource": {"type": "record", "id": "record-1"}}

failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:600]}", flush=True)


class Point:
    """A decision point with the scenario's rules, and a caller."""

    def __init__(self, build, settings, workers=1):
        self.daemon = Daemon(build, settings=settings, workers=workers, cpus="0-1")
        # At once: who publishes waits for the founding keys.
        self.daemon.ctl("policy", "publish", os.path.join(FIXTURE, "fixture/1.0"), "--facts", os.path.join(FIXTURE, "facts.json"))
        record = os.path.join(self.daemon.home, "member.json")
        with open(record, "w") as f:
            json.dump(MEMBER, f)
        self.daemon.ctl("member", "apply", "--no-wait", "--reason", "test", record)
        self.daemon.ctl("member", "approve", "--no-wait", "--reason", "test", MEMBER["id"])
        made = self.daemon.ctl("token", "new", "records-point", "--member", MEMBER["id"], "--right", "decide", "--json")
        self.token = json.loads(made)["token"]

    def ask(self, path, body, method="POST", token=None, headers=None):
        link = http.client.HTTPConnection("127.0.0.1", self.daemon.plain, timeout=20)
        fields = {"Content-Type": "application/json", "Authorization": f"Bearer {token or self.token}"}
        fields.update(headers or {})
        fields = {k: v for k, v in fields.items() if v is not None}
        link.request(method, path, body if isinstance(body, (bytes, str, type(None))) else json.dumps(body), fields)
        answer = link.getresponse()
        text = answer.read()
        link.close()
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, parsed


def includes(found, wanted):
    """Every member of what is wanted is there; elements of `evaluations` in order, of `results` in any."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(k in found and (contains(found[k], v) if k == "results" else includes(found[k], v))
                                               for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(includes, found, wanted))
    return found == wanted


def contains(found, wanted):
    return isinstance(found, list) and all(any(includes(f, w) for f in found) for w in wanted) and (wanted or not found)


def scenario(point):
    if not os.path.exists(CASES):
        print("skip the cases of the certification scenario: ../shared/data/authzen is not there")
        return
    with open(CASES) as f:
        cases = json.load(f)["cases"]
    token = ""
    for case in cases:
        request = json.loads(json.dumps(case["request"]).replace("<next_token from previous response>", token))
        status, _, found = point.ask(case["path"], request, case["method"])
        expect = case["expect"]
        holds = status == expect["status"] and includes(found, expect.get("body_includes", {}))
        if holds and "body_shape" in expect:
            holds = all(isinstance(e.get("decision"), bool) for e in found["evaluations"]) and len(found["evaluations"]) == 2
        if holds and status == 200 and "/search/" in case["path"]:
            holds = isinstance(found.get("results"), list) and isinstance(found["page"]["next_token"], str)
            token = found["page"]["next_token"] or token
        ok(f"scenario {case['id']}: {case['title']}", holds, (status, found))
    ok("all 50 cases of the scenario were asked", len(cases) == 50, len(cases))


def semantics(point):
    item = lambda name: {"action": {"name": name}}  # noqa: E731
    base = {k: PERMIT[k] for k in ("subject", "resource")}
    body = dict(base, evaluations=[item("read"), item("delete"), item("write")])
    for semantic, wanted in (("execute_all", [True, False, True]), ("deny_on_first_deny", [True, False]),
                             ("permit_on_first_permit", [True])):
        status, _, found = point.ask("/access/v1/evaluations", dict(body, options={"evaluations_semantic": semantic}))
        ok(f"{semantic} ends where it should", status == 200 and [e["decision"] for e in found["evaluations"]] == wanted, found)
    status, _, found = point.ask("/access/v1/evaluations", dict(body, options={"evaluations_semantic": "any"}))
    ok("an unknown semantic is refused with its pointer and word", status == 400 and
       "/options/evaluations_semantic: " in found["detail"] and found["detail"].endswith('found "any"'), found)


def errors(point):
    for title, body, headers, pointer in (
            ("no JSON", "{", {}, ""),
            ("an empty body", "", {}, ""),
            ("an array", "[]", {}, ""),
            ("another content type", json.dumps(PERMIT), {"Content-Type": "text/plain"}, "application/json"),
            ("a name that stands twice", '{"subject":{"type":"user","type":"user","id":"a"}}', {}, "/subject"),
            ("a lone surrogate", json.dumps(PERMIT).replace("alice", "\\ud800"), {}, "/subject"),
            ("a fact nobody knows", dict(PERMIT, context={"facts": {"no.such": True}}), {}, "/context/facts/no.such"),
            ("a fact of the wrong type", dict(PERMIT, context={"facts": {"action.soft": "yes"}}), {}, "/context/facts/action.soft"),
            ("a fact out of its domain", dict(PERMIT, context={"facts": {"subject.role": "king"}}), {}, "/context/facts/subject.role"),
            ("too deep", json.dumps(PERMIT)[:-1] + ',"context":' + '{"a":' * 40 + "1" + "}" * 41, {}, "/context")):
        status, _, found = point.ask("/access/v1/evaluation", body, headers=headers)
        ok(f"{title} is refused with what was expected", status == 400 and pointer in found["detail"], (status, found))
    for method in ("GET", "PUT"):
        status, _, found = point.ask("/access/v1/evaluation", None, method)
        ok(f"{method} is no way to ask", status == 405, (status, found))
    status, fields, found = point.ask("/access/v1/evaluation", PERMIT, token="wt_nobody")
    ok("an unknown token is 401 with how to do it", status == 401 and "bearer" in fields.get("www-authenticate", "").lower(),
       (status, fields, found))
    status, fields, found = point.ask("/access/v1/evaluation", PERMIT, headers={"Authorization": None})
    ok("nobody is 401", status == 401, (status, found))


def answers(point):
    status, fields, found = point.ask("/access/v1/evaluation", PERMIT, headers={"X-Request-ID": "one-2"})
    ok("a request's ID comes back", fields.get("x-request-id") == "one-2", fields)
    context = found["context"]
    ok("the answer names policy and receipt", context["policy"]["id"] == "fixture" and context["receipt"]["url"], context)
    status, _, found = point.ask("/access/v1/evaluation", dict(PERMIT, action={"name": "delete", "properties": {"soft": False}}))
    context = found["context"]
    ok("a refusal says which criterion failed on which fact", found["decision"] is False and
       [f["id"] for f in context["failed"]] == ["delete"] and context["failed"][0]["facts"][0]["fact"] == "action.soft", context)
    ok("and what would help", any(a["steps"] and a["steps"][0]["id"] == "soft" for a in context["advice"]), context.get("advice"))
    entry = "/v1/ledger/entries/" + context["evaluation_id"]
    for right, wanted in (("decide", 200), ("audit", 200), ("vouch", 404), ("proofing", 404)):
        made = point.daemon.ctl("token", "new", f"reader-{right}", "--member", MEMBER["id"], "--right", right, "--json")
        until = time.monotonic() + 30
        while wanted == 200 and time.monotonic() < until and point.ask(entry, None, "GET")[0] != 200:
            time.sleep(0.1)
        status, _, found = point.ask(entry, None, "GET", json.loads(made)["token"])
        ok(f"with the right to {right} alone its member's decision is {'shown' if wanted == 200 else 'not there'}",
           status == wanted, found)
    status, fields, found = point.ask("/.well-known/authzen-configuration", None, "GET", headers={"Authorization": None})
    ok("the configuration says where all is", status == 200 and
       found["access_evaluation_endpoint"] == found["policy_decision_point"] + "/access/v1/evaluation", found)


def wide(point):
    """64 items that all look at the same large defaults: they are read once, and what is too large is said."""
    name = "\\u0041" * 6000
    nested = "{" + ",".join(f'"m{i}":{{"a":{i}}}' for i in range(200)) + "}"
    parts = ",".join(f'"{k}":{{"type":"user","id":"alice","name":"read","properties":{{"{name if k == "subject" else "w"}":{nested}}}}}'
                     for k in ("subject", "action", "resource"))
    items = ",".join(["{}"] * 64)
    for title, body, wanted in (
            ("wide defaults under 64 items are answered", f'{{{parts},"evaluations":[{items}]}}', 200),
            ("larger ones are refused", f'{{{parts.replace(name, name * 4)},"evaluations":[{items}]}}', 413)):
        status, _, found = point.ask("/access/v1/evaluations", body)
        ok(title, status == wanted, (status, found))
    status, _, found = point.ask("/access/v1/evaluation", PERMIT)
    ok("and the worker is still there", status == 200 and found["decision"] is True, (status, found))
    refused = {k: PERMIT[k] for k in ("subject", "resource")}
    refused["action"] = {"name": "delete", "properties": {"soft": False}}
    status, _, found = point.ask("/access/v1/evaluations", dict(refused, evaluations=[{}] * 12))
    advised = [bool(e["context"].get("advice")) for e in found.get("evaluations", [])]
    omitted = [e["context"].get("advice_omitted") for e in found.get("evaluations", [])]
    ok("of many refusals the first eight are told the way up", advised == [True] * 8 + [False] * 4, (status, advised))
    ok("and the others that it is left out", omitted == [None] * 8 + ["limit"] * 4, (status, omitted))


def pointers(point):
    for title, context, wanted, pointer in (
            ("requirements that are no object", {"requires": []}, 400, "/context/requires: expected an object"),
            ("no requirement at all", {"requires": {}}, 400, "/context: expected a profile or levels"),
            ("a framework that is not here", {"framework": "none"}, 404, "/context/framework: "),
            ("a version that is not here", {"version": "9"}, 404, "/context/version: "),
            ("a profile that is not here", {"profile": "none"}, 404, "/context/profile: "),
            ("a further framework that is not here", {"also": ["none"]}, 404, "/context/also/0: ")):
        status, _, found = point.ask("/access/v1/evaluation", dict(PERMIT, context=context))
        ok(f"{title} is refused where it stands", status == wanted and pointer in found["detail"], (status, found))


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def public_key(jwk):
    """A JWK as a key of python's cryptography."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    number = lambda name: int.from_bytes(decoded(jwk[name]), "big")  # noqa: E731
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(number("e"), number("n")).public_key()
    curve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}[jwk["crv"]]()
    return ec.EllipticCurvePublicNumbers(number("x"), number("y"), curve).public_key()


def is_signed_by(jwk, text, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
    digest = hashes.SHA384() if jwk["alg"] == "ES384" else hashes.SHA256()
    try:
        if jwk["kty"] == "RSA":
            public_key(jwk).verify(signature, text, padding.PKCS1v15(), digest)
        else:
            half = len(signature) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            public_key(jwk).verify(utils.encode_dss_signature(r, s), text, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def metadata(point):
    """What the suite checks of signed_metadata: alg, iss, times, nothing nested; and that its values are the plain ones."""
    ask = lambda path: point.ask(path, None, "GET", headers={"Authorization": None})[2]  # noqa: E731
    until = time.monotonic() + 30
    while "signed_metadata" not in (plain := ask("/.well-known/authzen-configuration")) and time.monotonic() < until:
        time.sleep(0.1)
    token = plain.pop("signed_metadata", "")
    ok("the metadata is signed", token.count(".") == 2, plain)
    if token.count(".") != 2:
        return
    header, claims = (json.loads(decoded(part)) for part in token.split(".")[:2])
    keys = [k for k in ask("/" + plain["jwks_uri"].split("/", 3)[3])["keys"] if k["kid"] == header["kid"]]
    ok("with a key it names, by an algorithm with public keys", len(keys) == 1 and keys[0]["alg"] == header["alg"] != "none", header)
    now = time.time()
    ok("it holds now, for a day at most", claims["iat"] <= now + 1 and claims["nbf"] <= now + 1 and
       3600 < claims["exp"] - now <= 86400, claims)
    ok("its issuer is the point", claims["iss"] == plain["policy_decision_point"], claims)
    ok("its values are the plain ones, with no token in it",
       {k: v for k, v in claims.items() if k not in ("iss", "iat", "nbf", "exp")} == plain, claims)
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print("skip the signature of the metadata: python's cryptography is not there")
        return
    signed, signature = token.rsplit(".", 1)
    ok("its signature verifies", is_signed_by(keys[0], signed.encode(), decoded(signature)), token)
    ok("and no other's", not is_signed_by(keys[0], signed.encode() + b"A", decoded(signature)), token)


def main():
    point = Point(os.environ["WATASHI_BUILD"], {"decisions": {"access": ACCESS}})
    try:
        scenario(point)
        semantics(point)
        errors(point)
        answers(point)
        wide(point)
        pointers(point)
        metadata(point)
    finally:
        point.daemon.stop()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
