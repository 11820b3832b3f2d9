#!/usr/bin/env python3
"""tests/tools/test_linker.py - tools/demo-linker over the books of a test world: one person's certificates are told to who has the token,
and nobody else's; what was revoked is not linked, but was somebody's.

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from ports import free_port  # noqa: E402

BUILD = os.environ.get("top_builddir") or os.environ["WATASHI_BUILD"]
LINKER = os.path.join(HERE, "../../tools/demo-linker")
SCHEMA = os.path.join(HERE, "../../schemas/jpki-linkage.schema.json")
FOLDERS = {"signature": "sign", "authentication": "auth"}
POLICIES = ("--signature-policy", "2.999.1", "--authentication-policy", "2.999.2")
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def testcard(*words):
    return subprocess.run([os.path.join(BUILD, "watashi-testcard"), *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Card:
    """Its certificates by number, as OpenSSL reads them."""

    def __init__(self, world, name, *words):
        self.folder = testcard("citizen", world, "--card", name, *words)
        self.medium = "phone" if "phone" in words else "card"
        self.numbers = {purpose: self.number(folder) for purpose, folder in FOLDERS.items()
                        if os.path.exists(os.path.join(self.folder, f"{folder}.cer"))}

    def number(self, folder):
        text = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", f"{self.folder}/{folder}.cer", "-noout", "-serial", "-ext",
                               "authorityKeyIdentifier"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return {"issuer_key_id": re.search(r"keyid:([0-9A-F:]+)", text).group(1).replace(":", "").lower(),
                "serial": re.search(r"serial=([0-9A-F]+)", text).group(1).lower()}

    def question(self, purpose, wanted, medium="card"):
        return {**self.numbers[purpose], "purpose": purpose, "medium": self.medium, "wanted": {"purpose": wanted, "medium": medium}}


class Linker:
    def __init__(self, home, world):
        self.port = free_port()
        token = os.path.join(home, "token")
        with open(token, "w", encoding="utf-8") as f:
            f.write("secret-1\n")
        self.process = subprocess.Popen([LINKER, str(self.port), world, token])
        until = time.monotonic() + 20
        while True:
            try:
                return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20).connect()
            except ConnectionRefusedError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def ask(self, value, token="secret-1", path="/v1/jpki/linkage"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", path, value if isinstance(value, str) else json.dumps(value), {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def tells(linker, title, question, linked, complete=True):
    status, told = linker.ask(question)
    ok(title, status == 200 and told["linked"] == linked and told.get("complete", False) == complete, (status, told, linked))
    return told


def people(linker, world):
    hanako, taro, child = Card(world, "hanako"), Card(world, "taro"), Card(world, "child", "--no-signature")
    tells(linker, "a card's certificate for logging in corresponds to that for signing", hanako.question("authentication", "signature"),
          [hanako.numbers["signature"]])
    tells(linker, "and the other way", taro.question("signature", "authentication"), [taro.numbers["authentication"]])
    tells(linker, "a child's card has none to sign with", child.question("authentication", "signature"), [])
    tells(linker, "nobody has a phone's that was never issued", hanako.question("signature", "signature", "phone"), [])
    phone = Card(world, "phone", "--person", "hanako", "--medium", "phone", *POLICIES)
    tells(linker, "a phone's certificates are of who they were issued to, from then on", hanako.question("signature", "signature", "phone"),
          [phone.numbers["signature"]])
    tells(linker, "and lead to the card's", phone.question("authentication", "authentication"), [hanako.numbers["authentication"]])
    tells(linker, "a phone's and the card's of the other purpose are linked by nobody", phone.question("authentication", "signature"), [], False)
    return hanako, taro


def renewed(linker, world, hanako):
    new = Card(world, "hanako-2", "--person", "hanako")
    testcard("revoke", world, hanako.folder, "--reason", "superseded")
    tells(linker, "what took another's place leads to what it was", new.question("signature", "signature"), [hanako.numbers["signature"]])
    tells(linker, "of what is linked by law only that in force is told, and that there was more", new.question("authentication", "signature"),
          [new.numbers["signature"]], False)
    tells(linker, "what is revoked is linked with nothing", hanako.question("authentication", "signature"), [], False)
    testcard("revoke", world, new.folder, "--purpose", "signature", "--reason", "certificateHold")
    tells(linker, "what is on hold is not told", new.question("authentication", "signature"), [], False)
    testcard("revoke", world, new.folder, "--purpose", "signature", "--release")
    tells(linker, "and is, once released", new.question("authentication", "signature"), [new.numbers["signature"]], False)
    old = Card(world, "old", "--from", "2020-01-01T00:00:00Z", "--until", "2024-01-01T00:00:00Z")
    tells(linker, "what has expired is linked with nothing", old.question("authentication", "signature"), [], False)


def earlier_books(linker, world):
    """Of a world made before its books told whose a card is, each card is somebody's own."""
    card = Card(world, "before")
    for folder in FOLDERS.values():
        path = os.path.join(world, folder, "2/index.txt")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("/C=JP/O=before/OU=card/CN=before", "/C=JP/CN=before"))
    tells(linker, "a card of books that name no persons is its holder's own", card.question("authentication", "signature"),
          [card.numbers["signature"]])


def refusals(linker, card):
    question = card.question("authentication", "signature")
    tells(linker, "a number of nobody's is nobody's", {**question, "serial": "01"}, [], False)
    tells(linker, "nor is another authority's", {**question, "issuer_key_id": "00" * 20}, [], False)
    for title, value, more, expected in (
            ("without the token nothing is told", question, {"token": "secret-2"}, 401),
            ("elsewhere nothing is", question, {"path": "/"}, 404),
            ("what is no JSON is no question", "{", {}, 400),
            ("nor is a list", [question], {}, 400),
            ("nor one that says more", {**question, "name": "hanako"}, {}, 400),
            ("nor one that does not say what is wanted", {**question, "wanted": None}, {}, 400),
            ("nor one in numbers", {**question, "serial": 1}, {}, 400),
            ("nor is a book", json.dumps({**question, "serial": "0" * 8192}), {}, 413)):
        status, told = linker.ask(value, **more)
        ok(title, (status, told) == (expected, None), (status, told))


def by_schema(linker, card):
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("skip question and answer are as the schema says: python3-jsonschema is not installed")
        return
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    question = card.question("authentication", "signature")
    wrong = [error.message for of, value in (("question", question), ("answer", linker.ask(question)[1]))
             for error in Draft202012Validator({**schema, "$ref": f"#/$defs/{of}"}).iter_errors(value)]
    ok("question and answer are as the schema says", wrong == [], wrong)


def main():
    home = tempfile.mkdtemp(prefix="watashi-linker-")
    world, linker = os.path.join(home, "world"), None
    try:
        testcard("init", world)
        linker = Linker(home, world)
        hanako, taro = people(linker, world)
        refusals(linker, taro)
        by_schema(linker, taro)
        renewed(linker, world, hanako)
        earlier_books(linker, world)
        said = subprocess.run(["openssl", "ocsp", "-index", f"{world}/sign/2/index.txt", "-CA", f"{world}/sign/2/ca.pem", "-rsigner",
                               f"{world}/sign/2/responder.pem", "-rkey", f"{world}/sign/2/responder.key", "-issuer", f"{world}/sign/2/ca.pem",
                               "-serial", "0x" + taro.numbers["signature"]["serial"], "-resp_text"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        ok("OpenSSL's responder reads the books, though a person has several cards", "Cert Status: good" in said, said)
    finally:
        if linker:
            linker.stop()
        shutil.rmtree(home, ignore_errors=True)


main()
sys.exit(1 if failed else 0)
