#!/usr/bin/env python3
"""tests/e2e/openid_assurance.py - the OpenID conformance suite's plan for OpenID Connect for Identity Assurance (ekyc-test-plan-oidccore),
mirrored: verified claims about a person who was proved by the card, asked for and told over HTTP.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `suite parity: PLAN N of M`; exit status 1 when anything is not ok.
"""

import json
import os
import re
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from openid_federation import TRUST_FRAMEWORK, Plan, World, exit_status, jws_parts  # noqa: E402

PLACES = ("id_token", "userinfo")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
HELD = {"name": "緑川　花子", "birthdate": "1995-06-30", "gender": "female", "address": {"formatted": "東京都渋谷区２－２"}}
# All that can be asked of a verification, and what the card's proofing has of it.
WHOLE = {"trust_framework": None, "assurance_level": None, "time": None, "evidence": [{
    "type": {"value": "document"}, "check_details": [{"check_method": None, "time": None}],
    "document_details": {"type": None, "issuer": {"country_code": None}}}]}


def wish(claims, **verification):
    return {"verification": {"trust_framework": None, **verification}, "claims": claims}


class Assurance:
    def __init__(self, w):
        self.w, self.shop, self.person, self.offered = w, w.shop, w.hanako, w.discovery()

    def told(self, m, **places):
        """What comes of a request, by place; it must succeed whatever is asked for."""
        asked = {place: {"verified_claims": one} for place, one in places.items()}
        back = self.person.goes(self.shop, self.shop.asks(claims=json.dumps(asked, ensure_ascii=False)))
        m.holds("the request succeeds", back.code and not back.error, back)
        tokens = self.shop.redeems(back).json
        told = {"id_token": m.believes(self.shop, tokens, back), "userinfo": self.shop.learns(tokens["access_token"]).json}
        m.holds("userinfo is about the same person", told["userinfo"]["sub"] == told["id_token"]["sub"], told)
        for place in PLACES:
            found = told[place].get("verified_claims")
            if place not in places:
                m.holds(f"{place} has no verified claims, for none were asked for there", found is None, found)
            elif found is not None:
                self.is_wellformed(m, place, found)
                self.was_asked_for(m, place, places[place], found)
        return {place: told[place].get("verified_claims") for place in PLACES}

    def is_wellformed(self, m, place, found):
        """The official schema's demands, and that what is told was offered (IDA-6)."""
        verification, offered = found.get("verification", {}), self.offered
        evidence = verification.get("evidence", [])
        m.holds(f"{place}: an object with verification, which names a trust framework that is offered, and claims", set(found) ==
                {"verification", "claims"} and verification.get("trust_framework") in offered["trust_frameworks_supported"] and
                isinstance(found["claims"], dict) and found["claims"], found)
        m.holds(f"{place}: no claim that is not offered as verified",
                set(found["claims"]) <= set(offered["claims_in_verified_claims_supported"]), found)
        m.holds(f"{place}: evidence, documents and checks are of those that are offered", all(
            one["type"] in offered["evidence_supported"] and
            one.get("document_details", {}).get("type", offered["documents_supported"][0]) in offered["documents_supported"] and
            all(c["check_method"] in offered["documents_check_methods_supported"] for c in one.get("check_details", []))
            for one in evidence), found)

    def was_asked_for(self, m, place, asked, found):
        """IDA-2: nothing else, however deep it lies."""
        def extra(asked, found, path):
            if isinstance(found, list):
                options = asked if isinstance(asked, list) else [asked]
                return [e for one in found for e in min((extra(a, one, path) for a in options), key=len)]
            if not isinstance(found, dict):
                return []
            if not isinstance(asked, dict):
                return [] if path.startswith("/claims/") else [path]
            return [e for n, v in found.items() for e in (extra(asked[n], v, f"{path}/{n}") if n in asked else [f"{path}/{n}"])]

        m.holds(f"{place}: nothing that was not asked for", not extra(asked, found, ""), (extra(asked, found, ""), found))


