#!/usr/bin/env python3
"""tests/e2e/openid.py - the OpenID Provider of a federation of its own, as relying parties' software meets it: what it says of itself,
its keys and how they change, and whom it believes about its own name.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
from described import Draft202012Validator, schema  # noqa: E402
from person_federation import Accounts  # noqa: E402
from proofing_federation import Federation, failures, ok, run  # noqa: E402

CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
ENDPOINTS = {
    "authorization_endpoint": "/oidc/authorize", "token_endpoint": "/oidc/token", "userinfo_endpoint": "/oidc/userinfo",
    "jwks_uri": "/oidc/jwks", "registration_endpoint": "/oidc/register", "introspection_endpoint": "/oidc/introspect",
    "revocation_endpoint": "/oidc/revoke", "end_session_endpoint": "/oidc/end_session",
}
# OpenID Connect Discovery 1.0 s3, RFC 8414 s2, and what the conformance suite asks of the document: name -> a test of the value.
LISTS = ("response_types_supported", "response_modes_supported", "grant_types_supported", "subject_types_supported", "scopes_supported",
         "id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported", "claims_supported", "claim_types_supported",
         "code_challenge_methods_supported", "acr_values_supported", "ui_locales_supported", "prompt_values_supported",
         "display_values_supported", "introspection_signing_alg_values_supported")
BOOLEANS = ("claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
            "authorization_response_iss_parameter_supported")
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
SCOPE = re.compile(r"^[\x21\x23-\x5b\x5d-\x7e]+$")


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def thumbprint(key):
    """RFC 7638."""
    members = ("crv", "kty", "x", "y") if key["kty"] == "EC" else ("e", "kty", "n")
    return b64u(hashlib.sha256(json.dumps({m: key[m] for m in members}, separators=(",", ":"), sort_keys=True).encode()).digest())


class Answer:
    def __init__(self, answer):
        self.status, self.fields, self.body = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    @property
    def json(self):
        return json.loads(self.body)


def get(f, path, method="GET", **fields):
    link = http.client.HTTPConnection("127.0.0.1", f.daemon.plain, timeout=30)
    link.request(method, path, None, {name.replace("_", "-"): value for name, value in fields.items()})
    answer = Answer(link.getresponse())
    link.close()
    return answer


def soon(holds, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def keys_of(f):
    return get(f, "/oidc/jwks").json["keys"]


def soon_published(f, holds):
    """By every worker: each connection may be another's, and each hears of a change by itself."""
    return soon(lambda: all(holds({k["kid"] for k in keys_of(f)}) for _ in range(16)))


def states(f):
    return {k["name"]: k["state"] for k in json.loads(f.daemon.ctl("key", "list", "--json"))["keys"]}


def new_key(f, name, use, kind=None):
    f.daemon.ctl("key", "new", name, "--use", use, *(("--type", kind) if kind else ()))


def as_described(title, part, told):
    """As its schema has it, which is Discovery's and the conformance suite's conditions in one place."""
    if not Draft202012Validator:
        print(f"skip {title} is as its schema says: no JSON Schema validator for Python (Debian: python3-jsonschema)")
        return
    whole = schema("openid-provider")
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
             for e in Draft202012Validator({**whole, "$ref": f"#/$defs/{part}"}).iter_errors(told)]
    ok(f"{title} is as its schema says", not found, found)


def nothing_without_the_section(f):
    for path in (CONFIGURATION, AUTHORIZATION_SERVER, *ENDPOINTS.values()):
        answer = get(f, path)
        ok(f"without the configuration's section there is no {path}", answer.status == 404, answer.status)


