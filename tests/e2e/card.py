#!/usr/bin/env python3
"""tests/e2e/card.py - a My Number card in software, from its PIN to what a verifier says: pcscd with vsmartcard's virtual
reader, OpenSC's JPKI driver, watashi-testcard as the card, watashi-card as the person's client.

    tools/check runs it; by hand, as root: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon, free_port  # noqa: E402
from ocsp import await_revoked  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
SOCKET = "/run/pcscd/pcscd.comm"  # pcscd's own; only its clients let themselves be told another
MEMBER = {
    "id": "clinic", "kind": "business", "name": {"ja": "診療所", "en": "Clinic"},
    "contacts": [{"type": "technical", "email": "desk@clinic.example"}, {"type": "security", "email": "csirt@clinic.example"}],
    "entities": [{
        "entity_id": "https://clinic.example/", "roles": ["rp"],
        "attributes": [{"name": name, "purpose": {"ja": "診察券の発行", "en": "to issue a patient's card"}}
                       for name in ("name", "birthdate", "gender", "address")],
    }],
    "jpki": {"accreditations": [{
        "name": "試験のための認定", "basis": "accredited", "uses": ["signature", "authentication"],
        "from": time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 90 * 86400)),
        "until": time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 90 * 86400)),
        "notified": time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 80 * 86400)),
    }]},
}
TEXT = "watashi: 試験 2026\nこの内容に署名します。"
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:800]}", flush=True)


def run(program, *words, stdin=None, timeout=60):
    program = os.path.join(BUILD, program) if program.startswith("watashi") else program
    return subprocess.run([program, *words], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout)


def need(*command):
    done = run(*command)
    if done.returncode:
        raise SystemExit(f"not ok {' '.join(command)}: {done.stderr}")
    return done.stdout.strip()


def why_not():
    """Why no reader can run here; None: it can."""
    if not shutil.which("pcscd") or not os.path.exists(DRIVER):
        return "no pcscd or no virtual reader (Debian: pcscd, vsmartcard-vpcd)"
    if not shutil.which("pkcs11-tool"):
        return "no OpenSC (Debian: opensc)"
    if os.path.exists(SOCKET):
        return f"another pcscd runs here ({SOCKET})"
    if os.geteuid() != 0 and not os.access("/run/pcscd", os.W_OK):
        return "pcscd needs root"
    return None


class Reader:
    """pcscd in the foreground with one virtual reader, and the card that is in it."""

    def __init__(self, home):
        self.port, self.card = free_port(), None
        folder = os.path.join(home, "readers")
        os.mkdir(folder)
        with open(os.path.join(folder, "vpcd"), "w") as f:
            f.write(f'FRIENDLYNAME "Watashi"\nDEVICENAME /dev/null:{self.port:#x}\nLIBPATH {DRIVER}\nCHANNELID {self.port:#x}\n')
        self.log = open(os.path.join(home, "pcscd.log"), "w")
        self.daemon = subprocess.Popen(["pcscd", "-f", "-c", folder], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def insert(self, card):
        self.card = subprocess.Popen([os.path.join(BUILD, "watashi-testcard"), "play", card, "--port", str(self.port)],
                                     stdin=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if run("watashi-card", "list").returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit("not ok a card is put into the reader: nobody sees it")

    def take_out(self):
        if self.card:
            self.card.kill()
            self.card.wait()
            self.card = None
            until = time.monotonic() + 30
            while run("watashi-card", "list").returncode == 0 and time.monotonic() < until:
                time.sleep(0.1)

    def stop(self):
        self.take_out()
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(20)
        self.log.close()


def left(card, purpose):
    with open(os.path.join(card, "card.json")) as f:
        return json.load(f)["pins"][purpose]["left"]


def sign(home, purpose, pin, text=TEXT):
    for name in ("certificate", "signature"):
        if os.path.exists(os.path.join(home, name)):
            os.unlink(os.path.join(home, name))
    return run("watashi-card", "sign", "--text", text, "--purpose", purpose, "--pin-fd", "0", "--lang", "en",
               "--certificate", os.path.join(home, "certificate"), "--out", os.path.join(home, "signature"), stdin=pin + "\n")


def verified(home, authority):
    """Whether the signature is the certificate's over TEXT, and the certificate the authority's."""
    path = lambda name: os.path.join(home, name)  # noqa: E731
    with open(path("text"), "w") as f:
        f.write(TEXT)
    with open(path("key"), "w") as f:
        f.write(need("openssl", "x509", "-inform", "der", "-in", path("certificate"), "-noout", "-pubkey") + "\n")
    done = [run("openssl", "dgst", "-sha256", "-verify", path("key"), "-signature", path("signature"), path("text")),
            run("openssl", "verify", "-x509_strict", "-CAfile", authority, path("certificate"))]
    return all(d.returncode == 0 for d in done), [d.stdout + d.stderr for d in done]


def at_terminal(command, pin):
    """Runs it with a terminal of its own, types the PIN when it is asked for; what the terminal showed, and how it ended."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    shown, typed, until = b"", False, time.monotonic() + 30
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        if not typed and b"PIN of" in shown:
            # What is typed before the terminal stops showing it is thrown away.
            while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < until:
                time.sleep(0.02)
            os.write(terminal, pin.encode() + b"\n")
            typed = True
    return shown.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def listing():
    shown = run("watashi-card", "list", "--lang", "en").stdout
    ok("both of the card's PINs are listed, all tries left",
       "JPKI (User Authentication PIN)" in shown and "JPKI (Digital Signature PIN)" in shown and
       shown.count("all tries are left") == 2, shown)
    ok("the authentication certificate is shown, the other only after its PIN",
       "authentication: CN=" in shown and "signature: CN=" not in shown, shown)


