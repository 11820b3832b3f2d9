#!/usr/bin/env python3
"""tests/e2e/openid_backchannel.py - persons log out, and their relying parties are told (OpenID Connect Back-Channel Logout 1.0), also one that
is out of order for a while, and over a steward that is killed; the suite's plan for back-channel logout, mirrored.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `suite parity: PLAN N of M`; exit status 1 when anything is not ok.
"""

import http.server
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from openid_federation import FORM, Party, Plan, World, ask, exit_status, jws_is_by, jws_parts, soon  # noqa: E402
from proofing_federation import ok  # noqa: E402

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Peer:
    """Where relying parties listen, by TLS on loopback. Answers with `status`, keeps what came."""

    def __init__(self, home):
        os.makedirs(home)
        self.home, self.authority = home, f"{home}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", f"{home}/key.pem", "-out", self.authority, "-subj", "/CN=peer",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.came, self.status, peer = [], {}, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                peer.came.append((self.path, self.headers["Content-Type"], dict(urllib.parse.parse_qsl(body, strict_parsing=True))))
                status = peer.status.get(self.path, 200)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, f"{home}/key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tokens(self, path):
        return [form.get("logout_token", "") for at, _, form in self.came if at == path]

    def stop(self):
        self.server.shutdown()
        shutil.rmtree(self.home, ignore_errors=True)