def described(f):
    answer = get(f, CONFIGURATION)
    told = answer.json
    issuer = f.origin
    ok("discovery answers with JSON", answer.status == 200 and answer.fields["content-type"] == "application/json", answer.fields)
    ok("the issuer is the base URL without its slash", told["issuer"] == issuer, told["issuer"])
    ok("RFC 8414's form says the same", get(f, AUTHORIZATION_SERVER).body == answer.body)
    for name, path in ENDPOINTS.items():
        if name in told:
            served = get(f, path)
            ok(f"{name} is under the issuer, and served", told[name] == issuer + path and served.status != 404,
               (told[name], served.status))
        else:
            ok(f"{name} is not told, and not served", name == "registration_endpoint" or get(f, path).status == 404)
    ok("keys are told of", "jwks_uri" in told)
    as_described("what it says", "metadata", told)
    for name in LISTS:
        values = told.get(name)
        ok(f"{name} is a list of texts, each once", isinstance(values, list) and values and
           all(isinstance(v, str) and v for v in values) and len(set(values)) == len(values), values)
    for name in BOOLEANS:
        ok(f"{name} is a boolean", isinstance(told.get(name), bool), told.get(name))
    ok("code is the response type", told["response_types_supported"] == ["code"])
    ok("RS256 and ES256 sign ID tokens", set(told["id_token_signing_alg_values_supported"]) == {"RS256", "ES256"})
    ok("names of persons are pairwise", told["subject_types_supported"] == ["pairwise"])
    ok("openid is a scope, and all are well formed", "openid" in told["scopes_supported"] and
       all(SCOPE.match(s) for s in told["scopes_supported"]))
    ok("languages are BCP 47's", all(LANGUAGE.match(v) for v in told["ui_locales_supported"]) and
       {"ja", "en"} <= set(told["ui_locales_supported"]))
    ok("only S256 is a way of PKCE", told["code_challenge_methods_supported"] == ["S256"])
    ok("the answer names its issuer (RFC 9207)", told["authorization_response_iss_parameter_supported"] is True)
    ok("verified claims are told in the configuration's trust framework (IDA-6)",
       told["trust_frameworks_supported"] == [f"{issuer}/framework"] and "document" in told["evidence_supported"] and
       told["documents_supported"] and told["claims_in_verified_claims_supported"], told)
    ok("levels of the policy in force may be asked for (RFC 9470)",
       {f"urn:watashi:jp-idtf:1.0:authentication:{n}" for n in range(1, 5)} <= set(told["acr_values_supported"]),
       told["acr_values_supported"])
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        if name in told:
            ok(f"{name} says how clients show who they are", "private_key_jwt" in told[f"{name}_auth_methods_supported"] and
               "ES256" in told[f"{name}_auth_signing_alg_values_supported"] and
               "none" not in told[f"{name}_auth_signing_alg_values_supported"])
    ok("a public client is told that it introspects nothing", "none" in told["token_endpoint_auth_methods_supported"] and
       "none" not in told["introspection_endpoint_auth_methods_supported"], told)
    ok("nothing that is not there is told of", not any(n in told for n in (
        "pushed_authorization_request_endpoint", "device_authorization_endpoint", "backchannel_authentication_endpoint",
        "dpop_signing_alg_values_supported", "request_object_signing_alg_values_supported", "registration_endpoint")), told)


def kept(f):
    for path in (CONFIGURATION, "/oidc/jwks"):
        answer = get(f, path)
        again = get(f, path, If_None_Match=answer.fields["etag"])
        ok(f"{path} may be kept for a while", "max-age=" in answer.fields["cache-control"], answer.fields)
        ok(f"who has {path} is not sent it again", again.status == 304 and again.body == b"" and
           again.fields["etag"] == answer.fields["etag"], (again.status, again.fields))
        ok(f"who has another {path} is", get(f, path, If_None_Match='"other"').status == 200)
        ok(f"HEAD of {path} says how long it is", get(f, path, "HEAD").fields["content-length"] == str(len(answer.body)))
        ok(f"{path} takes no POST", get(f, path, "POST").status == 405)


def wrong_hosts(f):
    """RFC 9700 s4.4: the name comes from the configuration, whatever the request says."""
    right = get(f, CONFIGURATION).body
    for fields in ({"Host": "evil.example"}, {"Host": "evil.example:8443"}, {"X_Forwarded_Host": "evil.example"},
                   {"Forwarded": "host=evil.example;proto=http"}, {"X_Forwarded_Proto": "http"}):
        answer = get(f, CONFIGURATION, **fields)
        ok(f"{fields} changes nothing of what it says", answer.status == 200 and answer.body == right and
           b"evil" not in answer.body, answer.body[:200])


