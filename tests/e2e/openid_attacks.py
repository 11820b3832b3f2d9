#!/usr/bin/env python3
"""tests/e2e/openid_attacks.py - what attackers try with an OpenID Provider (RFC 9700 and newer), over HTTP against a federation of its
own: by the points of the project's list, each with what must hold as sentences, and the tests that show what cannot be seen from outside.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `suite parity: attacks N of M`; exit status 1 when anything is not ok.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import socket
import sys
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from openid_federation import (ACR, ASSERTION, Back, Plan, World, ask, b64u, encoded, exit_status, jws, jws_parts, signature_of)  # noqa: E402
from person_federation import Key  # noqa: E402

OVER = "\r\nSet-Cookie: a=b"


def is_page(answer):
    """An error page of our own: the browser goes nowhere."""
    return answer is not None and answer.status == 400 and "location" not in answer.fields and \
        answer.fields["content-type"].startswith("text/html")


def refused(answer, error, status=400):
    return answer.status == status and answer.error == error


def redirect_uri(m, w):
    """1; also tests/front/test_oidc_authorize.c, in thirty ways."""
    base = w.shop.redirect
    for other in (base + "/more", base + "?x=1", base + "#x", base + "/", base.replace("/callback", "/%63allback"),
                  base.replace("rp.shop", "RP.shop"), base.replace(".example/", ".example./"), base.replace("https", "http"),
                  base.replace(".example/", ".example:443/"), base.replace("rp.shop.example", "rp.shop.example@evil.example"),
                  base.replace("rp.shop.example", "evil.example\\@rp.shop.example"), "https://evil.example/callback",
                  "https://[::1]/callback", "javascript:alert(1)", base + OVER):
        back = w.hanako.goes(w.shop, w.shop.asks(redirect_uri=other))
        m.holds(f"{other!r} is none of the client's: an error page, and no redirect", is_page(back.page) and not back.how, back)
    back = w.hanako.goes(w.app, w.app.asks(redirect_uri="http://127.0.0.1:49152/callback"))
    m.holds("of a native client the loopback's port is any", back.code and back.to == "http://127.0.0.1:49152/callback", back)
    for other in ("http://127.0.0.1:49152/other", "http://127.0.0.1.evil.example/callback", "http://127.0.0.2/callback"):
        m.holds(f"but {other} is not its own", is_page(w.hanako.goes(w.app, w.app.asks(redirect_uri=other)).page))
    back = w.hanako.goes(w.shop)
    m.holds("a code is redeemed with the same address alone", refused(w.shop.redeems(back, redirect_uri=base + "/"), "invalid_grant") and
            refused(w.shop.redeems(back, redirect_uri=None), "invalid_grant"))


def open_redirector(m, w):
    """2."""
    for title, more in (("a stranger", {"client_id": "https://evil.example/"}), ("nobody", {"client_id": None}),
                        ("two at a time", None)):
        asked = w.shop.asks(**(more or {}))
        query = urllib.parse.urlencode(asked) + ("" if more else "&client_id=https%3A%2F%2Fpost.example%2F")
        answer = w.hanako.visits("GET", "/oidc/authorize", query)
        m.holds(f"{title} sends nobody anywhere", is_page(answer), answer)
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "https:evil.example"):
        status, told = w.hanako.elsewhere().browser.post("/v1/login", {"for": "account", "return": back, "why": None})
        m.holds(f"a login does not end at {back}", status == 400, (status, told))
    answer = w.hanako.visits("GET", f"/oidc/continue/{secrets.token_hex(16)}?next=https://evil.example/")
    m.holds("nor does one that nobody knows", is_page(answer), answer)


def code_injection(m, w):
    """3; also test_oidc_token.c, test_grant.c."""
    back = w.hanako.goes(w.post, w.post.asks(pkce=False))
    m.holds("without a challenge there is no code, unless the client's record says so", back.error == "invalid_request", back)
    back = w.hanako.goes(w.post, w.post.asks(code_challenge_method="plain"))
    m.holds("plain is no way", back.error == "invalid_request", back)
    back = w.hanako.goes(w.post, w.post.asks(code_challenge_method=None))
    m.holds("nor is none, which would be plain", back.error == "invalid_request", back)
    for title, change in (("another verifier", "y" * 64), ("none", None)):
        back = w.hanako.goes(w.post)
        m.holds(f"with {title} a code is nothing", refused(w.post.redeems(back, code_verifier=change), "invalid_grant"))
    back = w.hanako.goes(w.shop)
    m.holds("a verifier where there was no challenge is refused (downgrade)",
            refused(w.shop.redeems(back, code_verifier="z" * 64), "invalid_grant"))
    back = w.hanako.goes(w.shop)
    m.holds("another client's code is nothing", refused(w.post.redeems(back), "invalid_grant"))
    m.holds("and stays its own client's", w.shop.redeems(back).status == 200)
    person = w.hanako.elsewhere()
    back = person.goes(w.shop)
    status, _ = person.browser.post("/v1/account/logout", {"all": False})
    m.holds("with the session that it came of a code ends", status in (200, 204) and refused(w.shop.redeems(back), "invalid_grant"), status)


def mix_up(m, w):
    """4: RFC 9207."""
    for title, more in (("a code", {}), ("an error", {"prompt": "none login"}), ("an error before anything is read", {"scope": '"'})):
        back = w.hanako.goes(w.shop, w.shop.asks(**more))
        m.holds(f"{title} names its issuer", back.told.get("iss") == w.f.origin and (back.error or back.code), back)


def leaks(m, w):
    """5."""
    person = w.hanako.elsewhere()
    back = Back(w.shop, w.shop.asks())
    first = person.visits("GET", "/oidc/authorize", back.asked)
    person.follows(first, back)
    again = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks())
    page = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks(response_mode="form_post"))
    for title, answer in (("on the way to the login", first), ("back to the client", again), ("by form", page)):
        m.holds(f"{title} no Referer is sent, and nothing is kept", answer.fields["referrer-policy"] == "no-referrer" and
                answer.fields["cache-control"] == "no-store", answer)
    tokens = w.shop.redeems(back).json
    answer = ask(w.f, "GET", f"/oidc/userinfo?access_token={tokens['access_token']}")
    m.holds("a token has no place in an address", refused(answer, "invalid_request"), answer)
    logs = w.log() + w.log("access.log")
    m.holds("no code and no token is in a log", back.code not in logs and tokens["refresh_token"] not in logs and
            tokens["id_token"].rpartition(".")[2] not in logs and len(logs) > 1000)
    hidden = tokens["access_token"] in logs
    m.holds("not even one that was sent in an address", not hidden, [line for line in logs.splitlines() if tokens["access_token"] in line])


def see_other(m, w):
    """6: a 307 would have the browser post credentials on."""
    w.hanako.goes(w.shop)
    for title, person in (("a stranger's form", w.hanako.elsewhere()), ("that of who is logged in", w.hanako)):
        answer = person.visits("POST", "/oidc/authorize", w.shop.asks())
        m.holds(f"{title} is answered by 303", answer.status == 303, answer)


def old_grants(m, w):
    """7, 10: nothing but codes; and so no token of a client's own, whose sub could be a person's."""
    for kind in ("token", "id_token", "id_token token", "code id_token", "code token", "none"):
        back = w.hanako.goes(w.shop, w.shop.asks(response_type=kind))
        m.holds(f"response_type={kind} is unsupported_response_type", back.error == "unsupported_response_type", back)
    for kind in ("password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code",
                 "urn:openid:params:grant-type:ciba", "urn:ietf:params:oauth:grant-type:jwt-bearer"):
        answer = w.shop.posts("/oidc/token", {"grant_type": kind, "username": "a", "password": "b", "assertion": "c"})
        m.holds(f"grant_type={kind} is unsupported_grant_type", refused(answer, "unsupported_grant_type"), answer)


def refresh_theft(m, w):
    """8; also test_oidc_token.c: the grace has a clock there."""
    tokens = w.app.redeems(w.hanako.goes(w.app)).json
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(w.app.refreshes(tokens["refresh_token"]))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [a.json.get("refresh_token") for a in answers]
    m.holds("two tabs that refresh at one time are told the same next token", [a.status for a in answers] == [200, 200] and
            told[0] == told[1] != tokens["refresh_token"], answers)
    second = w.app.refreshes(told[0]).json
    m.holds("each is used once", second["refresh_token"] not in (told[0], tokens["refresh_token"]), second)
    m.holds("one from before that is a thief's", refused(w.app.refreshes(tokens["refresh_token"]), "invalid_grant"))
    m.holds("and ends all that came of its login", refused(w.app.refreshes(second["refresh_token"]), "invalid_grant") and
            w.app.learns(second["access_token"]).status == 401)
    tokens = w.app.redeems(w.hanako.goes(w.app)).json
    m.holds("of another client it is nothing", refused(w.shop.refreshes(tokens["refresh_token"]), "invalid_grant"))
    m.holds("and is left to its own", w.app.refreshes(tokens["refresh_token"]).status == 200)


def access_replay(m, w):
    """9: a token is short-lived and one client's; bound to a key it is not (no DPoP, no mTLS: not offered)."""
    tokens = w.shop.redeems(w.hanako.goes(w.shop)).json
    m.holds("an access token is over in ten minutes", tokens["expires_in"] <= 600, tokens)
    mine, other = w.shop.introspects(tokens["access_token"]).json, w.post.introspects(tokens["access_token"])
    m.holds("its client is told what it stands for, and that it is for itself", mine["active"] is True and mine["aud"] == w.shop.id, mine)
    m.holds("another client is told that it is not active, and nothing else", other.json == {"active": False}, other)
    m.holds("of another client it is not revoked", w.post.posts("/oidc/revoke", {"token": tokens["access_token"]}).status == 200 and
            w.shop.learns(tokens["access_token"]).status == 200)
    m.holds("of its own it is, at once", w.shop.posts("/oidc/revoke", {"token": tokens["access_token"]}).status == 200 and
            w.shop.learns(tokens["access_token"]).status == 401)
    told = w.discovery()
    m.holds("what is not done is not offered", not any("dpop" in n or "mtls" in n or "tls_client" in n for n in told), told)


