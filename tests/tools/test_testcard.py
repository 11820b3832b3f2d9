#!/usr/bin/env python3
"""tests/tools/test_testcard.py - what watashi-testcard makes, in the eyes of OpenSSL: certificates of the shape that is told
of real ones, lists of any size, a responder. And that nothing of it can be taken for the real JPKI.

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

BUILD = os.environ.get("top_builddir") or os.environ["WATASHI_BUILD"]
POINT = "crl/sign/Tokyo-to/Shibuya-ku"
# The holder's attributes and the authority's Japanese name, by OpenSSL: Japanese in sections would be encoded twice.
REFERENCE = """
[ext]
issuerAltName=ASN1:SEQUENCE:names
subjectAltName=@holder
[names]
name=EXPLICIT:4,SEQUENCE:name
[name]
1=SET:country
2=SET:organization
3=SET:unit
4=SET:agency
[country]
1=SEQUENCE:country_pair
[country_pair]
1=OID:2.5.4.6
2=FORMAT:ASCII,PRINTABLESTRING:JP
[organization]
1=SEQUENCE:organization_pair
[organization_pair]
1=OID:2.5.4.10
2=FORMAT:UTF8,UTF8:公的個人認証サービス
[unit]
1=SEQUENCE:unit_pair
[unit_pair]
1=OID:2.5.4.11
2=FORMAT:UTF8,UTF8:公的個人認証サービス署名用
[agency]
1=SEQUENCE:agency_pair
[agency_pair]
1=OID:2.5.4.11
2=FORMAT:UTF8,UTF8:地方公共団体情報システム機構
[holder]
otherName.1=1.2.392.200149.8.5.5.1;FORMAT:UTF8,UTF8:試験　太郎
otherName.2=1.2.392.200149.8.5.5.4;FORMAT:UTF8,UTF8:319800217
otherName.3=1.2.392.200149.8.5.5.3;FORMAT:UTF8,UTF8:1
otherName.4=1.2.392.200149.8.5.5.5;FORMAT:UTF8,UTF8:東京都渋谷区１－１
otherName.5=1.2.392.200149.8.5.5.2;FORMAT:UTF8,UTF8:00000
otherName.6=1.2.392.200149.8.5.5.6;FORMAT:UTF8,UTF8:000000000
"""
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def run(program, *words):
    program = os.path.join(BUILD, program) if program.startswith("watashi") else program
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.returncode, done.stdout.decode(errors="replace")


def testcard(*words):
    status, said = run("watashi-testcard", *words)
    if status:
        raise SystemExit(f"not ok watashi-testcard {' '.join(words)}: {said}")
    return said.strip()


def openssl(*words):
    return run("openssl", *words)[1]


def extension(file, name):
    """What an extension holds, as hexadecimal digits."""
    lines = openssl("asn1parse", "-inform", "der", "-in", file).splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(":" + name))
    return next(line for line in lines[at:] if "OCTET STRING" in line).rsplit(":", 1)[1]


def reference():
    """The same two extensions by OpenSSL."""
    with open("reference.cnf", "w", encoding="utf-8") as f:
        f.write(REFERENCE)
    made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "reference.key", "-subj", "/CN=x", "-outform",
               "der", "-out", "reference.cer", "-config", "reference.cnf", "-extensions", "ext", "-utf8", "-section", "ext")
    return made[0] == 0, made[1]


def certificates(card):
    for folder, wanted in (
        ("sign", ("Digital Signature, Non Repudiation", "Policy: 1.2.392.200149.8.5.1.0.20", "L=Tokyo-to,L=Shibuya-ku,CN=",
                  "OU = CRL Distribution Points, OU = Tokyo-to, CN = Shibuya-ku CRLDP", "Key Usage: critical", "Policies: critical",
                  "14:59:59 2031 GMT")),
        ("auth", ("TLS Web Client Authentication", "Policy: 1.2.392.200149.8.5.1.3.30", "OCSP - URI:http://localhost:1/",
                  "OU = CRL Distribution Points, OU = Tokyo-to, CN = Shibuya-ku CRLDP")),
    ):
        file = f"{card}/{folder}.cer"
        said = openssl("verify", "-x509_strict", "-CAfile", f"w/{folder}/2/ca.pem", file)
        ok(f"OpenSSL takes the {folder} certificate strictly", said.endswith("OK\n"), said)
        said = openssl("verify", "-CAfile", f"w/{folder}/1/ca.pem", file)
        ok(f"and by no other generation of {folder}", not said.endswith("OK\n"), said)
        text = openssl("x509", "-inform", "der", "-in", file, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus,esc_ctrl")
        for word in wanted:
            ok(f"the {folder} certificate says {word}", word in text, text)
    text = openssl("x509", "-inform", "der", "-in", f"{card}/auth.cer", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus")
    ok("an authentication certificate's name is that of nobody", re.search(r"C=JP,CN=[A-Z0-9]{14}13113[0-9]{3}[A-Z]\n", text), text)
    text = openssl("asn1parse", "-inform", "der", "-in", f"{card}/sign.cer")
    ok("the country is a PrintableString, the organisation UTF8String",
       "PRINTABLESTRING   :JP" in text and "UTF8STRING        :JPKI-TEST" in text, text)


def japanese(card):
    made, said = reference()
    ok("OpenSSL makes the extensions to compare with", made, said)
    if made:
        for name in ("X509v3 Issuer Alternative Name", "X509v3 Subject Alternative Name"):
            ok(f"byte for byte as OpenSSL encodes them: {name}",
               extension(f"{card}/sign.cer", name) == extension("reference.cer", name), extension(f"{card}/sign.cer", name))


def lists(card):
    testcard("revoke", "w", card, "--purpose", "signature", "--reason", "superseded")
    testcard("crl", "w")
    said = openssl("crl", "-inform", "der", "-in", f"w/{POINT}.crl", "-CAfile", "w/sign/2/ca.pem", "-noout", "-text")
    serial = openssl("x509", "-inform", "der", "-in", f"{card}/sign.cer", "-noout", "-serial").strip().split("=")[1]
    ok("OpenSSL verifies the list", "verify OK" in said, said)
    ok("it has the revoked card, and why", f"Serial Number: {serial}" in said and "Superseded" in said, said)
    testcard("crl", "w", "--entries", "200000", "--out", "large.crl")
    said = openssl("crl", "-inform", "der", "-in", "large.crl", "-CAfile", "w/sign/2/ca.pem", "-noout", "-text")
    serials = re.findall(r"Serial Number: ([0-9A-F]+)", said)
    ok("a list of 200001 verifies, each entry once", "verify OK" in said and len(set(serials)) == len(serials) == 200001, len(serials))
    second = testcard("citizen", "w")
    testcard("crl", "w", "--at", "2026-11-20T00:00:00Z", "--next", "P3650D")
    testcard("revoke", "w", second, "--reason", "certificateHold", "--purpose", "signature", "--at", "2026-11-21T00:00:00Z")
    testcard("crl", "w", "--delta")
    said = openssl("crl", "-inform", "der", "-in", f"w/{POINT}.delta.crl", "-CAfile", "w/sign/2/ca.pem", "-noout", "-text")
    ok("a delta says what it is one to", re.search(r"Delta CRL Indicator: critical\n +3\n", said) and "Certificate Hold" in said, said)
    testcard("revoke", "w", second, "--release", "--purpose", "signature", "--at", "2026-11-22T00:00:00Z")
    testcard("crl", "w", "--delta")
    said = openssl("crl", "-inform", "der", "-in", f"w/{POINT}.delta.crl", "-noout", "-text")
    ok("and what was released is taken from the list", "Remove From CRL" in said, said)
    status, said = run("watashi-testcard", "revoke", "w", second, "--release")
    ok("what is not on hold is not released", status == 1 and "only what is on hold" in said, said)
    testcard("crl", "w", "--authorities")
    said = openssl("crl", "-inform", "der", "-in", "w/crl/sign/authorities.crl", "-CAfile", "w/sign/2/ca.pem", "-noout", "-text")
    ok("the authorities' own list is another, and empty",
       "verify OK" in said and "Only CA Certificates" in said and "No Revoked" in said, said)


def responder(card):
    port = free_port()
    process = subprocess.Popen([os.path.join(BUILD, "watashi-testcard"), "ocsp", "w", "--port", str(port)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ask = ("ocsp", "-issuer", "w/auth/2/ca.pem", "-CAfile", "w/auth/2/ca.pem", "-url", f"http://127.0.0.1:{port}", "-cert")
        run("openssl", "x509", "-inform", "der", "-in", f"{card}/auth.cer", "-out", "auth.pem")
        for _ in range(300):
            said = openssl(*ask, "auth.pem")
            if "auth.pem:" in said:
                break
            time.sleep(0.1)
        ok("a responder of its own says good", "Response verify OK" in said and "auth.pem: good" in said, said)
        testcard("revoke", "w", card, "--purpose", "authentication", "--reason", "cessationOfOperation")
        for _ in range(300):
            said = openssl(*ask, "auth.pem")
            if "auth.pem: revoked" in said:
                break
            time.sleep(0.1)
        ok("and revoked a moment after it is", "Response verify OK" in said and "auth.pem: revoked" in said and
           "cessationOfOperation" in said, said)
        said = openssl(*ask, "w/auth/2/responder.pem")
        ok("and unknown of what nobody issued", "responder.pem: unknown" in said, said)
    finally:
        process.kill()
        process.wait()


def wrongs():
    testcard("wrong", "w", "--all")
    with open("w/wrong/wrong.json", encoding="utf-8") as f:
        kinds = json.load(f)
    ok("each kind is a file", len(kinds) >= 80 and all(os.path.exists(f"w/wrong/{k['file']}") for k in kinds), len(kinds))
    good = [k["kind"] for k in kinds if "refused_by" not in k and not openssl(
        "verify", "-x509_strict", "-CAfile", "w/sign/2/ca.pem", f"w/wrong/{k['file']}").endswith("OK\n")]
    ok("what is only odd, OpenSSL takes too", good in ([], ["extension-unknown"]), good)
    bad = [k["kind"] for k in kinds if k.get("refused_by") == "signature" and openssl(
        "verify", "-CAfile", "w/sign/2/ca.pem", f"w/wrong/{k['file']}").endswith("OK\n")]
    ok("no signature that is wrong is one to OpenSSL, unless its digest is", not set(bad) - {"signature-sha1", "signature-md5"}, bad)


def explained(files, *words):
    """What `watashictl jpki verify` says: by file, the first step that is refuted, "" for none."""
    done = subprocess.run([os.path.join(BUILD, "watashictl"), "jpki", "verify", *files, "--test", "--json", *words], capture_output=True, text=True)
    try:
        explained = json.loads(done.stdout)["files"]
    except ValueError:
        return {"": done.stderr}
    return {os.path.basename(f["file"]): next((s["step"] for s in f["steps"] if s["outcome"] == "refuted"), "") for f in explained}


# Of a certificate alone that is all there is to go by, so what lies about its purpose is taken by its word.
UNASKED = {"policy-other-purpose": "issuer"}
# What is nothing is no certificate yet.
AS_FILE = {"empty": "document"}


def wrongs_explained():
    with open("w/wrong/wrong.json", encoding="utf-8") as f:
        kinds = json.load(f)
    os.mkdir("anchors")
    for ca in ("sign/1", "sign/2", "auth/1", "auth/2"):
        shutil.copy(f"w/{ca}/ca.cer", f"anchors/{ca.replace('/', '-')}.cer")
    expected = {k["kind"]: k.get("refused_by", "") for k in kinds} | AS_FILE
    for purpose in ("signature", "authentication", None):
        some = [k for k in kinds if purpose in (None, k["purpose"])]
        found = explained([f"w/wrong/{k['file']}" for k in some], "--anchors", "anchors", *(("--purpose", purpose) if purpose else ()))
        wanted = expected if purpose else expected | UNASKED
        wrong = {k["kind"]: found.get(k["file"], found.get("", "not told")) for k in some if found.get(k["file"]) != wanted[k["kind"]]}
        ok(f"jpki verify names the step that refuses each kind{', asked for ' + purpose if purpose else ''}", not wrong, wrong)
    listed = dict(line.split(None, 2)[:2] for line in testcard("wrong", "--list").splitlines())
    told = {k["kind"]: k.get("refused_by", "-") for k in kinds}
    ok("the list of kinds tells it, too", listed == told, set(listed.items()) ^ set(told.items()))
    found = explained(["w/wrong/expired.cer"], "--anchors", "w")
    ok("a directory without authorities is told", "no certificate of a JPKI authority in this directory" in found.get("", ""), found)


def never_production():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "real.key", "-out", "real.cer", "-outform", "der", "-subj",
        "/C=JP/O=JPKI/OU=JPKI for digital signature/OU=Japan Agency for Local Authority Information Systems", "-utf8")
    testcard("init", "x", "--generations", "1")
    shutil.copy("real.cer", "x/sign/1/ca.cer")
    shutil.copy("real.key", "x/sign/1/ca.key")
    for words in (("citizen", "x"), ("crl", "x"), ("ocsp", "x", "--purpose", "signature", "--port", "1")):
        status, said = run("watashi-testcard", *words)
        ok(f"nothing is made in the name of O=JPKI: {words[0]}", status == 1 and "no authority of O=JPKI-TEST" in said, said)
    found = [f for f in ("w/sign/1", "w/sign/2", "w/auth/1", "w/auth/2")
             if re.search(r"O=JPKI(,|$)", openssl("x509", "-in", f + "/ca.pem", "-noout", "-issuer", "-nameopt", "sep_comma_plus"))]
    ok("all authorities say JPKI-TEST", not found, found)


def misuse():
    for words, part in (
        (("citizen", "w", "--born", "1980/02/17"), "--born: expected YYYY-MM-DD"),
        (("citizen", "w", "--municipality", "../.."), "--municipality: expected"),
        (("citizen", "w", "--card", "../x"), "--card: expected a file name"),
        (("citizen", "w", "--person", "a/b"), "--person: expected"),
        (("citizen", "w", "--medium", "phone"), "not published"),
        (("citizen", "w", "--signature-pin", "abc"), "capital letters"),
        (("citizen", "w", "--other", "1.2.3=x"), "--other: expected OID=TEXT"),
        (("citizen", "nowhere"), "nowhere"),
        (("init", "w"), "there is something in it"),
        (("crl", "w", "--next", "tomorrow"), "--next: expected a duration"),
        (("crl", "w", "--delta", "--municipality", "Kanagawa-ken/Yokohama-shi"), "no complete list"),
        (("revoke", "w", "w"), "no certificate in it"),
        (("revoke", "w", "w", "--reason", "boredom"), "--reason"),
        (("wrong", "w", "nothing-of-the-kind"), "there is no kind"),
        (("play", "nowhere"), "nowhere/card.json"),
        (("fly",), "unknown command"),
    ):
        status, said = run("watashi-testcard", *words)
        ok(f"it says what is wrong: {' '.join(words)}", status in (1, 2) and part in said, said)


def main():
    home = tempfile.mkdtemp(prefix="watashi-testcard-")
    os.chdir(home)
    try:
        testcard("init", "w", "--ocsp-url", "http://localhost:1/")
        card = testcard("citizen", "w", "--from", "2026-11-01T00:00:00Z")
        certificates(card)
        japanese(card)
        lists(card)
        responder(card)
        wrongs()
        wrongs_explained()
        never_production()
        misuse()
    finally:
        os.chdir("/")
        shutil.rmtree(home, ignore_errors=True)


BUILD = os.path.abspath(BUILD)
main()
sys.exit(1 if failed else 0)