def happy(how):
    def module(m, a):
        asked = {"verification": {"trust_framework": how}, "claims": {"name": how}}
        told = a.told(m, id_token=asked, userinfo=asked)
        for place in PLACES:
            m.holds(f"{place} has the name, verified in the trust framework", told[place] == {
                "verification": {"trust_framework": TRUST_FRAMEWORK}, "claims": {"name": HELD["name"]}}, told)
    return module


def omitted(name, how=None):
    """A claim that nobody knows beside one that is known."""
    def module(m, a):
        asked = wish({"name": None, name: how})
        told = a.told(m, id_token=asked, userinfo=asked)
        for place in PLACES:
            m.holds(f"{place}: the unknown one is left out, the known one told", told[place] and
                    told[place]["claims"] == {"name": HELD["name"]}, told)
    return module


def random_value(m, a):
    told = a.told(m, userinfo=wish({"name": {"value": str(uuid.uuid4())}}))
    m.holds("a claim of another value is left out, and what would be empty without it", told["userinfo"] is None, told)
    told = a.told(m, userinfo=wish({"name": {"value": str(uuid.uuid4())}, "birthdate": None}))
    m.holds("others are told beside it", told["userinfo"] and told["userinfo"]["claims"] == {"birthdate": HELD["birthdate"]}, told)
    told = a.told(m, userinfo=wish({"name": {"value": HELD["name"]}}))
    m.holds("one of the right value is told", told["userinfo"] and told["userinfo"]["claims"] == {"name": HELD["name"]}, told)
    for title, other in (("trust framework", {"trust_framework": {"value": "https://other.example/"}}),
                         ("evidence", {"evidence": [{"type": {"value": "vouch"}}]}),
                         ("age of the proofing", {"time": {"max_age": 0}})):
        told = a.told(m, userinfo=wish({"name": None}, **other))
        m.holds(f"with another {title} asked for there are no verified claims at all (IDA-3)", told["userinfo"] is None, told)


def only(place):
    def module(m, a):
        told = a.told(m, **{place: wish({"name": None})})
        m.holds(f"{place} has them", told[place] and told[place]["claims"] == {"name": HELD["name"]}, told)
    return module


def provided_request(m, a):
    """A request as a bank's would be: all claims, and how it was established who the person is."""
    asked = {"verification": WHOLE, "claims": {name: None for name in HELD}}
    told = a.told(m, userinfo=asked)["userinfo"]
    m.holds("all four claims of the card are told, as they stand on it", told and told["claims"] == HELD, told)
    verification = told["verification"]
    m.holds("the level that the proofing reached, and when it was", verification["assurance_level"] == "3" and
            TIME.fullmatch(verification["time"]), verification)
    document = verification["evidence"][0]
    m.holds("the card is the document: its issuer's signature holds, and its holder knew its PIN", len(verification["evidence"]) == 1 and
            document["type"] == "document" and {c["check_method"] for c in document["check_details"]} == {"vcrypt", "token"} and
            document["document_details"] == {"type": "jp_individual_number_card", "issuer": {"country_code": "JPN"}}, document)
    m.holds("times of checks are dates and times", all(TIME.fullmatch(c["time"]) for c in document["check_details"]), document)
    m.holds("no number of the card or its certificates is told", "serial" not in json.dumps(told) and "document_number" not in
            json.dumps(told), told)


def from_userinfo(m, a):
    """What userinfo told is asked for again, each member with its own value: all of it must come."""
    told = a.told(m, userinfo={"verification": WHOLE, "claims": {name: None for name in HELD}})["userinfo"]
    valued = lambda v: ({n: valued(one) for n, one in v.items()} if isinstance(v, dict) else  # noqa: E731
                        [valued(one) for one in v] if isinstance(v, list) else {"value": v})
    asked = {"verification": valued(told["verification"]), "claims": {n: v if n == "address" else {"value": v}
                                                                      for n, v in told["claims"].items()}}
    asked["claims"]["address"] = None
    again = a.told(m, userinfo=asked)["userinfo"]
    m.holds("it is told again, member for member", again == told, (again, told))