def published(f):
    answer = get(f, "/oidc/jwks")
    keys = answer.json["keys"]
    as_described("the key set", "keys", answer.json)
    ok("the key set is of its media type", answer.fields["content-type"] == "application/jwk-set+json", answer.fields)
    ok("there is one key for each algorithm", sorted(k["alg"] for k in keys) == ["ES256", "RS256"], keys)
    ok("each is named by its thumbprint", all(k["kid"] == thumbprint(k) for k in keys), keys)
    ok("each is for signatures", all(k["use"] == "sig" for k in keys))
    ok("nothing private is told", not any(m in k for k in keys for m in ("d", "p", "q", "dp", "dq", "qi", "k")), keys)


def links(f):
    """How many processes the signer is linked to: its sockets but that to the supervisor. None: there is not one signer now."""
    signers = f.children("signer")
    if len(signers) != 1:
        return None
    at = f"/proc/{signers[0]}/fd"
    try:
        return sum(os.readlink(f"{at}/{fd}").startswith("socket:") for fd in os.listdir(at)) - 1
    except FileNotFoundError:
        return None


def linked(f):
    """Every worker and the steward, to whichever signer there is."""
    expected = len(f.children("worker")) + 1
    ok("the signer is linked to every worker, and the steward", soon(lambda: links(f) == expected), (links(f), expected))
    before = f.children("signer")
    f.daemon.process.send_signal(signal.SIGHUP)
    ok("a new configuration brings a new signer", soon(lambda: f.children("signer") not in ([], before) and links(f) is not None),
       f.children("signer"))
    ok("which is linked to all", soon(lambda: len(f.children("worker")) + 1 == expected and links(f) == expected),
       (links(f), expected))
    os.kill(f.children("signer")[0], signal.SIGKILL)
    ok("and so is one that takes a dead one's place", soon(lambda: links(f) == expected), (links(f), expected))
    # Who misses a link asks for another, after two seconds: that long a person would have waited.
    with open(os.path.join(f.daemon.home, "watashid.log")) as log:
        ok("at once: nobody had to ask for a link", not re.search(r"link\.renewed .*to=signer", log.read()))


