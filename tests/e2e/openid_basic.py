#!/usr/bin/env python3
"""tests/e2e/openid_basic.py - the OpenID conformance suite's plans Basic OP, Form Post OP and Config OP, mirrored: its modules by their
names, each with its conditions as sentences, against a federation of its own and over HTTP.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `suite parity: PLAN N of M`; exit status 1 when anything is not ok.
"""

import re
import secrets
import sys
import time

sys.dont_write_bytecode = True
import os  # noqa: E402
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from described import Draft202012Validator, schema  # noqa: E402
from openid_federation import (ACR, ALL, SCOPES, Plan, World, ask, encoded, exit_status, jws_parts, soon)  # noqa: E402
from proofing_federation import run  # noqa: E402


class Basic:
    """What each module has at hand: the federation, the client it asks as, the way the answer comes, one browser of the person's."""

    def __init__(self, w, mode):
        self.w, self.f, self.mode, self.shop, self.other = w, w.f, mode, w.shop, w.post
        self.person = w.hanako.elsewhere()

    def asks(self, party=None, **more):
        return (party or self.shop).asks(response_mode="form_post" if self.mode == "form_post" else None, **more)

    def goes(self, m, person=None, party=None, method="GET", foreign=False, agreement=None, **more):
        """A request that must succeed: the answer, and what the token endpoint says to its code."""
        party, person = party or self.shop, person or self.person
        back = person.goes(party, self.asks(party, **more), method, foreign, **(agreement or {}))
        self.is_answer(m, back)
        m.holds("a code comes back", back.code and not back.error, back)
        answer = party.redeems(back)
        m.holds("the token endpoint gives tokens for it", answer.status == 200, answer)
        return back, answer.json

    def is_answer(self, m, back):
        wanted = back.asked["redirect_uri"], back.asked.get("state"), self.f.origin
        m.holds(f"the answer comes by {self.mode} to the redirect URI, with the state unchanged and the issuer",
                (back.how, back.to, back.told.get("state"), back.told.get("iss")) == (self.mode, *wanted), back)

    def fails(self, m, words, person=None, party=None, method="GET", **more):
        back = (person or self.person).goes(party or self.shop, self.asks(party, **more), method)
        self.is_answer(m, back)
        m.holds(f"the error is {' or '.join(words)}, and there is no code", back.error in words and not back.code, back)
        return back

    def session(self):
        """Somebody is logged in, and has agreed."""
        self.person.goes(self.shop)
        return self.person

    def learns(self, m, told, party=None, **how):
        answer = (party or self.shop).learns(told["access_token"], **how)
        m.holds("userinfo answers with JSON that nobody keeps", answer.status == 200 and
                answer.fields["content-type"].startswith("application/json") and "no-store" in answer.fields["cache-control"], answer)
        claims = answer.json
        m.holds("its sub is the ID token's", claims["sub"] == jws_parts(told["id_token"])[1]["sub"], claims)
        return claims


# Response type, ID token, UserInfo.

def is_code(m, code):
    secret = code.partition("_")[2]
    m.holds("the code has no less than 128 bits, of characters that URLs take as they are", len(secret) >= 43 and
            re.fullmatch(r"[A-Za-z0-9_-]+", secret) and len(set(secret)) > 15, code)


def is_token_answer(m, party, answer):
    told = answer.json
    m.holds("the token answer is JSON that nobody keeps", answer.fields["content-type"].startswith("application/json") and
            answer.fields["cache-control"] == "no-store" and answer.fields["pragma"] == "no-cache", answer)
    m.holds("with a Bearer token, and how long it counts", told["token_type"].lower() == "bearer" and told["expires_in"] > 0 and
            len(told["access_token"]) > 42, told)
    m.holds("it names no scope but what was granted", set(told.get("scope", "openid").split()) <= set("openid".split()), told)