def not_offered(m, a):
    """Elements and claims that the metadata do not name."""
    asked = wish({"name": None, "msisdn": None, "nickname": None, "family_name": None}, verification_process=None,
                 assurance_process={"policy": None}, evidence=[{"type": {"value": "document"}, "document_details": {
                     "type": None, "document_number": None, "serial_number": None}, "attachments": None}])
    told = a.told(m, userinfo=asked)["userinfo"]
    m.holds("what is offered is told", told and told["claims"] == {"name": HELD["name"]}, told)
    m.holds("of all else nothing", "verification_process" not in told["verification"] and "assurance_process" not in
            told["verification"] and told["verification"]["evidence"] == [{"type": "document", "document_details": {
                "type": "jp_individual_number_card"}}], told)


EKYC = {
    "ekyc-server-happypath": happy(None),
    "ekyc-server-happypath-emptyobject": happy({}),
    "ekyc-server-happypath-essentialfalse": happy({"essential": False}),
    "ekyc-server-unknown-claim-omitted": omitted("xyz" + uuid.uuid4().hex),
    "ekyc-server-unknown-essential-claim-omitted": omitted("xyz" + uuid.uuid4().hex, {"essential": True}),
    "ekyc-server-unknown-claim-specialchars-omitted": omitted("äöüß%$§\"'\\/<b>&{}[]😀" + uuid.uuid4().hex),
    "ekyc-server-one-claim-with-random-value-omitted": random_value,
    "ekyc-server-request-only-in-idtoken": only("id_token"),
    "ekyc-server-request-only-in-userinfo": only("userinfo"),
    "ekyc-server-testuserprovidedrequest": provided_request,
    "ekyc-server-testbasedonuserinfo-defaults": from_userinfo,
    "ekyc-server-test-userinfo-notfoundinop": not_offered,
}


def refused(m, a):
    """What cannot be asked is `invalid_request`; who declines is told of nothing, and no error comes of it (IDA-1, IDA-4)."""
    for title, asked in (("no trust framework", {"verification": {}, "claims": {"name": None}}),
                         ("no claims", {"verification": {"trust_framework": None}, "claims": {}}),
                         ("several kinds of evidence at once", wish({"name": None}, evidence=[{"type": {"values": ["document"]}}]))):
        back = a.person.goes(a.shop, a.shop.asks(claims=json.dumps({"userinfo": {"verified_claims": asked}})))
        m.holds(f"{title}: invalid_request", back.error == "invalid_request", back)
    asked = json.dumps({"userinfo": {"verified_claims": wish({"name": None, "birthdate": None})}})
    back = a.person.goes(a.shop, a.shop.asks(claims=asked, prompt="consent"), items=["birthdate"])
    told = a.shop.learns(a.shop.redeems(back).json["access_token"]).json
    m.holds("what the person unticks is left out of verified claims, too", told["verified_claims"]["claims"] == {"birthdate":
            HELD["birthdate"]} and back.consent["learns"]["proofing"] is True, (told, back.consent))
    back = a.person.goes(a.shop, a.shop.asks(claims=asked, prompt="consent"), items=[])
    tokens = a.shop.redeems(back).json
    m.holds("who unticks all is told of without them", set(a.shop.learns(tokens["access_token"]).json) == {"sub"} and
            "verified_claims" not in jws_parts(tokens["id_token"])[1], tokens)
    asked = json.dumps({"userinfo": {"verified_claims": [wish({"name": None}), wish({"birthdate": None}, assurance_level=None)]}})
    back = a.person.goes(a.shop, a.shop.asks(claims=asked, prompt="consent"))
    told = a.shop.learns(a.shop.redeems(back).json["access_token"]).json["verified_claims"]
    m.holds("of several requests each is answered by itself", [one["claims"] for one in told] == [
        {"name": HELD["name"]}, {"birthdate": HELD["birthdate"]}] and "assurance_level" not in told[0]["verification"] and
        told[1]["verification"]["assurance_level"] == "3", told)


def main():
    w = World()
    try:
        a = Assurance(w)
        plan = Plan("ekyc-test-plan-oidccore", EKYC)
        plan.run(a)
        Plan("beside it", {"identity assurance": refused}).run(a)
        plan.parity()
    finally:
        w.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
