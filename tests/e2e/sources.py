#!/usr/bin/env python3
"""tests/e2e/sources.py - sources that are wrongly signed, expired, shrunken or broken, and two operators.

    tools/check runs it; by hand: WATASHI_BUILD must be set

A federation of its own takes in files signed by xmlsec1, as another federation would sign them. Whatever is refused says why,
and what was there before stays as it was. Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import http.client
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
WATASHICTL = os.path.join(BUILD, "watashictl")

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
ENTITIES = 20

failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]!r}", flush=True)


def skip(title, why):
    print(f"skip {title}: {why}", flush=True)


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Neighbour:
    """Another federation: a key, and metadata signed with it."""

    def __init__(self, directory):
        self.directory = directory
        self.key, self.certificate = self.make_key("neighbour")
        self.other_key, _ = self.make_key("stranger")
        with open(self.certificate) as f:
            self.base64 = "".join(line for line in f if "-----" not in line)

    def make_key(self, name):
        key, certificate = (os.path.join(self.directory, f"{name}.{end}") for end in ("key", "pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                        "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        return key, certificate

    def entity(self, number, inside=""):
        host = f"rp{number}.neighbour.example"
        names = "".join(f'<mdui:{kind} xml:lang="{lang}">{text}</mdui:{kind}>'
                        for kind, lang, text in (("DisplayName", "ja", f"隣の組織{number}"), ("DisplayName", "en", f"Neighbour {number}"),
                                                 ("Description", "en", "A made-up organisation")))
        return f"""<md:EntityDescriptor entityID="https://{host}/sp">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:Extensions><mdui:UIInfo>{names}</mdui:UIInfo></md:Extensions>