def server(m, b, party=None):
    """Happy flow, with two clients."""
    names = []
    for one in (party or b.shop, b.shop if party else b.other):
        back = b.person.goes(one, b.asks(one))
        b.is_answer(m, back)
        is_code(m, back.code)
        answer = one.redeems(back)
        m.holds("a code becomes tokens", answer.status == 200, answer)
        is_token_answer(m, one, answer)
        claims = m.believes(one, answer.json, back)
        m.holds("userinfo is about the same person", b.learns(m, answer.json, one)["sub"] == claims["sub"])
        m.warns("what scopes ask for is not in the ID token", "name" not in claims, claims)
        names.append(claims["sub"])
    m.holds("the two clients know the person by names of their own", len(set(names)) == 2, names)


def client_secret_post(m, b):
    server(m, b, b.w.post)


def response_type_missing(m, b):
    b.fails(m, ("invalid_request", "unsupported_response_type"), response_type=None)


def idtoken_signature(m, b):
    back, told = b.goes(m)
    head, _ = jws_parts(told["id_token"])
    m.believes(b.shop, told, back)
    m.holds("it is signed by RS256, with a kid", head["alg"] == "RS256" and head.get("kid"), head)


def refuses_client(b, **client):
    """What the registry says to a record with such a client."""
    import json
    record = json.loads(json.dumps(b.shop.record))
    record["id"], record["entities"][0]["entity_id"] = "unsigned", "https://unsigned.example/"
    record["entities"][0]["oidc"]["client"] |= client
    path = os.path.join(b.f.daemon.home, "unsigned.json")
    with open(path, "w") as f:
        json.dump(record, f, ensure_ascii=False)
    done = run("watashictl", "-c", b.f.daemon.file, "member", "apply", "--no-wait", "--reason", "test", path)
    return done.returncode, (done.stdout + done.stderr).decode()


def idtoken_unsigned(m, b):
    """The suite passes over whoever does not offer `none`; here nobody may have it."""
    m.holds("none is not offered", "none" not in b.w.discovery()["id_token_signing_alg_values_supported"])
    code, said = refuses_client(b, id_token_signed_response_alg="none")
    m.holds("no client is registered for it", code != 0 and "id_token_signed_response_alg" in said, said)
    _, told = b.goes(m)
    m.holds("and no token goes without a signature", jws_parts(told["id_token"])[0]["alg"] != "none" and told["id_token"][-1] != ".")


def userinfo_get(m, b):
    _, told = b.goes(m)
    b.learns(m, told)


def userinfo_post_header(m, b):
    _, told = b.goes(m)
    b.learns(m, told, method="POST")


def userinfo_post_body(m, b):
    """The suite only warns where the body is not taken."""
    _, told = b.goes(m)
    answer = ask(b.f, "POST", "/oidc/userinfo", {"access_token": told["access_token"]})
    m.warns("a token in the body is taken", answer.status == 200 and answer.json["sub"], answer)
    answer = ask(b.f, "POST", "/oidc/userinfo", {"access_token": told["access_token"]}, Authorization=f"Bearer {told['access_token']}")
    m.holds("but not two of them", answer.status == 400 and answer.error == "invalid_request", answer)