def signing(world, home, card):
    for purpose, pin, folder in (("authentication", "1234", "auth"), ("signature", "ABC123", "sign")):
        done = sign(home, purpose, pin)
        good, found = verified(home, f"{world}/{folder}/2/ca.pem") if done.returncode == 0 else (False, done.stderr)
        ok(f"the {purpose} certificate signs, and OpenSSL takes both", good, found)
        ok(f"what is signed for {purpose} is shown first", TEXT in done.stderr, done.stderr)
    ok("letters of the PIN may be small", sign(home, "signature", "abc123").returncode == 0)
    found = sign(home, "signature", "ABC123", "zero\u200bwidth").stderr
    ok("what cannot be seen is said so", "cannot be shown" in found, found)


def wrong_pins(home, card, reader):
    done = sign(home, "authentication", "4321")
    ok("a wrong PIN signs nothing and is said", done.returncode == 1 and "PIN is wrong" in done.stderr, done.stderr)
    ok("the card counts it", left(card, "authentication") == 2, left(card, "authentication"))
    done = sign(home, "authentication", "432100")
    ok("a PIN of the wrong length costs no try", done.returncode == 1 and left(card, "authentication") == 2, done.stderr)
    done = sign(home, "authentication", "4321")
    ok("before the last try one is told", "One try is left" in done.stderr and left(card, "authentication") == 1, done.stderr)
    reader.take_out()
    reader.insert(card)
    ok("a card taken out and put in again has not forgotten", left(card, "authentication") == 1 and
       "one try is left" in run("watashi-card", "list", "--lang", "en").stdout)
    ok("the right PIN gives all tries again", sign(home, "authentication", "1234").returncode == 0 and
       left(card, "authentication") == 3, left(card, "authentication"))
    for _ in range(3):
        done = sign(home, "authentication", "4321")
    ok("three wrong ones lock it", "locked" in done.stderr and left(card, "authentication") == 0, done.stderr)
    done = sign(home, "authentication", "1234")
    ok("then the right one does not open it", done.returncode == 1 and "locked" in done.stderr, done.stderr)
    ok("the other PIN is untouched", left(card, "signature") == 5 and sign(home, "signature", "ABC123").returncode == 0)
    need("watashi-testcard", "unblock", card)
    reader.take_out()
    reader.insert(card)
    ok("unblocked, it signs again", sign(home, "authentication", "1234").returncode == 0)


def terminal():
    command = [os.path.join(BUILD, "watashi-card"), "sign", "--text", "text", "--purpose", "signature", "--lang", "en"]
    shown, status = at_terminal(command, "ABC123")
    ok("the PIN is asked for at the terminal", status == 0 and "PIN of the signature certificate" in shown, (status, shown))
    ok("and not shown there", "ABC123" not in shown, shown)


def without_pin():
    done = run("pkcs11-tool", "--list-objects", "--type", "cert")
    ok("without a PIN nobody reads the holder's attributes", "Digital Signature Certificate CA" in done.stdout and
       "Tokyo-to" not in done.stdout, done.stdout)


