#!/usr/bin/env python3
"""tests/ctl/test_jpki.py - `watashictl jpki verify`: what people have in files is explained, and the exit status tells how it came out.

A test world of watashi-testcard's, signatures of OpenSSL's and xmlsec1's. Prints a line `ok NAME` or `not ok NAME: why` for each case;
exit status 0 or 1.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("top_builddir", ".")
SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
WATASHICTL, TESTCARD = os.path.join(BUILD, "watashictl"), os.path.join(BUILD, "watashi-testcard")
AUTHORITIES = os.path.join(SOURCE, "../shared/data/jpki-ca")
DS = "http://www.w3.org/2000/09/xmldsig#"
TEXT = "私は本人確認に同意します。\n"
TEMPLATE = f"""<consent><ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI=""><ds:Transforms>
<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature><b>同意します</b></consent>"""
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
REFERENCE = f"""><ds:Transforms><ds:Transform Algorithm="{C14N11}"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>"""
TWO_REFERENCES = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N11}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#o"{REFERENCE}
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#p"{REFERENCE}</ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data/></ds:KeyInfo><ds:Object Id="o">{TEXT}</ds:Object><ds:Object><x:QualifyingProperties xmlns:x="{XADES}">
<x:SignedProperties Id="p"><x:SigningTime>2026-11-23T00:00:00Z</x:SigningTime></x:SignedProperties></x:QualifyingProperties></ds:Object>
</ds:Signature>"""


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more).stdout