def clickjacking(m, w):
    """11."""
    answers = {path: ask(w.f, "GET", path) for path in ("/login/", "/sign-on-error/", "/account/", "/oidc/authorize")}
    answers["the form that sends itself"] = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks(response_mode="form_post"))
    for title, answer in answers.items():
        m.holds(f"{title} is in nobody's frame", answer.fields.get("x-frame-options") == "DENY" and
                "frame-ancestors 'none'" in answer.fields["content-security-policy"], answer)


def cross_origin(m, w):
    """12."""
    code = w.hanako.goes(w.shop)
    own, allowed = "https://rp.shop.example", "access-control-allow-origin"
    answer = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks(), Origin=own)
    m.holds("no script reads the authorization endpoint", allowed not in answer.fields, answer)
    headers, form = w.shop.shows()
    form |= {"grant_type": "authorization_code", "code": code.code, "redirect_uri": w.shop.redirect}
    answer = ask(w.f, "POST", "/oidc/token", form, Origin=own, **headers)
    m.holds("the client's own pages read the token endpoint", answer.fields.get(allowed) == own, answer)
    for other in ("https://evil.example", "null", "https://rp.shop.example.evil.example", "http://rp.shop.example"):
        answer = w.shop.learns(answer.json["access_token"] if answer.status == 200 and "access_token" in answer.json else "", Origin=other)
        m.holds(f"those of {other} read nothing", allowed not in answer.fields, answer)