class Service:
    """A watashid that believes the world's authorities; of signature certificates it has lists, of others it asks a responder."""

    def __init__(self, home, world):
        self.world, self.watched = world, os.path.join(home, "watched")
        os.mkdir(self.watched)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self.responder = subprocess.Popen([os.path.join(BUILD, "watashi-testcard"), "ocsp", world, "--port", str(port)],
                                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.daemon = Daemon(BUILD, cpus="0-1")
        secret = os.path.join(self.daemon.directory, "handle-secret")
        with open(secret, "wb") as f:
            f.write(os.urandom(32))
        os.chmod(secret, 0o600)
        with open(self.daemon.file) as f:
            config = json.load(f)
        config["fetch"] = {"internal": ["127.0.0.1", "::1"]}
        config["jpki"] = {
            "test": True, "handle_secret": secret, "lists": {"watch": self.watched},
            "sources": [{"name": "lists", "kind": "crl"},
                        {"name": "responder", "kind": "ocsp", "url": self.url, "time": "PT20S"}],
            "anchors": [{"purpose": purpose, "world": "test", "file": f"{world}/{folder}/{generation}/ca.cer"}
                        for purpose, folder in (("signature", "sign"), ("authentication", "auth")) for generation in (1, 2)],
            "costs": {"prices": [{"purpose": "signature", "yen": 20}, {"purpose": "authentication", "yen": 2}]},
        }
        with open(self.daemon.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)
        self.daemon.restart()
        with open(os.path.join(home, "member.json"), "w") as f:
            json.dump(MEMBER, f)
        self.daemon.ctl("member", "apply", "--no-wait", "--reason", "test", os.path.join(home, "member.json"))
        self.daemon.ctl("member", "approve", "--no-wait", "--reason", "test", "clinic")
        self.token = os.path.join(home, "token")
        with open(self.token, "w") as f:
            f.write(self.daemon.ctl("token", "new", "clinic-1", "--member", "clinic", "--right", "proofing").split()[-1] + "\n")

    def lists(self):
        """A new list appears, and the steward is told to look."""
        need("watashi-testcard", "crl", self.world, "--entries", "1000", "--out", os.path.join(self.watched, "shibuya.crl"))
        return self.daemon.ctl("jpki", "crl", "refresh")

    def prove(self, purpose, pin, *words):
        return run("watashi-card", "prove", f"http://127.0.0.1:{self.daemon.plain}/", "--purpose", purpose, "--token-file",
                   self.token, "--what", "診察券", "--pin-fd", "0", "--lang", "en", *words, stdin=pin + "\n")

    def outcome(self, purpose, pin, *words):
        done = self.prove(purpose, pin, "--json", *words)
        try:
            return json.loads(done.stdout)
        except ValueError:
            return {"said": done.stderr}

    def stop(self):
        self.responder.kill()
        self.responder.wait()
        self.daemon.stop()


def proving(service, card):
    found = service.outcome("signature", "ABC123")
    ok("without a list nobody knows whether the card counts", found.get("outcome") == "undetermined" and
       found.get("failed", {}).get("step") == "revocation" and not found.get("attributes"), found)
    service.lists()
    done = service.prove("signature", "ABC123")
    ok("who proves is told the outcome", done.returncode == 0 and done.stdout.startswith("Established"), done.stdout + done.stderr)
    ok("and was shown who asks, for what", all(word in done.stderr for word in ("診療所", "Clinic", "診察券")), done.stderr)
    ok("with the four attributes", all(word in done.stdout for word in ("試験　太郎", "1980-02-17", "male", "東京都渋谷区１－１")), done.stdout)
    first = service.outcome("signature", "ABC123", "--reference", "visit-1")
    ok("the answer has all of it, and no serial", first.get("outcome") == "established" and first.get("world") == "test" and
       first.get("reference") == "visit-1" and first.get("revocation") == {"status": "good"} and
       not any("serial" in key for key in first), first)
    again = service.outcome("signature", "ABC123")
    ok("the same card has the same handle, each proof its own id",
       first.get("handle") == again.get("handle") is not None and first.get("id") != again.get("id"), (first, again))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump(first, f)
        f.flush()
        done = service.prove("signature", "ABC123", "--continues", f.name)
    ok("an earlier answer is continued: the text says that it is asked", "the same person's as one they saw before" in done.stderr,
       done.stderr)
    ok("and the same card is the same person's", done.returncode == 0 and "is the same person's as the earlier one" in done.stdout,
       done.stdout)
    found = service.outcome("authentication", "1234")
    ok("the other certificate proves without attributes, after a responder was asked", found.get("outcome") == "established" and
       found.get("revocation") == {"status": "good"} and not found.get("attributes"), found)
    before = left(card, "signature")
    done = service.prove("signature", "ABC999")
    ok("a wrong PIN posts nothing, and is counted", done.returncode == 1 and "PIN is wrong" in done.stderr and
       not done.stdout and left(card, "signature") == before - 1, done.stdout + done.stderr)
    done = run("watashi-card", "prove", f"http://127.0.0.1:{service.daemon.plain}/", "--purpose", "signature", "--token",
               "wt_" + "A" * 43, "--pin-fd", "0", stdin="ABC123\n")
    ok("a stranger gets no challenge", done.returncode == 1 and "401" in done.stderr, done.stderr)


def revoking(service, card):
    need("watashi-testcard", "revoke", service.world, card, "--reason", "superseded")
    await_revoked(service.url, os.path.join(service.world, "auth/2"), os.path.join(card, "auth.cer"))
    found = service.outcome("authentication", "1234")
    ok("the card revoked, a responder says so at once", found.get("outcome") == "refuted" and
       found.get("revocation", {}).get("status") == "revoked", found)
    found = service.outcome("signature", "ABC123")
    ok("the last list does not know it yet", found.get("outcome") == "established", found)
    said = service.lists()
    found = service.outcome("signature", "ABC123")
    ok("after one refresh of the lists the signature is refuted", found.get("outcome") == "refuted" and
       found.get("revocation", {}).get("status") == "revoked" and found.get("failed", {}).get("step") == "revocation", (said, found))
    ok("and nothing is told of its holder", not found.get("attributes"), found)


def costs(service):
    """Nine checks. Lists at hand cost nothing; the responder answered twice, and once, when there was no list, it did not."""
    members = json.loads(service.daemon.ctl("jpki", "costs", "--json")).get("members", [])
    ok("who asked pays for each check that was made",
       [(m["member"], m["checks"], m["charged"], m["yen_checks"]) for m in members] == [("clinic", 9, 2, 2 * 2)], members)


def explained(home, world, card):
    """The same certificates offline, by watashictl."""
    anchors = [word for folder in ("sign", "auth") for word in ("--anchors", f"{world}/{folder}/2/ca.cer")]
    lists = os.path.join(home, "lists")
    os.mkdir(lists)
    for purpose in ("signature", "authentication"):
        need("watashi-testcard", "crl", world, "--purpose", purpose, "--out", os.path.join(home, f"{purpose}.crl"))
        need("watashictl", "jpki", "crl", "import", os.path.join(home, f"{purpose}.crl"), "--lists", lists, *anchors, "--test")
    for file in ("sign.cer", "auth.cer"):
        done = run("watashictl", "jpki", "verify", os.path.join(card, file), *anchors, "--crl", lists, "--test", "--json")
        ok(f"watashictl establishes {file}", done.returncode == 0, done.stdout + done.stderr)
        done = run("watashictl", "jpki", "verify", os.path.join(card, file), *anchors, "--crl", lists)
        ok(f"but not where the test world does not count: {file}", done.returncode == 1, done.stdout + done.stderr)


def main():
    reason = why_not()
    if reason:
        print(f"skip a software card in a virtual reader: {reason}")
        return
    home = tempfile.mkdtemp(prefix="watashi-card-")
    reader = service = None
    try:
        world = os.path.join(home, "world")
        need("watashi-testcard", "init", world)
        card = need("watashi-testcard", "citizen", world, "--furigana", "シケン　タロウ")
        reader = Reader(home)
        reader.insert(card)
        listing()
        without_pin()
        signing(world, home, card)
        terminal()
        wrong_pins(home, card, reader)
        explained(home, world, card)
        service = Service(home, world)
        proving(service, card)
        revoking(service, card)
        costs(service)
    finally:
        if service:
            service.stop()
        if reader:
            reader.stop()
        shutil.rmtree(home, ignore_errors=True)


main()
sys.exit(1 if failed else 0)
