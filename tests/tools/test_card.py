#!/usr/bin/env python3
"""tests/tools/test_card.py - the card's client with a SoftHSM2 token in the card's place: no reader is needed. (With OpenSC and
a software card: tests/e2e/card.py.)

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

BUILD = os.path.abspath(os.environ.get("top_builddir") or os.environ["WATASHI_BUILD"])
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def run(program, *words, stdin="", **more):
    program = os.path.join(BUILD, program) if program.startswith("watashi") else program
    return subprocess.run([program, *words], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, **more)


def need(*command):
    done = run(*command)
    if done.returncode:
        raise SystemExit(f"not ok {' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def token(module):
    """A token "card" with the key and the certificate of a citizen, PIN 567890."""
    with open("softhsm2.conf", "w") as f:
        f.write(f"directories.tokendir = {os.getcwd()}/tokens\nobjectstore.backend = file\n")
    os.mkdir("tokens")
    os.environ["SOFTHSM2_CONF"] = os.path.abspath("softhsm2.conf")
    card = need("watashi-testcard", "citizen", "world")
    need("softhsm2-util", "--init-token", "--free", "--label", "card", "--so-pin", "12345678", "--pin", "567890")
    need("softhsm2-util", "--import", f"{card}/sign.key", "--token", "card", "--label", "key", "--id", "01", "--pin", "567890")
    need("pkcs11-tool", "--module", module, "--login", "--pin", "567890", "--token-label", "card", "--write-object", f"{card}/sign.cer",
         "--type", "cert", "--id", "01", "--label", "certificate")


def signing(module):
    def sign(pin, *words):
        return run("watashi-card", "sign", "--module", module, "--purpose", "signature", "--pin-fd", "0", "--lang", "en",
                   "--text", "hello", *words, stdin=pin + "\n")

    listed = run("watashi-card", "list", "--module", module, "--lang", "en")
    ok("a token is listed with its certificate", listed.returncode == 0 and "signature: CN=" in listed.stdout, listed)
    done = sign("567890", "--out", "signature", "--certificate", "certificate")
    ok("it signs", done.returncode == 0 and os.path.getsize("signature") == 256, done.stderr)
    with open("key.pem", "w") as f:
        f.write(need("openssl", "x509", "-inform", "der", "-in", "certificate", "-noout", "-pubkey") + "\n")
    with open("text", "w") as f:
        f.write("hello")
    done = run("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text")
    ok("and OpenSSL takes it", done.returncode == 0, done.stdout)
    done = sign("567890", "--out", "signature")
    ok("a file that is there stays", done.returncode == 1 and "signature" in done.stderr, done.stderr)
    done = sign("999999")
    ok("a wrong PIN is said", done.returncode == 1 and "The PIN is wrong" in done.stderr and not done.stdout, done.stderr)
    done = sign("12")
    ok("one too short never goes there", done.returncode == 1 and "was not asked" in done.stderr, done.stderr)
    done = sign("567890", "--token-label", "other")
    ok("a token of another name is none", done.returncode == 1 and "none is for signature" in done.stderr, done.stderr)
    done = run("watashi-card", "sign", "--module", module, "--purpose", "authentication", "--text", "x", "--pin-fd", "0", stdin="1\n")
    ok("its certificate is for nothing else", done.returncode == 1 and "none is for authentication" in done.stderr, done.stderr)
    done = run("watashi-card", "sign", "--module", module, "--purpose", "signature", "--text", "x", start_new_session=True)
    ok("without a terminal one is told how", done.returncode == 1 and "--pin-fd" in done.stderr, done.stderr)
    done = run("watashi-card", "list", "--module", module, env={**os.environ, "LANG": "ja_JP.UTF-8", "LC_ALL": ""})
    ok("in Japanese where that is spoken", "暗証番号" in done.stdout and "署名用" in done.stdout, done.stdout)


CURVES = (("P-256", "prime256v1", "ES256", "-sha256", 64), ("P-384", "secp384r1", "ES384", "-sha384", 96))


def curve_token(module, name, group):
    """A token of that name with an EC key and a certificate for signatures."""
    need("softhsm2-util", "--init-token", "--free", "--label", name, "--so-pin", "12345678", "--pin", "567890")
    need("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{group}", "-nodes", "-keyout", f"{name}.key", "-out",
         f"{name}.cer", "-outform", "der", "-subj", f"/CN={name}", "-days", "2", "-addext", "keyUsage=critical,nonRepudiation",
         "-addext", "basicConstraints=critical,CA:FALSE")
    need("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.key", "-out", f"{name}.p8")
    need("softhsm2-util", "--import", f"{name}.p8", "--token", name, "--label", "key", "--id", "01", "--pin", "567890")
    need("pkcs11-tool", "--module", module, "--login", "--pin", "567890", "--token-label", name, "--write-object", f"{name}.cer",
         "--type", "cert", "--id", "01", "--label", "certificate")


def signing_by_curves(module):
    for name, group, algorithm, digest, _ in CURVES:
        curve_token(module, name, group)
        need("openssl", "pkey", "-in", f"{name}.key", "-pubout", "-out", f"{name}.pub")
        # A number that begins with zeros comes once in 128 signatures.
        for i in range(4):
            done = run("watashi-card", "sign", "--module", module, "--purpose", "signature", "--pin-fd", "0", "--lang", "en", "--token-label",
                       name, "--text", "hello", "--out", f"{name}.sig{i}", stdin="567890\n")
            ok(f"a key on {name} signs", done.returncode == 0 and f"Signed with {algorithm}." in done.stderr, done.stderr)
            done = run("openssl", "dgst", digest, "-verify", f"{name}.pub", "-signature", f"{name}.sig{i}", "text")
            ok("and OpenSSL takes it", done.returncode == 0, done.stdout)
    # A key whose certificate is another's.
    curve_token(module, "other", "prime256v1")
    need("pkcs11-tool", "--module", module, "--login", "--pin", "567890", "--token-label", "other", "--delete-object", "--type", "cert", "--id", "01")
    need("pkcs11-tool", "--module", module, "--login", "--pin", "567890", "--token-label", "other", "--write-object", "P-256.cer", "--type",
         "cert", "--id", "01", "--label", "certificate")
    done = run("watashi-card", "sign", "--module", module, "--purpose", "signature", "--pin-fd", "0", "--lang", "en", "--token-label", "other",
               "--text", "hello", stdin="567890\n")
    ok("a signature that is not by the certificate's key is not handed out",
       done.returncode == 1 and "no signature by its certificate's key" in done.stderr and not done.stdout, done)
    curve_token(module, "P-521", "secp521r1")
    done = run("watashi-card", "sign", "--module", module, "--purpose", "signature", "--pin-fd", "0", "--lang", "en", "--token-label", "P-521",
               "--text", "hello", stdin="567890\n")
    ok("a key on another curve is told", done.returncode == 1 and "expected RSA, or EC on P-256 or P-384" in done.stderr, done)


class Service(http.server.BaseHTTPRequestHandler):
    """Answers with `challenge`, and any proof with `outcome`."""
    status, challenge, outcome, posted, asked, bearer = 201, {}, {}, {}, None, None

    def do_POST(self):
        Service.posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Service.bearer = self.headers["Authorization"]
        body = json.dumps(self.outcome if self.path.endswith("/proof") or self.path.startswith("/v1/card/") else self.challenge, ensure_ascii=False).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        Service.asked = self.path
        body = json.dumps(self.challenge, ensure_ascii=False).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


EVIL = "\x1b[2J\u0085\u202e"


def proving(module):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def prove(text, *words, label="card", **outcome):
        Service.challenge = {"id": "0" * 32, "purpose": "signature", "expires_at": "2026-11-22T12:00:00Z", "text": text}
        Service.outcome = {"outcome": "refuted", **outcome}
        return run("watashi-card", "prove", f"http://127.0.0.1:{server.server_address[1]}/", "--purpose", "signature", "--pin-fd", "0",
                   "--lang", "en", "--token-label", label, *(("--module", module) if module else ("--module", "/nowhere.so")), *words, stdin="567890\n")

    Service.status = 403
    Service.challenge = {}
    done = run("watashi-card", "prove", f"http://127.0.0.1:{server.server_address[1]}/", "--purpose", "signature")
    ok("a refusal is told", "status 403" in done.stderr, done)
    Service.challenge = {"title": f"no{EVIL}"}
    done = run("watashi-card", "prove", f"http://127.0.0.1:{server.server_address[1]}/", "--purpose", "signature")
    ok("and its words command no terminal", "403: no\ufffd[2J\ufffd\ufffd" in done.stderr and not set(EVIL[:1] + EVIL[4:]) & set(done.stderr), done)
    Service.status = 201
    for size, shown in ((16384, True), (16385, False)):
        done = prove("a" * size)
        ok(f"a text of {size} bytes is {'shown' if shown else 'refused'}", ("a" * size in done.stderr) == shown, done.stderr[-200:])
    continuing(prove)
    if module:
        for said, told in (("same", "is the same person's"), ("other", "is not the same person's"), ("unknown", "could not be found out"),
                           ("unavailable", "could not be found out")):
            done = prove("a", continuity=said)
            ok(f"that it is {said} is told", done.stdout.count("earlier one") == 1 and told in done.stdout, done)
        done = prove("a")
        ok("and nothing where it was not asked", "earlier one" not in done.stdout, done)
        done = prove("a", failed={"step": f"key{EVIL}", "text": f"wrong{EVIL}"}, attributes={f"n{EVIL}": f"v{EVIL}", "age_over": {f"x{EVIL}": True}})
        ok("an outcome is told", done.stdout.count("\ufffd") == 15 and "wrong" in done.stdout, done)
        ok("nor do its words", not set(EVIL[:1] + EVIL[4:]) & set(done.stdout), done)
        ok("RSA's signature is posted as such", Service.posted["algorithm"] == "RS256", Service.posted)
        for name, group, algorithm, _, size in CURVES:
            prove("a", label=name)
            raw = base64.b64decode(Service.posted["signature"])
            ok(f"ECDSA's is posted as r || s: {name}", (Service.posted["algorithm"], len(raw)) == (algorithm, size), Service.posted)
    server.shutdown()


CODE = "abcdefghijklmnopqrstuvwxyz"


def answering(module):
    """A page shows a link; the card signs for it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"

    def answer(*words, outcome="established", failed=None, purpose="signature", text="署名します。\n"):
        Service.status, Service.posted, Service.bearer = 200, None, None
        Service.challenge = {"text": text, "purpose": purpose, "until": "2026-11-22T12:00:00Z", "asker": "https://watashi.example/account",
                             "asker_name": {"ja": "わたし", "en": "Watashi"}}
        Service.outcome = {"outcome": outcome, "failed": failed}
        return run("watashi-card", "answer", f"{base}/card/#{CODE}", "--pin-fd", "0", "--lang", "en", "--token-label", "card",
                   *(("--module", module) if module else ("--module", "/nowhere.so")), *words, stdin="567890\n")

    for name, link in (("no code", f"{base}/card/"), ("a code too short", f"{base}/card/#abc"), ("a code of other letters", f"{base}/card/#{'1' * 26}"),
                       ("another page", f"{base}/app/#{CODE}"), ("only a code", CODE)):
        Service.asked = None
        done = run("watashi-card", "answer", link, "--lang", "en")
        ok(f"{name} is no link of a card's", done.returncode == 1 and "expected the link" in done.stderr and Service.asked is None, done)
    done = answer(purpose="love")
    ok("what is to be signed has a purpose", done.returncode == 1 and "/purpose" in done.stderr and Service.posted is None, done)
    done = answer(text=f"pay{EVIL}")
    ok("nothing unseen is signed", done.returncode == 1 and "characters nobody can see" in done.stderr and Service.posted is None, done)
    if module:
        done = answer()
        ok("it is shown, signed and posted", done.returncode == 0 and "署名します。" in done.stderr and Service.asked == f"/v1/card/{CODE}"
           and set(Service.posted) == {"algorithm", "certificate", "signature"}, done)
        ok("where it goes is said", f"Sent to: {base}/" in done.stderr, done.stderr)
        ok("the person goes back to the page", "Go back to the page" in done.stdout, done.stdout)
        ok("a person's own computer says nothing of itself", Service.bearer is None, Service.bearer)
        with open("terminal", "w") as f:
            f.write("wt_terminal\n")
        answer("--terminal-token-file", "terminal")
        ok("a terminal says which it is", Service.bearer == "Bearer wt_terminal", Service.bearer)
        done = answer(outcome="refuted", failed={"step": "revocation", "why": {"ja": "失効", "en": f"revoked{EVIL}"}})
        ok("what does not count says why", done.returncode == 1 and "does not count" in done.stdout and "revoked\ufffd" in done.stdout, done)
        done = answer(purpose="authentication")
        ok("the certificate is the one asked for", done.returncode == 1 and "0 certificates for authentication" in done.stderr and Service.posted is None, done)
    server.shutdown()