def wrong_with(party, token, claims_then):
    """What a relying party finds wrong (Back-Channel Logout 1.0 s2.6)."""
    head, claims = jws_parts(token)
    known = {k["kid"]: k for k in ask(party.f, "GET", "/oidc/jwks").json["keys"]}
    now = time.time()
    conditions = {
        "typ is logout+jwt": head.get("typ") == "logout+jwt",
        f"alg is {party.signs}": head.get("alg") == party.signs,
        "it is signed by a published key": head.get("kid") in known and jws_is_by(token, known[head["kid"]]),
        "iss": claims.get("iss") == party.f.origin,
        "aud": claims.get("aud") == party.id,
        "iat is now": abs(claims.get("iat", 0) - now) < 60,
        "exp is at most two minutes behind it": 0 < claims.get("exp", 0) - claims.get("iat", 0) <= 120,
        "jti": isinstance(claims.get("jti"), str) and len(claims["jti"]) >= 16,
        "events": claims.get("events") == {EVENT: {}},
        "no nonce": "nonce" not in claims,
        "sub is the ID token's": claims.get("sub") == claims_then["sub"],
        "sid is the ID token's": claims.get("sid") == claims_then["sid"],
        "nothing else": set(claims) == {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"},
    }
    return [sentence for sentence, holds in conditions.items() if not holds]


def signed_on(w, person, party, **more):
    """The claims of its ID token, and what the token endpoint gave."""
    told = party.redeems(person.goes(party, party.asks(**more))).json
    return jws_parts(told["id_token"])[1], told



def each_is_told(w, peer, parties):
    person = w.hanako.elsewhere()
    shop, post, deaf = parties
    there = {p: signed_on(w, person, p) for p in (shop, post)}
    lasting = signed_on(w, person, post, scope="openid offline_access", prompt="consent")[1]
    signed_on(w, person, deaf)
    before = time.monotonic()
    status, _ = person.browser.post("/v1/account/logout", {})
    ok("a person logs out, and waits for nobody", status == 204 and time.monotonic() - before < 2, status)
    soon(lambda: peer.tokens("/shop") and peer.tokens("/post"))
    for party, path in ((shop, "/shop"), (post, "/post")):
        came = peer.tokens(path)
        ok(f"{party.name} is told once", len(came) == 1, peer.came)
        ok(f"{party.name} finds nothing wrong", came and not wrong_with(party, came[0], there[party][0]),
           came and (wrong_with(party, came[0], there[party][0]), jws_parts(came[0])))
    ok("as a form", all(kind == FORM for _, kind, _ in peer.came), peer.came)
    ok("what it held of that login has ended", shop.learns(there[shop][1]["access_token"]).status == 401)
    ok("what is meant to last has not", "refresh_token" not in lasting or post.refreshes(lasting["refresh_token"]).status == 200, lasting)
    back = person.goes(shop, shop.asks(prompt="none"))
    ok("nobody is logged in any more", back.error == "login_required", back)


def tried_again(w, peer, shop):
    person = w.hanako.elsewhere()
    then, _ = signed_on(w, person, shop)
    peer.came.clear()
    peer.status["/shop"] = 503
    person.browser.post("/v1/account/logout", {})
    ok("one that is out of order is told", soon(lambda: len(peer.tokens("/shop")) == 1), peer.came)
    for child in w.f.children("steward"):
        os.kill(child, signal.SIGKILL)
    peer.status["/shop"] = 200
    ok("and again, by another steward", soon(lambda: len(peer.tokens("/shop")) >= 2, 60), peer.came)
    first, last = peer.tokens("/shop")[0], peer.tokens("/shop")[-1]
    ok("with a token of its own", jws_parts(first)[1]["jti"] != jws_parts(last)[1]["jti"])
    ok("as good as the first", not wrong_with(shop, last, then), wrong_with(shop, last, then))
    time.sleep(1)
    found = len(peer.tokens("/shop"))
    time.sleep(12)
    ok("and then no more", len(peer.tokens("/shop")) == found, peer.came)


def given_up(w, peer, shop):
    person = w.hanako.elsewhere()
    signed_on(w, person, shop)
    peer.came.clear()
    peer.status["/shop"] = 400
    person.browser.post("/v1/account/logout", {})
    soon(lambda: "logout.given-up" in w.log())
    time.sleep(12)
    ok("one that says it is wrong is told no more", len(peer.tokens("/shop")) == 1 and "logout.given-up" in w.log(), peer.came)
    peer.status["/shop"] = 302
    person.goes(shop)
    peer.came.clear()
    person.browser.post("/v1/account/logout", {})
    soon(lambda: peer.tokens("/shop"))
    time.sleep(1)
    ok("no redirect is followed", not [1 for path, _, _ in peer.came if path == "/elsewhere"] and peer.tokens("/shop"), peer.came)
    ok("the queue's length is told", "logouts" in str(w.f.daemon.ctl("status")))


def plan_of(w, peer, shop):
    def discovery(m):
        told = w.discovery()
        m.holds("logout is offered", told.get("backchannel_logout_supported") is True and
                told.get("backchannel_logout_session_supported") is True and
                told.get("end_session_endpoint") == f"{w.f.origin}/oidc/end_session", told)

    def logout(m):
        peer.status.clear()
        person = w.hanako.elsewhere()
        then, told = signed_on(w, person, shop)
        peer.came.clear()
        answer = person.visits("GET", "/oidc/end_session", {"id_token_hint": told["id_token"], "state": "a b",
                                                           "post_logout_redirect_uri": shop.returns})
        m.holds("the browser comes back with the state", answer.status == 303 and
                answer.fields.get("location") == f"{shop.returns}?state=a%20b", answer)
        m.holds("a logout token arrives", soon(lambda: peer.tokens("/shop")), peer.came)
        m.holds("and is valid", not wrong_with(shop, peer.tokens("/shop")[0], then), peer.came)
        m.holds("prompt=none fails", person.goes(shop, shop.asks(prompt="none")).error == "login_required")

    return Plan("Back-Channel Logout OP", {"oidcc-backchannel-rp-initiated-logout-discovery": discovery,
                                           "oidcc-backchannel-rp-initiated-logout": logout})


def main():
    peer = Peer(f"/tmp/watashi-logout-{os.getpid()}")
    w = World(fetch={"internal": ["127.0.0.1", "::1"], "plain_http": True, "authorities": peer.authority})
    try:
        parties = [Party(w.f, "tea", signs="RS256", backchannel_logout_uri=f"{peer.url}/shop",
                         backchannel_logout_session_required=True).join(),
                   Party(w.f, "ink", "client_secret_post", backchannel_logout_uri=f"{peer.url}/post").join(),
                   Party(w.f, "deaf", "client_secret_post").join()]
        each_is_told(w, peer, parties)
        tried_again(w, peer, parties[0])
        given_up(w, peer, parties[0])
        plan = plan_of(w, peer, parties[0])
        plan.run()
        plan.parity()
    finally:
        w.stop()
        peer.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