def bad_jwts(m, w):
    """13; also test_jws.c, test_jwt.c, test_client_authentication.c, test_openid_token's fuzz target."""
    now = int(time.time())
    claims = {"iss": w.bank.id, "sub": w.bank.id, "aud": w.f.origin, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60}
    text = f"{encoded({'alg': 'HS256'})}.{encoded(claims)}"
    public = b"\x04" + w.bank.key.point
    stranger = Key()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64u(stranger.point[:32]), "y": b64u(stranger.point[32:])}
    twice = b64u(json.dumps(claims)[:-1].encode() + b',"sub":"https://shop.example/"}')
    head = encoded({"alg": "ES256", "kid": "bank"})
    for title, assertion in (
            ("alg none", jws({"alg": "none"}, claims)),
            ("HS256 by the public key", f"{text}.{b64u(hmac.new(public, text.encode(), hashlib.sha256).digest())}"),
            ("crit that nobody knows", w.bank.assertion({"crit": ["x"], "x": 1})),
            ("b64=false", w.bank.assertion({"crit": ["b64"], "b64": False})),
            ("a key in the header", jws({"alg": "ES256", "jwk": jwk}, claims, stranger)),
            ("a key by jku", jws({"alg": "ES256", "kid": "bank", "jku": "https://evil.example/jwks"}, claims, stranger)),
            ("a kid that is a path", jws({"alg": "ES256", "kid": "../../../dev/null"}, claims, stranger)),
            ("typ of a request object", w.bank.assertion({"typ": "oauth-authz-req+jwt"})),
            ("typ of an access token", w.bank.assertion({"typ": "at+jwt"})),
            ("typ of a logout token", w.bank.assertion({"typ": "logout+jwt"})),
            ("a member twice", f"{head}.{twice}.{signature_of(w.bank.key, f'{head}.{twice}')}"),
            ("no sub", w.bank.assertion(sub=None)), ("another's iss", w.bank.assertion(iss=w.shop.id)),
            ("no exp", w.bank.assertion(exp=None)), ("no jti", w.bank.assertion(jti=None)),
            ("over for five minutes", w.bank.assertion(exp=now - 300)), ("from a time to come", w.bank.assertion(nbf=now + 300)),
            ("of another key", jws({"alg": "ES256", "kid": "bank"}, claims, stranger))):
        answer = ask(w.f, "POST", "/oidc/introspect", {"token": "x", "client_assertion_type": ASSERTION, "client_assertion": assertion})
        m.holds(f"an assertion with {title} shows nobody", refused(answer, "invalid_client", 401), answer)
    answer = ask(w.f, "POST", "/oidc/introspect", {"token": "x", "client_assertion_type": ASSERTION,
                                                   "client_assertion": w.bank.assertion({"typ": "client-authentication+jwt"})})
    m.holds("of the right type it does", answer.status == 200, answer)
    tokens = w.shop.redeems(w.hanako.goes(w.shop)).json
    m.holds("an ID token is no access token", w.shop.learns(tokens["id_token"]).status == 401)
    head, body = jws_parts(tokens["id_token"])
    for title, hint in (("alg none", jws({**head, "alg": "none"}, body)), ("another key", jws({**head, "alg": "ES256"}, body, stranger)),
                        ("another sub", tokens["id_token"].replace(tokens["id_token"].split(".")[1], encoded({**body, "sub": "x"}))),
                        ("another client's", w.post.redeems(w.hanako.goes(w.post)).json["id_token"])):
        back = w.hanako.goes(w.shop, w.shop.asks(id_token_hint=hint, prompt="none"))
        m.holds(f"a hint with {title} is none", back.error == "invalid_request", back)