class Asking:
    """Relying parties that go on asking while keys change: no request may be dropped, and no key missing."""

    def __init__(self, f, always):
        self.f, self.always, self.asked, self.wrong, self.over = f, always, 0, [], False
        self.threads = [threading.Thread(target=self.run) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.over:
            try:
                answer = get(self.f, "/oidc/jwks")
                names = {k["kid"] for k in answer.json["keys"]} if answer.status == 200 else set()
                if not self.always <= names:
                    self.wrong.append((answer.status, names))
                answer = get(self.f, CONFIGURATION)
                if answer.status != 200 or set(answer.json["id_token_signing_alg_values_supported"]) != {"RS256", "ES256"}:
                    self.wrong.append((answer.status, answer.body[:300]))
            except (OSError, http.client.HTTPException, ValueError, KeyError) as why:
                self.wrong.append(repr(why))
            self.asked += 1
            time.sleep(0.01)

    def stop(self):
        self.over = True
        for thread in self.threads:
            thread.join()


def rotation(f):
    before = {k["kid"] for k in keys_of(f)}
    asking = Asking(f, before)
    new_key(f, "openid-2", "openid")
    ok("a key that was only made is not published", {k["kid"] for k in keys_of(f)} == before)
    f.daemon.ctl("key", "announce", "openid-2")
    ok("an announced key is published before it signs", soon_published(f, lambda kids: len(kids) == 3), keys_of(f))
    said = refused(f, "key", "activate", "openid-2")
    ok("it waits until everybody has seen it", "may be activated from" in said, said)
    f.daemon.ctl("key", "activate", "openid-2", "--force")
    ok("the next signs, the one before is retiring", soon(lambda: states(f)["openid-2"] == "active") and
       states(f)["openid-1"] == "retiring", states(f))
    ok("what it signed can still be checked", soon_published(f, lambda kids: len(kids) == 3 and before <= kids))
    said = refused(f, "key", "retire", "openid-1")
    ok("it stays published until its last token has expired", "may be retired from" in said, said)
    asking.stop()
    ok(f"of {asking.asked} rounds of questions none was dropped, and no key was missing", asking.asked > 20 and not asking.wrong,
       asking.wrong[:3])
    f.daemon.ctl("key", "retire", "openid-1", "--force")
    ok("a retired key is published no more", soon_published(f, lambda kids: len(kids) == 2 and len(kids & before) == 1),
       keys_of(f))


def refused(f, *words):
    """What watashictl says to what it does not do."""
    done = run("watashictl", "-c", f.daemon.file, *words)
    return (done.stdout + done.stderr).decode() if done.returncode else ""


def counted(f):
    told = json.loads(f.daemon.ctl("status", "--json"))
    ok("the status counts what was done for relying parties",
       set(told.get("sign_ons", {})) == {"done", "refused", "tokens", "introspections"}, told.get("sign_ons"))
    ok("and so it is told in words", "sign-ons" in f.daemon.ctl("status"))
    link = http.client.HTTPConnection("127.0.0.1", f.daemon.local, timeout=30)
    link.request("GET", "/metrics")
    said = link.getresponse().read().decode()
    link.close()
    ok("and so it is measured", all(f"\n{name}" in said for name in (
        'watashi_sign_ons_total{outcome="done"}', 'watashi_sign_ons_total{outcome="refused"}', "watashi_tokens_signed_total",
        "watashi_introspections_total")), said[-2000:])


def wrong_keys(f):
    for use, kind, part in (("openid", "rsa-2048", "p-256"), ("openid-rsa", "p-256", "rsa-2048 or rsa-3072"),
                            ("openid-rsa", "rsa-4096", "rsa-2048 or rsa-3072")):
        said = refused(f, "key", "new", "wrong", "--use", use, "--type", kind)
        ok(f"a key of {kind} is none for {use}", part in said, said)


def without_rs256(f):
    """What no key signs is not told of."""
    told = get(f, CONFIGURATION).json
    as_described("what it says without one of its keys", "metadata", told)
    ok("without a key for RS256 it is not told of", told["id_token_signing_alg_values_supported"] == ["ES256"], told)


def main():
    if not shutil.which("openssl"):
        print("skip the OpenID Provider: openssl is not there")
        return 0
    f = Accounts()
    try:
        nothing_without_the_section(f)
        f.sections["oidc"] = {"trust_framework": f.origin + "/framework"}
        f.configure()
        ok("no key: an empty set", get(f, "/oidc/jwks").json == {"keys": []})
        wrong_keys(f)
        new_key(f, "openid-1", "openid")
        f.daemon.ctl("key", "activate", "openid-1")
        ok("the first key is published at once", soon_published(f, lambda kids: len(kids) == 1), keys_of(f))
        without_rs256(f)
        new_key(f, "openid-rsa-1", "openid-rsa", "rsa-3072")
        f.daemon.ctl("key", "activate", "openid-rsa-1")
        ok("and so is that for RS256", soon_published(f, lambda kids: len(kids) == 2), keys_of(f))
        ok("discovery, which each worker writes once a second, tells of both", soon(lambda: all(
            len(get(f, CONFIGURATION).json["id_token_signing_alg_values_supported"]) == 2 for _ in range(16))))
        published(f)
        described(f)
        kept(f)
        wrong_hosts(f)
        rotation(f)
        counted(f)
        with open(os.path.join(f.daemon.home, "watashid.log")) as log:
            ok("nobody was cut off, no process died", not re.search(r"asker\.cut-off|process\.died|oidc\.keys", log.read()))
        linked(f)
    finally:
        Federation.stop(f)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