class World:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="watashi-jpki-")
        self.world, self.text = self.path("world"), self.path("text")
        with open(self.text, "w", encoding="utf-8") as f:
            f.write(TEXT)
        run(TESTCARD, "init", self.world)
        self.card = os.path.join(self.world, "cards", "taro")
        run(TESTCARD, "citizen", self.world, "--card", "taro", "--name", "試験　太郎", "--born", "1980-02-17", "--sex", "male",
            "--address", "東京都渋谷区１－１")
        self.anchors = [f"--anchors={self.world}/{kind}/{n}/ca.cer" for kind in ("sign", "auth") for n in (1, 2)]
        for kind in ("sign", "auth"):
            run("openssl", "x509", "-inform", "DER", "-in", f"{self.card}/{kind}.cer", "-out", self.path(f"{kind}.pem"))

    def path(self, name):
        return os.path.join(self.home, name)

    def cms(self, name, *flags, kind="sign", content=None):
        path = self.path(name)
        run("openssl", "cms", "-sign", "-binary", "-in", content or self.text, "-signer", self.path(f"{kind}.pem"), "-inkey",
            f"{self.card}/{kind}.key", "-outform", "DER", "-nosmimecap", "-out", path, *flags)
        return path

    def verify(self, *arguments, language="en_US.UTF-8"):
        env = {**os.environ, "LC_ALL": language}
        return subprocess.run([WATASHICTL, "jpki", "verify", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", env=env)

    def explain(self, *arguments):
        """As JSON, of one file: outcome, the steps that are not established, all of it."""
        done = self.verify("--json", *arguments)
        explained = json.loads(done.stdout)["files"][0]
        bad = [s["step"] for s in explained["steps"] if s["outcome"] != "established"]
        equal([s["step"] for s in explained["steps"] if s["title"]["ja"] == s["step"] or
               not s["meaning"]["ja"].endswith("。") or not s["meaning"]["en"].endswith(".")], [])
        return done.returncode, explained["outcome"], bad, explained


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


def fingerprints_are_those_of_the_files(w):
    if not os.path.isdir(AUTHORITIES):
        print(f"# {AUTHORITIES} is not there: only the test world's authorities are tried")
        names = []
    else:
        names = [os.path.join(AUTHORITIES, n) for n in sorted(os.listdir(AUTHORITIES)) if n.endswith((".cer", ".pem"))]
        equal(len(names), 8)
    for name in names:
        der = run("openssl", "x509", "-in", name, "-outform", "DER") if name.endswith(".pem") else open(name, "rb").read()
        status, outcome, bad, explained = w.explain(name, "--at", "2024-06-01T00:00:00Z")
        equal((status, outcome, bad), (0, "established", []))
        equal(explained["kind"], "authority")
        equal(explained["certificate"]["sha256"], hashlib.sha256(der).hexdigest())
        equal(explained["generation"], {"15": 1, "19": 2, "23": 3}[explained["certificate"]["not_before"][2:4]])
    own = f"{w.world}/sign/2/ca.cer"
    equal(w.explain(own)[:3], (1, "refuted", ["world"]))
    equal(w.explain(own, "--test")[:3], (0, "established", []))
    text = w.verify(own, "--test").stdout
    assert hashlib.sha256(open(own, "rb").read()).hexdigest() in text, "the fingerprint is shown"


def an_authority_out_of_its_time_is_refuted(w):
    equal(w.explain(f"{w.world}/sign/2/ca.cer", "--test", "--at", "2001-01-01T00:00:00Z")[:3], (1, "refuted", ["validity"]))


def certificates_are_judged_as_what_they_are(w):
    for kind, purpose in (("sign", "signature"), ("auth", "authentication")):
        status, outcome, bad, explained = w.explain(f"{w.card}/{kind}.cer", "--test", *w.anchors)
        equal((status, outcome), (1, "undetermined"))
        equal(bad, ["document-signature", "revocation"])
        equal(explained["profile"], {"purpose": purpose, "medium": "card", "world": "test"})
        equal(explained.get("attributes", {}).get("birthdate"), "1980-02-17" if kind == "sign" else None)
    equal(w.explain(f"{w.card}/auth.cer", "--test", "--purpose", "signature", *w.anchors)[1], "refuted")
    equal(w.explain(f"{w.card}/sign.cer", *w.anchors)[1], "refuted")
    equal(w.explain(f"{w.card}/sign.cer", "--test")[2][0], "issuer")


def signed_documents_are_explained(w):
    good = w.cms("attached", "-nodetach")
    status, outcome, bad, explained = w.explain(good, "--test", *w.anchors)
    equal((status, outcome, bad), (1, "undetermined", ["revocation"]))
    equal((explained["kind"], explained["signed_content"]), ("cms", TEXT))
    equal(w.explain(w.cms("key-id", "-nodetach", "-keyid"), "--test", *w.anchors)[2], ["revocation"])
    detached = w.cms("detached")
    equal(w.explain(detached, "--test", "--content", w.text, *w.anchors)[2], ["revocation"])
    assert "signed-content" in w.explain(detached, "--test", *w.anchors)[2], "detached from nobody knows what"
    assert "document-signature" in w.explain(detached, "--test", "--content", f"{w.card}/sign.cer", *w.anchors)[2], "other content"
    equal(w.explain(w.cms("streamed", "-nodetach", "-stream"), "--test", *w.anchors)[2], ["document"])
    pem = w.path("pem")
    run("openssl", "cms", "-cmsout", "-inform", "DER", "-in", good, "-outform", "PEM", "-out", pem)
    equal(w.explain(pem, "--test", *w.anchors)[2], ["revocation"])


def xml_signatures_are_explained(w):
    if not shutil.which("xmlsec1"):
        print("# xmlsec1 is not installed: no XML signature is tried")
        return
    template, signed, changed = w.path("template.xml"), w.path("signed.xml"), w.path("changed.xml")
    with open(template, "w", encoding="utf-8") as f:
        f.write(TEMPLATE)
    run("xmlsec1", "--sign", "--privkey-pem", f"{w.card}/sign.key,{w.path('sign.pem')}", "--output", signed, template)
    status, outcome, bad, explained = w.explain(signed, "--test", *w.anchors)
    equal((status, outcome, bad), (1, "undetermined", ["revocation"]))
    equal((explained["kind"], explained["signed_content"]), ("xml", "<consent><b>同意します</b></consent>"))
    with open(changed, "w", encoding="utf-8") as f:
        f.write(open(signed, encoding="utf-8").read().replace("<b>", "<b>決して"))
    equal(w.explain(changed, "--test", *w.anchors)[1], "refuted")
    with open(template, "w", encoding="utf-8") as f:
        f.write(TWO_REFERENCES)
    run("xmlsec1", "--sign", "--privkey-pem", f"{w.card}/sign.key,{w.path('sign.pem')}", "--id-attr:Id", f"{DS}:Object", "--id-attr:Id",
        f"{XADES}:SignedProperties", "--output", signed, template)
    status, outcome, bad, explained = w.explain(signed, "--test", *w.anchors)
    equal((outcome, bad), ("undetermined", ["revocation"]))
    shown = explained["signed_content"].splitlines()
    assert TEXT.strip() in shown[0] and "SigningTime>2026" in shown[-1], shown
    status, outcome, bad, explained = w.explain(signed, "--test", "--content", w.text, *w.anchors)
    equal((bad, explained["signed_content"]), (["revocation"], TEXT))
    equal("signed-content" in w.explain(signed, "--test", "--content", f"{w.card}/card.json", *w.anchors)[2], True)


def lists_that_were_taken_in_tell_of_revocation(w):
    signed, lists = w.cms("listed", "-nodetach"), w.path("lists")
    os.mkdir(lists)

    def take_in():
        for purpose in ("signature", "authentication"):
            crl = run(TESTCARD, "crl", w.world, "--purpose", purpose, "--entries", "1000").decode().strip()
            link = w.path(f"{purpose}.link")
            if not os.path.islink(link):
                os.symlink(crl, link)
            run(WATASHICTL, "jpki", "crl", "import", link, "--lists", lists, "--test", *w.anchors)

    take_in()
    good = w.explain(signed, "--test", "--crl", lists, *w.anchors)
    equal(good[:3], (0, "established", []))
    equal((good[3]["revocation"]["status"], good[3]["revocation"]["kind"]), ("good", "crl"))
    equal(w.explain(signed, f"{w.card}/auth.cer", "--test", "--crl", lists, *w.anchors)[0], 0)
    stale = w.explain(signed, "--test", "--crl", lists, "--at", "2031-01-01T00:00:00Z", *w.anchors)
    equal((stale[1], stale[3]["revocation"]["status"]), ("undetermined", "unavailable"))
    run(TESTCARD, "revoke", w.world, w.card)
    take_in()
    status, outcome, bad, explained = w.explain(signed, "--test", "--crl", lists, *w.anchors)
    equal((status, outcome, bad, explained["revocation"]["status"]), (1, "refuted", ["revocation"], "revoked"))
    equal(w.verify(signed, "--test", "--crl", w.text, *w.anchors).returncode, 1)


def who_an_authority_certified_signs_lists_too(w):
    lists, signer = w.path("delegated"), f"{w.world}/sign/2/list-signer.pem"
    os.mkdir(lists)

    def take_in(path, *words):
        return subprocess.run([WATASHICTL, "jpki", "crl", "import", path, "--lists", lists, "--test", *words, *w.anchors],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def refused(done, *parts):
        equal(done.returncode, 1)
        assert all(part in done.stderr for part in parts), done.stderr

    made = run(TESTCARD, "crl", w.world, "--municipality", "Tokyo-to/Minato-ku", "--signer").decode().strip()
    refused(take_in(made), made, "nobody we believe")
    refused(take_in(made, "--signer", signer), made, "still counts")
    own = run(TESTCARD, "crl", w.world).decode().strip()
    equal(take_in(own).returncode, 0)
    equal(take_in(made, "--signer", signer).returncode, 0)
    refused(take_in(made, "--signer", f"{w.card}/sign.cer"), "sign.cer", "cRLSign")
    refused(take_in(made, "--signer", w.text), w.text)


def a_damaged_list_is_told_mended_erased(w):
    lists = w.path("damaged")
    os.mkdir(lists)
    crls = [run(TESTCARD, "crl", w.world, "--purpose", purpose, "--entries", "10").decode().strip()
            for purpose in ("signature", "authentication")]

    def ctl(action, *words):
        return subprocess.run([WATASHICTL, "jpki", "crl", action, *words, "--lists", lists], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8")

    def shown():
        done = ctl("list", "--json", "--test", *w.anchors)
        answer = json.loads(done.stdout)
        return done.returncode, len(answer["lists"]), [one["file"] for one in answer["damaged"]]

    equal(ctl("import", *crls, "--test", *w.anchors).returncode, 0)
    equal(shown(), (0, 2, []))
    broken = json.loads(ctl("list", "--json", "--test", *w.anchors).stdout)["lists"][0]["file"]
    os.truncate(os.path.join(lists, broken), 40)
    equal(shown(), (1, 1, [broken]))
    said = ctl("list", "--test", *w.anchors)
    assert f"{broken}\n    DAMAGED" in said.stdout, said.stdout
    equal(ctl("import", *crls, "--test", *w.anchors).returncode, 1)
    equal(shown(), (0, 2, []))
    with open(os.path.join(lists, "manifest"), "w", encoding="utf-8") as f:
        f.write("hello\n")
    refused = ctl("import", *crls, "--test", *w.anchors)
    equal(refused.returncode, 1)
    assert "erase the lists" in refused.stderr, refused.stderr
    equal(ctl("erase").returncode, 0)
    equal(sorted(os.listdir(lists)), ["lock", "manifest"])
    equal(ctl("import", *crls, "--test", *w.anchors).returncode, 0)


def people_read_it_in_their_language(w):
    path = w.cms("language", "-nodetach")
    english, japanese = w.verify(path, "--test", *w.anchors), w.verify(path, "--test", *w.anchors, language="ja_JP.UTF-8")
    for part in ("CMS signature", "✓ document's signature", "? revocation", "試験　太郎", TEXT.strip(), "? undetermined"):
        assert part in english.stdout, f"{part} in {english.stdout}"
    for part in ("CMS署名", "✓ 書類の署名", "この電子証明書の鍵で署名されています。", "? 失効", "? 不明"):
        assert part in japanese.stdout, f"{part} in {japanese.stdout}"


def mistakes_are_told_apart_from_refusals(w):
    equal(w.verify().returncode, 2)
    equal(w.verify(w.text, "--at", "yesterday").returncode, 2)
    equal(w.verify(w.text, "--purpose", "fun").returncode, 2)
    done = w.verify(w.path("nothing"))
    equal(done.returncode, 1)
    assert "No such file" in done.stderr, done.stderr
    empty = w.path("empty")
    open(empty, "w").close()
    for path, part in ((w.text, "expected a certificate"), (empty, "the file is empty")):
        status, outcome, bad, explained = w.explain(path)
        equal((status, outcome, bad, explained["kind"]), (1, "refuted", ["document"], "unknown"))
        assert part in explained["steps"][0]["text"], explained
    for anchors, part in ((w.text, "expected a certificate"), (w.home, "no certificate of a JPKI authority in this directory")):
        done = w.verify(f"{w.card}/sign.cer", "--anchors", anchors)
        equal(done.returncode, 1)
        assert part in done.stderr, done.stderr


def answers_are_as_the_schema_says(w):
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("# python3-jsonschema is not installed: the schema is not tried")
        return
    with open(os.path.join(SOURCE, "schemas/jpki-verify.schema.json"), encoding="utf-8") as f:
        validator = Draft202012Validator(json.load(f))
    files = [f"{w.world}/sign/2/ca.cer", f"{w.card}/sign.cer", f"{w.card}/auth.cer", w.cms("schema", "-nodetach"),
             w.cms("bare", "-nodetach", "-stream"), w.text]
    answer = json.loads(w.verify("--json", "--test", *w.anchors, *files).stdout)
    equal(len(answer["files"]), len(files))
    errors = [error.message for error in validator.iter_errors(answer)]
    equal(errors, [])


CASES = (fingerprints_are_those_of_the_files, an_authority_out_of_its_time_is_refuted, certificates_are_judged_as_what_they_are,
         signed_documents_are_explained, xml_signatures_are_explained, people_read_it_in_their_language,
         mistakes_are_told_apart_from_refusals, answers_are_as_the_schema_says, lists_that_were_taken_in_tell_of_revocation,
         who_an_authority_certified_signs_lists_too, a_damaged_list_is_told_mended_erased)


def main():
    world = World()
    failed = 0
    try:
        for case in CASES:
            try:
                case(world)
                print("ok", case.__name__)
            except (AssertionError, KeyError, IndexError, ValueError, subprocess.CalledProcessError) as error:
                failed = 1
                print(f"not ok {case.__name__}: {type(error).__name__} {error}")
    finally:
        shutil.rmtree(world.home, ignore_errors=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
