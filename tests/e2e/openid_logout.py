#!/usr/bin/env python3
"""tests/e2e/openid_logout.py - the OpenID conformance suite's plan for RP-initiated logout, mirrored: a relying party has a person logged
out, and is sent nobody it should not be.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `suite parity: PLAN N of M`; exit status 1 when anything is not ok.
"""

import os
import secrets
import sys
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from openid_federation import Plan, World, exit_status, jws, jws_parts  # noqa: E402
from person_federation import Key  # noqa: E402

END = "/oidc/end_session"


class Leaving:
    """A person who is logged in, and what the relying party sends the browser with."""

    def __init__(self, w):
        self.w, self.shop = w, w.shop

    def logged_in(self, m):
        person = self.w.hanako.elsewhere()
        tokens = self.shop.redeems(person.goes(self.shop)).json
        m.holds("somebody is logged in", person.browser.get("/v1/account")[0] == 200)
        return person, tokens

    def asks(self, tokens, **more):
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": self.shop.returns, "state": secrets.token_urlsafe(8)}
        return {name: value for name, value in (asked | more).items() if value is not None}

    def is_out(self, m, person):
        m.holds("nobody is logged in there any more", person.browser.get("/v1/account")[0] == 401)
        back = person.goes(self.shop, self.shop.asks(prompt="none"))
        m.holds("prompt=none ends in login_required", back.error == "login_required", back)

    def is_asked(self, m, person, answer, may_return):
        """A page of our own asks first; the person says yes, there."""
        at, _, told = answer.fields.get("location", "").partition("#")
        asked = dict(urllib.parse.parse_qsl(told.partition("&")[2]))
        m.holds("the browser is not sent back, but to a page of our own that asks", answer.status == 303 and
                at.partition("?")[0] == "/logout/" and told.startswith("ask"), answer)
        m.holds("and until the person says yes nobody is logged out", person.browser.get("/v1/account")[0] == 200)
        status, shown = person.browser.get("/v1/logout?" + urllib.parse.urlencode(asked))
        m.holds("the page knows whether somebody is there, and where to", status == 200 and shown["logged_in"] is True and
                shown["returns"] is may_return, shown)
        status, told = person.browser.post("/v1/logout", asked, Origin="https://evil.example", Sec_Fetch_Site="cross-site")
        m.holds("no other site's page can say it", status == 403 and person.browser.get("/v1/account")[0] == 200, (status, told))
        status, told = person.browser.post("/v1/logout", asked)
        m.holds("a yes logs out", status == 200 and told["location"].startswith(self.shop.returns if may_return else "/logout/"),
                (status, told))
        self.is_out(m, person)


def discovery(m, a):
    told = a.w.discovery()
    m.holds("end_session_endpoint is there, of https:, under the issuer", told.get("end_session_endpoint") == a.w.f.origin + END, told)


def goes_back(**more):
    def module(m, a):
        for method in ("GET", "POST"):
            person, tokens = a.logged_in(m)
            asked = a.asks(tokens, **more)
            answer = person.visits(method, END, asked)
            to = a.shop.returns + (f"?state={asked['state']}" if "state" in asked else "")
            m.holds(f"{method}: the browser is sent to the registered address, with the state as it came", answer.status == 303 and
                    answer.fields["location"] == to, answer)
            a.is_out(m, person)
            m.holds("what the client held of the session is over", a.shop.learns(tokens["access_token"]).status == 401 and
                    a.shop.refreshes(tokens["refresh_token"]).error == "invalid_grant")
    return module


def no_redirect(**more):
    """Something is wrong: nobody is sent anywhere, whatever the person says."""
    def module(m, a):
        person, tokens = a.logged_in(m)
        changes = {n: v(a, tokens) if callable(v) else v for n, v in more.items()}
        a.is_asked(m, person, person.visits("GET", END, a.asks(tokens, **changes)), False)
    return module


def without_hint(m, a):
    """No client at all is named; then one is, and the person is asked before the browser goes back to it."""
    no_redirect(id_token_hint=None)(m, a)
    person, tokens = a.logged_in(m)
    answer = person.visits("GET", END, a.asks(tokens, id_token_hint=None, client_id=a.shop.id))
    a.is_asked(m, person, answer, True)


def logged_out_page(*names):
    """No address to go to: the person is logged out, and told so. Without a hint only once they have said yes, for any page could send
    a browser here (the suite has the person confirm)."""
    def module(m, a):
        person, tokens = a.logged_in(m)
        asked = {name: value for name, value in a.asks(tokens).items() if name in names}
        answer = person.visits("GET", END, asked)
        if "id_token_hint" in names:
            m.holds("a page of our own says that it is done", answer.status == 303 and answer.fields["location"].startswith("/logout/") and
                    answer.fields["location"].endswith("#done"), answer)
            a.is_out(m, person)
        else:
            a.is_asked(m, person, answer, False)
    return module


def unsigned(_, tokens):
    head, claims = jws_parts(tokens["id_token"])
    return jws({**head, "alg": "none"}, claims)


def foreign(_, tokens):
    head, claims = jws_parts(tokens["id_token"])
    return jws({**head, "alg": "ES256"}, claims, Key())


PREFIX = "oidcc-rp-initiated-logout"
MODULES = {
    f"{PREFIX}-discovery-endpoint-verification": discovery,
    PREFIX: goes_back(),
    f"{PREFIX}-bad-post-logout-redirect-uri": no_redirect(post_logout_redirect_uri="https://rp.shop.example/elsewhere"),
    f"{PREFIX}-modified-id-token-hint": no_redirect(id_token_hint=unsigned),
    f"{PREFIX}-no-id-token-hint": without_hint,
    f"{PREFIX}-no-params": logged_out_page(),
    f"{PREFIX}-no-post-logout-redirect-uri": logged_out_page("id_token_hint", "state"),
    f"{PREFIX}-no-state": goes_back(state=None),
    f"{PREFIX}-only-state": logged_out_page("state"),
    f"{PREFIX}-query-added-to-post-logout-redirect-uri": no_redirect(
        post_logout_redirect_uri=lambda a, _: a.shop.returns + "?foo=bar"),
    f"{PREFIX}-bad-id-token-hint": no_redirect(id_token_hint=foreign),
}


def main():
    w = World()
    try:
        plan = Plan("RP-initiated logout", MODULES)
        plan.run(Leaving(w))
        plan.parity()
    finally:
        w.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