def without_nonce(m, b):
    back, told = b.goes(m, nonce=None)
    claims = m.believes(b.shop, told, back)
    m.holds("without a nonce the ID token has none", "nonce" not in claims, claims)
    for length in (64, 384):
        back, told = b.goes(m, nonce=secrets.token_hex(length // 2))
        m.holds(f"one of {length} characters comes back whole", jws_parts(told["id_token"])[1]["nonce"] == back.asked["nonce"] and
                len(back.asked["nonce"]) == length)


# Scopes.

def scope(*names):
    def module(m, b):
        back, told = b.goes(m, scope="openid " + " ".join(names))
        claims, wanted = b.learns(m, told), set().union(*(SCOPES[n] for n in names))
        m.holds("userinfo has what the scope stands for, and nothing else", set(claims) - {"sub"} == wanted, claims)
        types = {"email_verified": bool, "phone_number_verified": bool, "address": dict}
        m.holds("each of its type (OpenID Connect Core s5.1), none empty", all(
            isinstance(v, types.get(n, str)) and v != "" for n, v in claims.items()), claims)
        m.holds("a date of birth is one", "birthdate" not in claims or re.fullmatch(r"\d{4}-\d\d-\d\d", claims["birthdate"]), claims)
        m.holds("an address is written out", "address" not in claims or claims["address"].get("formatted"), claims)
        m.warns("the ID token has none of it", not wanted & set(m.believes(b.shop, told, back)))
    return module


def alternate_happy_flow(m, b):
    asked = b.asks(scope="email profile openid")
    back = b.person.goes(b.shop, dict(reversed(asked.items())))
    b.is_answer(m, back)
    answer = b.shop.redeems(back)
    m.holds("words and parameters in another order are the same request", answer.status == 200, answer)
    m.believes(b.shop, answer.json, back)
    m.holds("and tell the same", {"email", "name"} <= set(b.learns(m, answer.json)))


# What is shown, and when somebody logs in anew.

def succeeds(**more):
    def module(m, b):
        back, told = b.goes(m, **more)
        m.believes(b.shop, told, back)
    return module


def auth_time(told):
    return jws_parts(told["id_token"])[1]["auth_time"]


def later(told):
    """Times in tokens are seconds, rounded down: until the login is more than one old."""
    soon(lambda: time.time() > auth_time(told) + 2.1)


def prompt_login(m, b):
    b.session()
    _, first = b.goes(m)
    later(first)
    back, second = b.goes(m, prompt="login")
    m.holds("who is logged in is asked to log in", "login" in back.seen, back)
    m.believes(b.shop, second, back)
    m.holds("and auth_time is later", auth_time(second) > auth_time(first), (auth_time(first), auth_time(second)))
    m.holds("of the same person", jws_parts(first["id_token"])[1]["sub"] == jws_parts(second["id_token"])[1]["sub"])


def none_not_logged_in(m, b):
    back = b.fails(m, ("login_required", "interaction_required", "account_selection_required", "consent_required"),
                   person=b.person.elsewhere(), prompt="none")
    m.holds("of a stranger login_required, and nothing is shown", back.error == "login_required" and not back.seen, back)


def none_logged_in(m, b):
    b.session()
    _, first = b.goes(m)
    back, second = b.goes(m, prompt="none")
    m.holds("nothing is shown", back.seen == [], back)
    one, other = (m.believes(b.shop, told) for told in (first, second))
    m.holds("the same person, logged in at the same time", (one["sub"], one["auth_time"]) == (other["sub"], other["auth_time"]))
    m.holds("but another code and another token", first["access_token"] != second["access_token"])


def max_age_1(m, b):
    b.session()
    _, first = b.goes(m)
    later(first)
    back, second = b.goes(m, max_age="1")
    m.holds("who logged in longer ago is asked to log in", "login" in back.seen, back)
    claims = m.believes(b.shop, second, back)
    m.holds("auth_time is there, later, and of just now", claims["auth_time"] > auth_time(first) and
            claims["iat"] - claims["auth_time"] <= 10, claims)


def max_age_10000(m, b):
    b.session()
    _, first = b.goes(m)
    back, second = b.goes(m, max_age="10000")
    m.holds("who logged in just now is not asked again", back.seen == [], back)
    m.holds("auth_time is the same", auth_time(second) == auth_time(first))
    back = b.fails(m, ("invalid_request",), max_age="-1")


def id_token_hint(m, b):
    b.session()
    _, first = b.goes(m)
    back, second = b.goes(m, prompt="none", id_token_hint=first["id_token"])
    m.holds("nothing is shown to whom the hint means", back.seen == [], back)
    one, other = (m.believes(b.shop, told) for told in (first, second))
    m.holds("the same person, logged in at the same time", (one["sub"], one["auth_time"]) == (other["sub"], other["auth_time"]))


def login_hint(m, b):
    for hint in ("buffy@example.com", "x" * 300, "\u202e\x07"):
        back, told = b.goes(m, person=b.person.elsewhere(), login_hint=hint)
        m.believes(b.shop, told, back)


def ui_locales(m, b):
    succeeds(ui_locales="se xx-Latn !! en")(m, b)
    for wanted, lang in (("en-GB ja", "en"), ("fr ja-JP", "ja")):
        answer = b.person.elsewhere().visits("GET", "/oidc/authorize", b.asks(ui_locales=wanted))
        m.holds(f"{wanted}: the page is in the first language it has", f"lang={lang}#" in answer.fields["location"], answer)


def acr_values(m, b):
    back, told = b.goes(m, acr_values=f"1 2 {ACR}2")
    claims = m.believes(b.shop, told, back)
    m.warns("acr is told, and is the one asked for that was reached", claims.get("acr") == ACR + "2", claims)


# Codes.

def codereuse(m, b):
    back, told = b.goes(m)
    answer = b.shop.redeems(back)
    m.warns("the second time at once it is invalid_grant", answer.status == 400 and answer.error == "invalid_grant", answer)


def codereuse_30seconds(m, b):
    """The suite waits for 30 s, lest a server that forgives a quick second try fail. This one forgives none, so that nothing need be
    waited for; that a code which nobody used dies after 60 s, tests/transaction/test_grant.c tests with a clock of its own."""
    back, told = b.goes(m)
    answer = b.shop.redeems(back)
    m.holds("a used code is invalid_grant [400]", answer.status == 400 and answer.error == "invalid_grant", answer)
    answer = b.shop.learns(told["access_token"])
    m.warns("the access token that it gave is revoked", answer.status == 401 and "invalid_token" in answer.fields["www-authenticate"],
            answer)
    m.holds("so is its refresh token", b.shop.refreshes(told["refresh_token"]).error == "invalid_grant")


def registered_redirect_uri(m, b):
    """Before and after a login."""
    for title, person in (("a stranger", b.person.elsewhere()), ("somebody who is logged in", b.session())):
        back = person.goes(b.shop, b.asks(redirect_uri="https://rp.shop.example/callback/not-registered"))
        m.holds(f"{title} is shown an error page, and goes nowhere", back.page and back.page.status == 400 and
                "location" not in back.page.fields and back.page.fields["content-type"].startswith("text/html"), back)
        m.holds("which has nothing of the address in it", b"not-registered" not in back.page.body)


def post_request(m, b):
    """As browsers send forms of other sites: without cookies; and from its own."""
    for foreign in (True, False):
        back, told = b.goes(m, method="POST", foreign=foreign)
        m.believes(b.shop, told, back)


# Request objects: none are taken here, and each is told so.

def unsigned_object(b, **claims):
    return f"{encoded({'alg': 'none'})}.{encoded({'iss': b.shop.id, 'aud': b.f.origin, **claims})}."


def request_uri_unsigned(m, b):
    m.holds("it is not offered", b.w.discovery()["request_uri_parameter_supported"] is False)
    b.session()
    b.fails(m, ("request_uri_not_supported",), request_uri="https://rp.shop.example/request-object")


def unsigned_request_object(m, b):
    """To ignore it fails in the suite: the state inside would be lost."""
    m.holds("it is not offered", b.w.discovery()["request_parameter_supported"] is False)
    b.session()
    b.fails(m, ("request_not_supported",), request=unsigned_object(b, state="inside"))


def request_object_with_redirect_uri(m, b):
    """The one outside is wrong, the one inside right: either the object counts, or the request is refused."""
    asked = b.asks(redirect_uri="https://rp.shop.example/wrong", request=unsigned_object(b, redirect_uri=b.shop.redirect))
    back = b.session().goes(b.shop, asked)
    m.holds("it is refused on a page of our own", back.page and back.page.status == 400 and not back.how, back)
    b.fails(m, ("request_not_supported",), request=unsigned_object(b, redirect_uri=b.shop.redirect))


# The rest.

def claims_essential(m, b):
    import json
    back, told = b.goes(m, claims=json.dumps({"userinfo": {"name": {"essential": True}, "no_such_claim": {"essential": True}}}))
    claims = b.learns(m, told)
    m.holds("userinfo has the name, and of the claim that nobody knows nothing", claims.get("name") and set(claims) == {"sub", "name"},
            claims)
    m.believes(b.shop, told, back)


def refresh_token(m, b):
    back, told = b.goes(m, scope="openid profile email")
    first = m.believes(b.shop, told, back)
    answer = b.shop.refreshes(told["refresh_token"])
    m.holds("a refresh token gives another access token", answer.status == 200 and answer.json["access_token"] != told["access_token"],
            answer)
    m.holds("with which userinfo answers", b.shop.learns(answer.json["access_token"]).json["sub"] == first["sub"])
    wrong, again = b.shop.believes(answer.json)
    m.holds("its ID token is of the same issuer, person, audience and login, with a newer iat and no other nonce", not wrong and all(
        again[n] == first[n] for n in ("iss", "sub", "aud", "auth_time")) and again["iat"] >= first["iat"] and
        again.get("nonce") in (None, first["nonce"]) and again.get("azp") == first.get("azp"), (wrong, again))
    m.holds("and of no higher level", again.get("acr") == first.get("acr"))
    narrow = b.shop.refreshes(told["refresh_token"], scope="openid")
    m.holds("a narrower scope is granted", narrow.status == 200 and narrow.json.get("scope", "openid") == "openid" and
            set(b.shop.learns(narrow.json["access_token"]).json) == {"sub"}, narrow)
    wide = b.shop.refreshes(told["refresh_token"], scope="openid profile email address")
    m.holds("a wider one is invalid_scope", wide.status == 400 and wide.error == "invalid_scope", wide)
    foreign = b.other.refreshes(told["refresh_token"])
    m.holds("of another client it is invalid_grant [400]", foreign.status == 400 and foreign.error == "invalid_grant", foreign)
    nobody = ask(b.f, "POST", "/oidc/token", {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]})
    m.holds("of nobody invalid_client [401]", nobody.status == 401 and nobody.error == "invalid_client", nobody)


def valid_pkce(m, b):
    back, told = b.goes(m, pkce=True)
    m.holds("the request had a challenge", back.asked["code_challenge"] and back.verifier)
    m.believes(b.shop, told, back)
    back = b.person.goes(b.shop, b.asks(pkce=True))
    answer = b.shop.redeems(back, code_verifier="x" * 43)
    m.holds("with another verifier it would have been invalid_grant", answer.status == 400 and answer.error == "invalid_grant", answer)


BASIC = {
    "oidcc-server": server,
    "oidcc-response-type-missing": response_type_missing,
    "oidcc-idtoken-signature": idtoken_signature,
    "oidcc-idtoken-unsigned": idtoken_unsigned,
    "oidcc-userinfo-get": userinfo_get,
    "oidcc-userinfo-post-header": userinfo_post_header,
    "oidcc-userinfo-post-body": userinfo_post_body,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": without_nonce,
    "oidcc-scope-profile": scope("profile"),
    "oidcc-scope-email": scope("email"),
    "oidcc-scope-address": scope("address"),
    "oidcc-scope-phone": scope("phone"),
    "oidcc-scope-all": scope(*SCOPES),
    "oidcc-alternate-happy-flow": alternate_happy_flow,
    "oidcc-display-page": succeeds(display="page"),
    "oidcc-display-popup": succeeds(display="popup"),
    "oidcc-prompt-login": prompt_login,
    "oidcc-prompt-none-not-logged-in": none_not_logged_in,
    "oidcc-prompt-none-logged-in": none_logged_in,
    "oidcc-max-age-1": max_age_1,
    "oidcc-max-age-10000": max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds": succeeds(extra="foobar"),
    "oidcc-id-token-hint": id_token_hint,
    "oidcc-login-hint": login_hint,
    "oidcc-ui-locales": ui_locales,
    "oidcc-claims-locales": succeeds(claims_locales="se"),
    "oidcc-ensure-request-with-acr-values-succeeds": acr_values,
    "oidcc-codereuse": codereuse,
    "oidcc-codereuse-30seconds": codereuse_30seconds,
    "oidcc-ensure-registered-redirect-uri": registered_redirect_uri,
    "oidcc-ensure-post-request-succeeds": post_request,
    "oidcc-server-client-secret-post": client_secret_post,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": request_uri_unsigned,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": unsigned_request_object,
    "oidcc-claims-essential": claims_essential,
    "oidcc-ensure-request-object-with-redirect-uri": request_object_with_redirect_uri,
    "oidcc-refresh-token": refresh_token,
    "oidcc-ensure-request-with-valid-pkce-succeeds": valid_pkce,
}


# Config OP.

def discovery(m, w):
    f, path = w.f, "/.well-known/openid-configuration"
    answer = ask(f, "GET", path)
    told = answer.json
    m.holds("the document is JSON [200]", answer.status == 200 and answer.fields["content-type"].startswith("application/json"), answer)
    m.holds("issuer is the URL that it is found under, of https:, without query and fragment", told["issuer"] == f.origin and
            re.fullmatch(r"https://[^?#]+[^/?#]", told["issuer"]), told)
    if Draft202012Validator:
        found = [e.message for e in Draft202012Validator({**schema("openid-provider"), "$ref": "#/$defs/metadata"}).iter_errors(told)]
        m.holds("the whole is as its schema says, without members that nobody knows", not found, found)
    endpoints = {n: v for n, v in told.items() if n.endswith(("_endpoint", "_uri"))}
    m.holds("endpoints are of https:, and all are served", {"authorization_endpoint", "token_endpoint", "userinfo_endpoint",
            "jwks_uri"} <= set(endpoints) and all(v.startswith("https://") for v in endpoints.values()) and
            all(ask(f, "GET", v[len(f.origin):]).status != 404 for v in endpoints.values()), endpoints)
    for name, wanted in (("response_types_supported", {"code"}), ("subject_types_supported", {"pairwise"}),
                         ("id_token_signing_alg_values_supported", {"RS256"}), ("scopes_supported", {"openid"}),
                         ("grant_types_supported", {"authorization_code"}), ("code_challenge_methods_supported", {"S256"}),
                         ("response_modes_supported", {"query", "form_post"}), ("ui_locales_supported", {"ja", "en"}),
                         ("token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post", "private_key_jwt"})):
        m.holds(f"{name} is a list with {', '.join(sorted(wanted))}", isinstance(told[name], list) and wanted <= set(told[name]), told)
    m.holds("scopes are well formed", all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", s) for s in told["scopes_supported"]))
    m.holds("languages are BCP 47's", all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", v) for v in told["ui_locales_supported"]))
    m.holds("the key set has a key for each algorithm, each with a kid of its own, and nothing private", len({k["kid"] for k in ask(
        f, "GET", "/oidc/jwks").json["keys"]}) == 2 and not any(set(k) & {"d", "p", "q", "k"} for k in ask(
            f, "GET", "/oidc/jwks").json["keys"]))
    m.holds("RFC 8414's address says the same", ask(f, "GET", "/.well-known/oauth-authorization-server").body == answer.body)
    m.holds("what the record names and no more can be told", set(ALL) <= set(told["claims_supported"]))


CONFIG = {"oidcc-discovery-endpoint-verification": discovery}


def main():
    w = World(mail=True)
    try:
        plans = [Plan("Config OP", CONFIG), Plan("Basic OP", BASIC), Plan("Form Post OP", BASIC)]
        plans[0].run(w)
        plans[1].run(Basic(w, "query"))
        plans[2].run(Basic(w, "form_post"))
        for plan in plans:
            plan.parity()
    finally:
        w.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