<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{self.base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
</md:KeyDescriptor>{inside}
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://{host}/acs" index="0"/>
</md:SPSSODescriptor>
<md:Organization><md:OrganizationName xml:lang="en">Neighbour {number}</md:OrganizationName>
<md:OrganizationDisplayName xml:lang="en">Neighbour {number}</md:OrganizationDisplayName>
<md:OrganizationURL xml:lang="en">https://{host}/</md:OrganizationURL></md:Organization>
<md:ContactPerson contactType="technical"><md:GivenName>Operations</md:GivenName>
<md:EmailAddress>mailto:operations@{host}</md:EmailAddress></md:ContactPerson>
</md:EntityDescriptor>
"""

    def write(self, path, entities, until=7 * 86400, key=None, sign=True):
        """A signed aggregate at `path`, put there at once."""
        validity = f'validUntil="{instant(until)}" ' if until is not None else ""
        algorithm = "http://www.w3.org/2001/10/xml-exc-c14n#"
        signature = f"""<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{algorithm}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_all"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="{algorithm}"/>
</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/></ds:Signature>""" if sign else ""
        text = f"""<md:EntitiesDescriptor xmlns:md="{MD}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
 xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" ID="_all" {validity}>{signature}
{"".join(entities)}</md:EntitiesDescriptor>
"""
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        if sign:
            subprocess.run(["xmlsec1", "--sign", "--privkey-pem", key or self.key, "--id-attr:ID",
                            f"{MD}:EntitiesDescriptor", "--output", path + ".signed", path + ".new"], check=True,
                           stderr=subprocess.DEVNULL)
            os.replace(path + ".signed", path + ".new")
        os.replace(path + ".new", path)


def ctl(daemon, *words, user=None):
    command = [WATASHICTL, "-c", daemon.file, *words]
    if user is not None:
        command = ["setpriv", f"--reuid={user}", "--clear-groups", WATASHICTL, "-s",
                   os.path.join(daemon.directory, "run/control.sock"), *words]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


def get(daemon, path):
    link = http.client.HTTPConnection("127.0.0.1", daemon.plain, timeout=10)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def entity_there(daemon, entity):
    return get(daemon, "/entities/" + urllib.parse.quote(entity, safe=""))[0]


def generation(daemon):
    return json.loads(ctl(daemon, "status", "--json").stdout)["publication"]["generation"]


def published(daemon):
    """Everything that must not change when something is refused."""
    return generation(daemon), get(daemon, "/metadata.xml")[1]


def settled(daemon):
    """The same once what was asked before has all been published: lists come after the documents that changed, a second or two."""
    last, same, until = None, 0, time.monotonic() + 30
    while same < 3 and time.monotonic() < until:
        now = published(daemon)
        last, same = now, same + 1 if now == last else 0
        time.sleep(1)
    return last


def source_state(daemon):
    found = json.loads(ctl(daemon, "source", "list", "--json").stdout)["sources"]
    return found[0] if found else {}


def sources(daemon, neighbour, path):
    good = [neighbour.entity(n) for n in range(ENTITIES)]
    done = ctl(daemon, "source", "refresh", "neighbour")
    ok("a well signed source is taken over", done.returncode == 0, done.stdout)
    ok("and its entities are served", entity_there(daemon, "https://rp7.neighbour.example/sp") == 200)
    state = source_state(daemon)
    ok("its state says how many and until when", state.get("entities") == ENTITIES and state.get("valid_until") and
       "problem" not in state, state)

    before = published(daemon)
    for title, write, part in (
        ("a source signed with another key", lambda: neighbour.write(path, good, key=neighbour.other_key), "sign"),
        ("a source without a signature", lambda: neighbour.write(path, good, sign=False), "sign"),
        ("a source changed after it was signed", lambda: tampered(neighbour, path, good), ""),
        ("an expired source", lambda: neighbour.write(path, good, until=-3600), "alid"),
        ("a source that never expires", lambda: neighbour.write(path, good, until=None), "validUntil"),
        ("a source that expires too late", lambda: neighbour.write(path, good, until=400 * 86400), "alid"),
        ("a source that lost more than it may", lambda: neighbour.write(path, good[:ENTITIES // 2]), ""),
        ("a source that is not well-formed", lambda: write_text(path, "<md:EntitiesDescriptor"), ""),
        ("a source that is not there", lambda: os.unlink(path), ""),
    ):
        write()
        done = ctl(daemon, "source", "refresh", "neighbour")
        ok(f"{title} is refused with a reason", done.returncode == 1 and len(done.stdout) > 30 and part in done.stdout,
           (done.returncode, done.stdout))
        ok(f"{title} leaves everything as it was", published(daemon) == before)
        state = source_state(daemon)
        ok(f"{title} is told by its state, with the last good copy's validity", state.get("problem") and
           state.get("valid_until") and state.get("entities") == ENTITIES, state)

    neighbour.write(path, good[:ENTITIES // 2])
    ctl(daemon, "source", "refresh", "neighbour")
    ok("a shrunken source is held", source_state(daemon).get("held") is True and
       "--accept-loss" in ctl(daemon, "source", "list").stdout, ctl(daemon, "source", "list").stdout)
    done = ctl(daemon, "source", "refresh", "neighbour", "--accept-loss", "--dry-run")
    ok("a dry run says what accepting the loss would mean", done.returncode == 0 and "10 removed" in done.stdout and
       published(daemon) == before, done.stdout)
    done = ctl(daemon, "source", "refresh", "neighbour", "--accept-loss")
    ok("an operator who looked takes it over", done.returncode == 0 and "10 removed" in done.stdout, done.stdout)
    ok("and what is gone is 404", entity_there(daemon, "https://rp17.neighbour.example/sp") == 404 and
       entity_there(daemon, "https://rp7.neighbour.example/sp") == 200)


def tampered(neighbour, path, good):
    neighbour.write(path, good)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    write_text(path, text.replace("https://rp3.neighbour.example/acs", "https://evil.example/acs"))


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def schema_broken(daemon, neighbour, path):
    """One entity of ten is no longer valid by the schema: it alone stays as it was."""
    good = [neighbour.entity(n) for n in range(ENTITIES // 2)]
    entity = "https://rp4.neighbour.example/sp"
    before = get(daemon, "/entities/" + urllib.parse.quote(entity, safe=""))[1]
    # The schema knows no such element there.
    good[4] = neighbour.entity(4, inside="<md:Nonsense/>")
    good[5] = good[5].replace("Neighbour 5", "Neighbour Five")
    neighbour.write(path, good)
    done = ctl(daemon, "source", "refresh", "neighbour")
    ok("an entity that breaks the schema does not stop the others", done.returncode == 0 and "1 changed" in done.stdout and
       b"Neighbour Five" in get(daemon, "/entities/https%3A%2F%2Frp5.neighbour.example%2Fsp")[1], done.stdout)
    ok("its last good document stays", get(daemon, "/entities/" + urllib.parse.quote(entity, safe=""))[1] == before)
    done = ctl(daemon, "finding", "list", "--level", "error", "--json")
    refused = json.loads(done.stdout)["refused"] if done.returncode == 0 else []
    ok("the finding names entity, rule, element and what would be right", any(
        f["entity_id"] == entity and f["rule"] and f["right"]["en"] and f["right"]["ja"] for f in refused), done.stdout)


RECORD = {
    "id": "two-operators", "kind": "business", "name": {"ja": "二人の会社", "en": "Company of Two"},
    "contacts": [{"type": "technical", "given_name": "Operations", "email": "operations@two.example.jp"}],
    "entities": [{"entity_id": "https://rp.two.example.jp/sp", "roles": ["rp"],
                  "description": {"ja": "試験", "en": "Test"},
                  "privacy_url": {"ja": "https://two.example.jp/p", "en": "https://two.example.jp/p"}}],
}


def operators(daemon, neighbour, home, first, second):
    """Raising trust takes two: whoever proposes cannot be the second."""
    record = dict(RECORD)
    record["entities"] = [dict(RECORD["entities"][0], saml=f"""<md:EntityDescriptor xmlns:md="{MD}"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://rp.two.example.jp/sp">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{neighbour.base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://rp.two.example.jp/acs"
 index="0"/></md:SPSSODescriptor></md:EntityDescriptor>""")]
    path = os.path.join(home, "two.json")
    write_text(path, json.dumps(record, ensure_ascii=False))
    entity = "https://rp.two.example.jp/sp"

    unsigned = os.path.join(home, "unsigned.xml")
    neighbour.write(unsigned, [neighbour.entity(90)], sign=False)
    done = ctl(daemon, "import", unsigned)
    ok("an unsigned file is not imported by one operator alone", done.returncode == 1 and
       "an unsigned file raises trust by one operator alone" in done.stdout, done.stdout)
    done = ctl(daemon, "import", unsigned, "--dry-run")
    ok("a dry run of it is allowed", done.returncode == 0 and "1 added" in done.stdout, done.stdout)

    before = settled(daemon)
    if second is None:
        skip("raising trust takes two", "only root can ask as other users")
        return
    done = ctl(daemon, "member", "apply", path, user=first)
    ok("an application waits and says what to do next", done.returncode == 0 and
       "waits for 1 more operator: watashictl member approve two-operators" in done.stdout, done.stdout)
    done = ctl(daemon, "member", "approve", "two-operators", user=first)
    ok("an operator approving his own application is refused with the reason", done.returncode == 1 and
       "expected another operator" in done.stdout, done.stdout)
    ok("and nothing has changed for anybody", published(daemon) == before and entity_there(daemon, entity) == 404)
    done = ctl(daemon, "member", "approve", "two-operators")
    ok("root is not the other one, unless named", done.returncode == 1 and
       "its agreement does not count" in done.stdout and entity_there(daemon, entity) == 404, done.stdout)
    done = ctl(daemon, "member", "approve", "two-operators", "--proposal", "sha256:" + 64 * "0", user=second)
    ok("nobody approves another proposal than the one that waits", done.returncode == 1 and
       "the proposal is another one now: look at it again" in done.stdout, done.stdout)
    done = ctl(daemon, "member", "approve", "two-operators", user=second)
    ok("another operator sees what waits and approves it", done.returncode == 0 and "to approve: apply" in done.stdout and
       "Company of Two" in done.stdout, done.stdout)
    ok("and the member is published", entity_there(daemon, entity) == 200)

    record["entities"][0]["scopes"] = ["two.example.jp"]
    write_text(path, json.dumps(record, ensure_ascii=False))
    before = settled(daemon)
    done = ctl(daemon, "member", "diff", path)
    ok("a difference shows what would be added", done.returncode == 0 and "scopes" in done.stdout and
       "two.example.jp" in done.stdout, done.stdout)
    done = ctl(daemon, "member", "change", path, user=first)
    ok("a change that adds something waits", done.returncode == 0 and "waits for 1 more operator" in done.stdout, done.stdout)
    done = ctl(daemon, "member", "approve", "two-operators", user=first)
    ok("an operator approving his own change is refused", done.returncode == 1 and
       "expected another operator" in done.stdout, done.stdout)
    ok("what was in force stays", published(daemon) == before)
    done = ctl(daemon, "member", "reject", "two-operators", "--reason", "not needed", user=second)
    ok("another may reject it", done.returncode == 0 and published(daemon)[1] == before[1], done.stdout)
    done = ctl(daemon, "member", "suspend", "two-operators", "--reason", "a try")
    ok("lowering trust takes one operator", done.returncode == 0 and entity_there(daemon, entity) == 404, done.stdout)
    done = ctl(daemon, "member", "reinstate", "two-operators", "--reason", "the try is over", user=first)
    ok("ending a suspension takes two", done.returncode == 0 and "waits for 1 more operator" in done.stdout and
       entity_there(daemon, entity) == 404, done.stdout)
    done = ctl(daemon, "member", "approve", "two-operators", user=second)
    ok("and then it is published again", done.returncode == 0 and entity_there(daemon, entity) == 200, done.stdout)


def main():
    if not shutil.which("xmlsec1"):
        skip("sources are refused with reasons", "xmlsec1 is not installed")
        return 0
    several = os.geteuid() == 0 and shutil.which("setpriv")
    first, second = (pwd.getpwnam(name).pw_uid if several else None for name in ("daemon", "nobody"))
    with tempfile.TemporaryDirectory(prefix="watashi-neighbour-") as home:
        os.chmod(home, 0o755)
        neighbour = Neighbour(home)
        path = os.path.join(home, "neighbour.xml")
        neighbour.write(path, [neighbour.entity(n) for n in range(ENTITIES)])
        daemon = Daemon(BUILD, settings={
            "control": {"approvals": 2, "operators": ["daemon", "nobody"]},
            "sources": [{"name": "neighbour", "file": path, "key": neighbour.certificate, "max_loss": 20,
                         "longest_validity": "P30D"}]})
        os.chmod(daemon.home, 0o755)  # for the second operator
        try:
            sources(daemon, neighbour, path)
            schema_broken(daemon, neighbour, path)
            operators(daemon, neighbour, home, first, second)
        finally:
            daemon.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