def audience_injection(m, w):
    """14: RFC 10070."""
    issuer = w.f.origin
    for other in ([issuer], issuer + "/oidc/token", [issuer, "https://evil.example/"], issuer + "/", "https://evil.example", None):
        answer = ask(w.f, "POST", "/oidc/revoke", {"token": "x", "client_assertion_type": ASSERTION,
                                                   "client_assertion": w.bank.assertion(aud=other)})
        m.holds(f"aud {other} is not the issuer alone", refused(answer, "invalid_client", 401), answer)


def assertion_replay(m, w):
    """15."""
    assertion = w.bank.assertion()
    asked = {"token": "x", "client_assertion_type": ASSERTION, "client_assertion": assertion}
    m.holds("an assertion is taken", ask(w.f, "POST", "/oidc/revoke", asked).status == 200)
    m.holds("once", refused(ask(w.f, "POST", "/oidc/revoke", asked), "invalid_client", 401))
    answers, asked["client_assertion"] = [], w.bank.assertion()
    threads = [threading.Thread(target=lambda: answers.append(ask(w.f, "POST", "/oidc/introspect", asked).status)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    m.holds("of six at one time one is taken", sorted(answers) == [200] + [401] * 5, answers)
    far = ask(w.f, "POST", "/oidc/revoke", {**asked, "client_assertion": w.bank.assertion(exp=int(time.time()) + 86400)})
    m.holds("none counts for a day, for so long nobody remembers it", refused(far, "invalid_client", 401), far)


def forged_requests(m, w):
    """16: nothing that a request names is fetched."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen(8)
        url = f"https://127.0.0.1:{trap.getsockname()[1]}/x"
        back = w.hanako.goes(w.shop, w.shop.asks(request_uri=url))
        m.holds("request_uri is refused", back.error == "request_uri_not_supported", back)
        for title, more in (("jwks_uri", {"jwks_uri": url}), ("sector_identifier_uri", {"sector_identifier_uri": url})):
            answer = registers(w, **more)
            m.holds(f"{title} is refused", refused(answer, "invalid_client_metadata"), answer)
        answer = registers(w, logo_uri=url, policy_uri=url, tos_uri=url, request_uris=[url])
        m.holds("pictures and pages of whoever registers are not taken", answer.status == 201 and "logo_uri" not in answer.json, answer)
        trap.settimeout(0.3)
        try:
            came = trap.accept()
        except socket.timeout:
            came = None
        m.holds("and nobody has been asked for anything", came is None)


def registers(w, token=None, **client):
    token = w.registrar if token is None else token
    return ask(w.f, "POST", "/oidc/register", body={"redirect_uris": ["https://new.shop.example/cb"], **client},
               Authorization=f"Bearer {token}" if token else None)


def floods(m, w):
    """17; also tests/e2e/enrol.py: 429 for logins; http's own tests: slow readers."""
    answer = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks(state="s" * 70000))
    m.holds("a long address is refused by its length", answer.status in (414, 431), answer)
    answer = w.hanako.visits("POST", "/oidc/authorize", w.shop.asks(state="s" * 70000))
    m.holds("so is a long form", answer.status == 413, answer)
    m.holds("and one of the token endpoint", w.shop.posts("/oidc/token", {"grant_type": "x", "code": "c" * 200000}).status == 413)
    deep = w.hanako.goes(w.shop, w.shop.asks(claims='{"userinfo":' + "[" * 400 + "]" * 400 + "}"))
    m.holds("deep JSON is invalid_request", deep.error == "invalid_request", deep)
    m.holds("a state that would not be kept whole is refused, not cut", w.hanako.visits("POST", "/oidc/authorize", w.shop.asks(
        state="s" * 20000)).fields.get("location", "").startswith(w.shop.redirect + "?error=invalid_request"))


def other_devices(m, w):
    """18: neither the device grant nor CIBA is there; how the app is asked is tests/e2e/app.py's."""
    told = w.discovery()
    m.holds("neither is offered", "device_authorization_endpoint" not in told and "backchannel_authentication_endpoint" not in told, told)
    m.holds("nor served", all(ask(w.f, "POST", p, {}).status == 404 for p in ("/oidc/device_authorization", "/oidc/bc-authorize",
                                                                             "/oidc/par")))


def fixation(m, w):
    """19."""
    person = w.hanako.elsewhere()
    person.browser.cookies["__Host-watashi"] = planted = secrets.token_urlsafe(24)
    back = person.goes(w.shop)
    m.holds("a session that was planted is nobody's", "login" in back.seen and person.browser.cookies["__Host-watashi"] != planted, back)
    first = person.browser.cookies["__Host-watashi"]
    back = person.goes(w.shop, w.shop.asks(prompt="login"))
    m.holds("a login in a session brings another cookie", "login" in back.seen and person.browser.cookies["__Host-watashi"] != first)
    person.browser.cookies["__Host-watashi"] = first
    m.holds("and the one before is nobody's", person.browser.get("/v1/account")[0] == 401)
    answer = w.hanako.elsewhere().visits("GET", "/oidc/authorize", w.shop.asks())
    m.holds("cookies are of this host, for TLS, for no script, and not sent along by other sites", all(
        part in answer.fields["set-cookie"] for part in ("__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/")), answer)


def login_forgery(m, w):
    """20: two tabs."""
    person = w.hanako.elsewhere()
    one, two = Back(w.shop, w.shop.asks(prompt="consent")), Back(w.post, w.post.asks(prompt="consent"))
    first, second = (person.visits("GET", "/oidc/authorize", back.asked) for back in (one, two))
    stranger = w.other.elsewhere().logged_in()
    person.logs_in(first.fields["location"].partition("#")[2])
    person.follows(second, two)
    m.holds("the tab that began second comes to its own client", two.code and two.to == w.post.redirect and
            two.told["state"] == two.asked["state"], two)
    third = person.visits("GET", "/oidc/authorize", one.asked)
    waiting = third.fields["location"].partition("#")[2]
    yes = {"purpose": "sign-on:0123456789abcdef", "persona": "private", "items": []}
    m.holds("a sign-on that waits is its browser's: another has nothing to show", third.fields["location"].startswith("/consent/") and
            stranger.browser.get(f"/v1/sign-on/{waiting}")[0] == 404 and
            stranger.browser.post(f"/v1/sign-on/{waiting}/agree", yes)[0] == 404)
    m.holds("nor to go on with", is_page(stranger.visits("GET", f"/oidc/continue/{waiting}")))
    status, told = person.browser.post(f"/v1/sign-on/{waiting}/agree", yes,
                                       Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    m.holds("a page of another site agrees to nothing", status == 403, (status, told))
    person.follows(third, one)
    m.holds("the tab that began first comes to its own", one.code and one.to == w.shop.redirect, one)
    m.holds("a sign-on that is over is no more", is_page(person.visits("GET", f"/oidc/continue/{waiting}")))


def level_downgrade(m, w):
    """21; also test_sign_on_judge.c, in seventy sentences."""
    back = w.hanako.goes(w.bank, w.bank.asks(acr_values=ACR + "1"))
    claims = jws_parts(w.bank.redeems(back).json["id_token"])[1]
    m.holds("what the browser asks less for is still what the registry requires", back.code and claims["acr"] >= ACR + "1" and
            w.bank.record["entities"][0]["requires"]["levels"] == {"authentication": "2"}, claims)
    high = {"id_token": {"acr": {"essential": True, "value": ACR + "4"}}}
    for title, more, words in (("beyond what bearer assertions reach", {"claims": json.dumps(high)}, "unmet_authentication_requirements"),
                               ("the same, and nobody may be asked", {"claims": json.dumps(high), "prompt": "none"},
                                "unmet_authentication_requirements"),
                               ("unknown to all policies", {"claims": json.dumps({"id_token": {"acr": {
                                   "essential": True, "values": ["urn:x"]}}})}, "unmet_authentication_requirements")):
        back = w.hanako.goes(w.shop, w.shop.asks(**more))
        m.holds(f"an essential level {title} is {words}", back.error == words and not back.code, back)
    decisions = re.findall(r"oidc\.refused client=\"https://shop\.example/\" error=unmet_auth\S* decision=(\S+)", w.log())
    auditor = w.f.caller("platform", "audit")
    found = ask(w.f, "GET", f"/v1/ledger/entries/{decisions[0]}", Authorization=f"Bearer {auditor}") if decisions else None
    m.holds("a refused login leaves a decision in the ledger", found is not None and found.json["entry"]["result"]["permit"] is False,
            (decisions, found))
    back = w.hanako.goes(w.shop, w.shop.asks(acr_values=f"{ACR}4 {ACR}3"))
    m.holds("a level that is only hoped for is never told unless it was reached", jws_parts(w.shop.redeems(back).json["id_token"])[1][
        "acr"] == ACR + "3", back)
    weak = w.hanako.elsewhere()
    weak.goes(w.shop)
    time.sleep(1.1)
    back = weak.goes(w.shop, w.shop.asks(max_age="0", prompt="none"))
    m.holds("with no fresh login prompt=none ends in login_required", back.error == "login_required", back)


def pairwise_leaks(m, w):
    """22."""
    told = {}
    for party in (w.shop, w.post, w.app):
        tokens = party.redeems(w.hanako.goes(party)).json
        told[party.name] = jws_parts(tokens["id_token"])[1] | {"refresh": tokens}
    for name in ("sub", "sid", "txn"):
        m.holds(f"{name} is another at each client", len({t[name] for t in told.values()}) == 3, told)
    shown = w.shop.introspects(told["shop"]["refresh"]["access_token"]).json
    m.holds("introspection knows the person by the client's name for them", shown["sub"] == told["shop"]["sub"] and
            "username" not in shown, shown)
    codes = "wc_" + secrets.token_urlsafe(32), "nonsense", w.hanako.goes(w.post).code
    answers = [w.shop.posts("/oidc/token", {"grant_type": "authorization_code", "code": code, "redirect_uri": w.shop.redirect})
               for code in codes]
    m.holds("of codes that are none, or another's, each is invalid_grant", all(refused(a, "invalid_grant") for a in answers), answers)


def bad_registration(m, w):
    """23; also test_client_registration.c: quotas."""
    m.holds("without a token nobody registers", registers(w, "").status == 401)
    m.holds("nor with one of nobody's", refused(registers(w, "wt_" + secrets.token_urlsafe(32)), "invalid_token", 401))
    wrong = w.f.caller("shop", "decide")
    m.holds("nor with one for something else", registers(w, wrong).status == 403)
    m.holds("nor for another member's relying party", registers(w, entity_id=w.bank.id).status in (400, 403))
    for uri in ("https://new.shop.example/cb#x", "http://new.shop.example/cb", "javascript:alert(1)", "https://"):
        answer = registers(w, redirect_uris=[uri])
        m.holds(f"{uri} is invalid_redirect_uri", refused(answer, "invalid_redirect_uri"), answer)
    answer = registers(w, client_name="わたし銀行 公式", client_uri="https://bank.example/", id_token_signed_response_alg="ES256")
    told = answer.json
    m.holds("a name that it gives itself is not taken", answer.status == 201 and "client_name" not in told, answer)
    back = w.hanako.elsewhere()
    asked = w.post.asks(client_id=told["client_id"], redirect_uri="https://new.shop.example/cb", prompt="consent")
    shown = back.goes(w.post, asked).consent
    m.holds("people are told whom the registry knows", shown["relying_party"]["name"]["en"] == "Shop", shown)
    own = ask(w.f, "GET", f"/oidc/register/{told['client_id']}")
    m.holds("its address tells nobody without its token, not even whether it is there", own.status == 401 and ask(
        w.f, "GET", "/oidc/register/c_AAAAAAAAAAAAAAAAAAAAAA").status == 401, own)


def timing(m, w):
    """24: secrets and codes are looked for by their digests, and compared by CRYPTO_memcmp; from outside the answers are alike. Which
    clients there are is no secret: their metadata are published."""
    wrong = []
    for who in (w.shop.id, "https://nobody.example/", w.bank.id):
        pair = base64.b64encode(f"{urllib.parse.quote(who, safe='')}:wrong".encode()).decode()
        answer = ask(w.f, "POST", "/oidc/token", {"grant_type": "authorization_code", "code": "x"}, Authorization=f"Basic {pair}")
        m.holds(f"{who} with a wrong secret is invalid_client", refused(answer, "invalid_client", 401) and
                answer.fields["www-authenticate"].startswith("Basic"), answer)
        wrong.append((answer.status, answer.error, answer.fields["www-authenticate"]))
    m.holds("who is there is refused as who is not", len(set(wrong)) == 1, wrong)


def host_headers(m, w):
    """25; also tests/e2e/openid.py: discovery."""
    for fields in ({"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example;proto=http"}):
        answer = w.hanako.visits("GET", "/oidc/authorize", w.shop.asks(), **fields)
        m.holds(f"{fields} is in no answer", "evil" not in str(answer.fields) and urllib.parse.quote(w.f.origin, safe="") in
                answer.fields["location"], answer)


def browser_swap(m, w):
    """26: a link that another began. PAR is not there."""
    victim, attacker = w.hanako.elsewhere(), w.other.elsewhere()
    begun = attacker.visits("GET", "/oidc/authorize", w.shop.asks())
    login = begun.fields["location"].partition("#")[2]
    m.holds("a login that another browser began is nobody's here", victim.browser.get(f"/v1/login/{login}")[0] == 404)
    status, _ = victim.browser.post(f"/v1/login/{login}/passkey/options", {"conditional": False})
    m.holds("and cannot be gone on with", status == 404, status)


def memory(m, w):
    """27: tests/fuzz runs under ASan in .ci; here that the parsers of what comes in have a target each."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fuzz")
    for name in ("authorize_request", "claims_request", "verified_claims", "token_request", "client_metadata", "openid_token", "jwt",
                 "jws_header", "cookie", "agreement", "webauthn", "cbor"):
        m.holds(f"{name} is fuzzed", os.path.exists(f"{here}/fuzz_{name}.c"))
    log = w.log()
    m.holds("and no process has died of all this", "process.died" not in log and "sanitizer" not in log.lower())


POINTS = {
    "1 redirect URI": redirect_uri, "2 open redirector": open_redirector, "3 code injection": code_injection, "4 mix-up": mix_up,
    "5 leaks by Referer, history, log": leaks, "6 redirects after forms": see_other, "7, 10 implicit, passwords, clients as persons":
    old_grants, "8 refresh token theft": refresh_theft, "9 access token replay": access_replay, "11 clickjacking": clickjacking,
    "12 other origins": cross_origin, "13 JWT": bad_jwts, "14 audience injection": audience_injection, "15 replay": assertion_replay,
    "16 forged requests of the server": forged_requests, "17 floods": floods, "18 other devices": other_devices,
    "19 session fixation": fixation, "20 login forgery, two tabs": login_forgery, "21 level downgrade": level_downgrade,
    "22 pairwise leaks": pairwise_leaks, "23 registration": bad_registration, "24 timing": timing, "25 Host": host_headers,
    "26 browser swapping": browser_swap, "27 memory": memory,
}


def main():
    w = World()
    try:
        w.other = w.person("taro", "青木　太郎")
        w.registrar = w.f.caller("shop", "register")
        w.hanako.goes(w.shop)
        plan = Plan("attacks", POINTS)
        plan.run(w)
        plan.parity()
    finally:
        w.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