def continuing(prove):
    told = {"outcome": "established", "handle": "0123456789abcdef" * 2, "purpose": "authentication", "medium": "card", "salt": "00"}
    for text, part in ((json.dumps({**told, "handle": "1234"}), "/handle: expected a text of 32 to 32 bytes"),
                       (json.dumps({"outcome": "refuted"}), "/handle"), ("{", "earlier.json"), (" " * (256 << 10) + "{}", "earlier.json")):
        with open("earlier.json", "w") as f:
            f.write(text)
        Service.posted = None
        done = prove("a", "--continues", "earlier.json")
        ok(f"{text.strip()[:40]} is nothing to continue", done.returncode == 1 and part in done.stderr and Service.posted is None, done)
    with open("earlier.json", "w") as f:
        json.dump(told, f)
    prove("a" * 16385, "--continues", "earlier.json")
    ok("an earlier answer is continued", Service.posted == {
        "purpose": "signature", "continues": {key: told[key] for key in ("handle", "purpose", "medium")}}, Service.posted)
    prove("a" * 16385)
    ok("and none unless one says so", Service.posted == {"purpose": "signature"}, Service.posted)


def mistakes():
    for words, status, part in (
        (("sign", "--purpose", "signature"), 2, "expected --challenge or --text"),
        (("sign", "--challenge", "x", "--text", "x", "--purpose", "signature"), 2, "expected --challenge or --text"),
        (("sign", "--challenge", "letter.tx", "--purpose", "signature"), 1, "letter.tx"),
        (("sign", "--text", "x"), 2, "--purpose: expected"),
        (("sign", "--text", "x", "--purpose", "love"), 2, "--purpose: expected"),
        (("sign", "--challenge", "http://192.0.2.1/x", "--purpose", "signature"), 1, "expected https"),
        (("prove", "http://watashi.example/", "--purpose", "signature"), 1, "expected https"),
        (("prove", "http://localhost.evil.example/", "--purpose", "signature"), 1, "expected https"),
        (("prove", "http://localhost:x@127.0.0.2:1/", "--purpose", "signature"), 1, "nothing before its host"),
        (("prove", "http://localhost@127.0.0.1:1/", "--purpose", "signature"), 1, "nothing before its host"),
        (("prove", "https://me:secret@localhost:1/", "--purpose", "signature"), 1, "nothing before its host"),
        (("prove", "http://127.0.0.2:1/", "--purpose", "signature"), 1, "expected https"),
        (("prove", "ftp://localhost/", "--purpose", "signature"), 1, "expected https"),
        (("prove", "https://localhost:1/", "--purpose", "signature"), 1, "localhost:1"),
        (("prove", "HTTP://LOCALHOST:1/", "--purpose", "signature"), 1, "onnect"),
        (("prove", "https://localhost:1/", "--purpose", "signature", "--token-file", "nowhere"), 1, "nowhere"),
        (("prove", "https://localhost:1/", "--purpose", "signature", "--continues", "nowhere"), 1, "nowhere"),
        (("answer", f"http://watashi.example/card/#{'a' * 26}"), 1, "expected https"),
        (("answer",), 2, "answer LINK"),
        (("list", "--module", "/nowhere.so"), 1, "cannot be loaded"),
        (("list", "--lang", "fr"), 2, "--lang: expected ja or en"),
        (("dance",), 2, "unknown command"),
    ):
        done = run("watashi-card", *words)
        ok(f"it says what is wrong: {' '.join(words)}", done.returncode == status and part in done.stderr, done)


def main():
    module = next((m for m in MODULES if os.path.exists(m)), None)
    home = tempfile.mkdtemp(prefix="watashi-card-")
    os.chdir(home)
    try:
        mistakes()
        if not module or not shutil.which("softhsm2-util") or not shutil.which("pkcs11-tool"):
            proving(None)
            answering(None)
            print("skip signing with a token: no SoftHSM2 or no pkcs11-tool (Debian: softhsm2, opensc)")
            return
        need("watashi-testcard", "init", "world", "--generations", "1")
        token(module)
        signing(module)
        signing_by_curves(module)
        proving(module)
        answering(module)
    finally:
        os.chdir("/")
        shutil.rmtree(home, ignore_errors=True)


main()
sys.exit(1 if failed else 0)
