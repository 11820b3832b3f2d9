#!/usr/bin/env python3
"""tests/e2e/callers.py - machine callers of a running federation, as OAuth and TLS clients meet it: bearer tokens, private_key_jwt
signed by OpenSSL, client certificates; and what becomes of them when a key, a caller or a member goes.

    tools/check runs it; by hand: WATASHI_BUILD must be set

Lines `ok …`, `not ok …: why`; exit status 1 when anything is not ok.
"""

import base64
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bench"))
from harness import Daemon, free_port  # noqa: E402

BUILD = os.environ["WATASHI_BUILD"]
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MEMBER = {
    "id": "bank", "kind": "business",
    "name": {"ja": "銀行", "en": "Bank"},
    "contacts": [{"type": "technical", "email": "desk@bank.example"}, {"type": "security", "email": "csirt@bank.example"}],
    "entities": [{"entity_id": "https://bank.example/", "roles": ["rp"]}],
}
failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:600]}", flush=True)


def openssl(*words, **more):
    return subprocess.run(["openssl", *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


def letters(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Federation:
    def __init__(self):
        self.home = None
        self.machines = free_port()
        self.daemon = Daemon(BUILD, cpus="0-1")
        self.home = self.daemon.home
        self.make_certificates()
        with open(self.daemon.file) as f:
            config = json.load(f)
        tls = next(x["tls"] for x in config["listen"] if "tls" in x)
        config["listen"].append({"kind": "machines", "address": f"127.0.0.1:{self.machines}", "tls": tls,
                                 "client_authorities": self.path("ca.pem")})
        with open(self.daemon.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)
        self.base = config["federation"]["base_url"]
        self.daemon.restart()
        with open(self.path("member.json"), "w") as f:
            json.dump(MEMBER, f)
        self.ctl("member", "apply", "--no-wait", "--reason", "test", self.path("member.json"))
        self.ctl("member", "approve", "--no-wait", "--reason", "test", "bank")

    def path(self, name):
        return os.path.join(self.home, name)

    def ctl(self, *words):
        return self.daemon.ctl(*words)

    def ctl_as(self, user, *words):
        command = ["setpriv", f"--reuid={user}", "--clear-groups", os.path.join(BUILD, "watashictl"), "-s",
                   os.path.join(self.daemon.directory, "run/control.sock"), *words]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)

    def make_certificates(self):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=CA", "-days", "2", "-keyout", self.path("ca.key"),
                "-out", self.path("ca.pem"))
        for name in ("one", "two"):
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", self.path(f"{name}.key"), "-out",
                    self.path(f"{name}.csr"))
            openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key"),
                    "-days", "2", "-out", self.path(f"{name}.pem"))

    def assertion(self, caller, key, **claims):
        now = int(time.time())
        payload = {"iss": caller, "sub": caller, "aud": self.base + "v1/token", "jti": os.urandom(8).hex(), "iat": now,
                   "exp": now + 120, **claims}
        text = letters(b'{"alg":"RS256","typ":"JWT"}') + "." + letters(json.dumps(payload).encode())
        return text + "." + letters(openssl("dgst", "-sha256", "-sign", self.path(key), input=text.encode()))

    def token(self, assertion):
        link = http.client.HTTPConnection("127.0.0.1", self.daemon.plain, timeout=20)
        body = urllib.parse.urlencode({"grant_type": "client_credentials", "client_assertion_type": ASSERTION,
                                       "client_assertion": assertion})
        link.request("POST", "/v1/token", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = link.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers

    def ask(self, token=None, certificate=None):
        """The status of a question that is no question: 400 for a caller that is known, 401 for others."""
        if certificate:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if certificate != "none":
                context.load_cert_chain(self.path(certificate + ".pem"), self.path(certificate + ".key"))
            link = http.client.HTTPSConnection("127.0.0.1", self.machines, timeout=20, context=context)
        else:
            link = http.client.HTTPConnection("127.0.0.1", self.daemon.plain, timeout=20)
        fields = {"Content-Type": "application/json"}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        link.request("POST", "/access/v1/evaluation", "{}", fields)
        answer = link.getresponse()
        answer.read()
        return answer.status


def tokens(f):
    token = f.ctl("token", "new", "bank-1", "--member", "bank", "--right", "decide").split()[-1]
    ok("a token is printed", token.startswith("wt_") and len(token) == 46, token)
    found = f.ask(token)
    ok("and known at once", found == 400, found)
    found = [f.ask(), f.ask("wt_" + "A" * 43), f.ask(token[:-1])]
    ok("nothing else is", found == [401, 401, 401], found)
    listed = f.ctl("token", "list")
    ok("the list has the caller, and not its token", "bank-1" in listed and token[3:] not in listed, listed)
    return token


def assertions(f):
    f.ctl("token", "key", "bank-1", "--add", f.path("one.pem"))
    assertion = f.assertion("bank-1", "one.key")
    status, answer, fields = f.token(assertion)
    ok("an assertion signed by OpenSSL gets a token", status == 200 and answer["token_type"] == "Bearer" and
       answer["expires_in"] == 600 and fields["Cache-Control"] == "no-store", (status, answer))
    token = answer.get("access_token", "")
    found = f.ask(token)
    ok("which is known", found == 400, found)
    status, answer, fields = f.token(assertion)
    ok("once", status == 401 and answer["error"] == "invalid_client" and "WWW-Authenticate" in fields, (status, answer))
    status, answer, _ = f.token(f.assertion("bank-1", "two.key"))
    ok("another's key gets none", status == 401 and answer["error"] == "invalid_client", (status, answer))
    status, answer, _ = f.token(f.assertion("bank-1", "one.key", exp=int(time.time()) + 3600))
    ok("an hour is too long", status == 401 and "at most PT5M" in answer["error_description"], (status, answer))
    return token


def certificates(f):
    found = f.ask(certificate="one")
    ok("a registered certificate is known", found == 400, found)
    found = f.ask(certificate="two")
    ok("another of the same authority is not", found == 401, found)


def endings(f, token, short):
    f.ctl("member", "suspend", "--no-wait", "--reason", "test", "bank")
    found = [f.ask(token), f.ask(short), f.ask(certificate="one")]
    ok("a suspended member's callers are refused at once", found == [401, 401, 401], found)
    f.ctl("member", "reinstate", "--no-wait", "--reason", "test", "bank")
    found = [f.ask(token), f.ask(short), f.ask(certificate="one")]
    ok("and known again with it", found == [400, 400, 400], found)
    listed = json.loads(f.ctl("token", "list", "--json"))
    f.ctl("token", "key", "bank-1", "--remove", listed["callers"][0]["keys"][0])
    found = [f.ask(token), f.ask(short), f.ask(certificate="one")]
    ok("a key that is taken away takes certificate and short tokens with it", found == [400, 401, 401], found)
    f.ctl("token", "revoke", "bank-1")
    found = f.ask(token)
    ok("a revoked caller is nobody", found == 401, found)
    ok("and the list is empty", f.ctl("token", "list").strip() == "", "")


def operators(f):
    """A caller that sees every entry takes two operators, whom only root can play."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        print("skip a caller that sees every entry takes two operators: this takes root and setpriv", flush=True)
        return
    with open(f.daemon.file) as file:
        config = json.load(file)
    config["control"] = {"approvals": 2, "operators": ["daemon", "nobody"]}
    with open(f.daemon.file, "w") as file:
        json.dump(config, file, ensure_ascii=False, indent=1)
    os.chmod(f.home, 0o755)
    f.daemon.restart()
    new = ["token", "new", "auditor", "--member", "bank", "--right", "audit"]
    done = f.ctl_as("daemon", *new)
    token = done.stdout.split()[-1] if done.stdout else ""
    ok("a caller that sees every entry is proposed", done.returncode == 0 and token.startswith("wt_") and
       "waits for operators, 1 of 2 have agreed" in done.stderr, done)
    found = f.ask(token)
    ok("its token counts for nothing yet", found == 401, found)
    done = f.ctl_as("daemon", "status")
    ok("the status tells that it waits", "auditor waits for operators: watashictl token approve auditor" in done.stdout, done)
    done = f.ctl_as("daemon", "token", "approve", "auditor")
    ok("who proposed cannot approve", done.returncode == 1 and "expected another operator" in done.stderr and f.ask(token) == 401,
       done)
    done = f.ctl_as("nobody", "token", "approve", "auditor")
    found = f.ask(token)
    ok("another can, and it counts from then on", done.returncode == 0 and "WAITS: create, proposed by uid:" in done.stdout and
       found == 403, (done, found))
    done = f.ctl_as("daemon", "token", "key", "auditor", "--add", f.path("two.pem"))
    found = f.ask(certificate="two")
    ok("a key of it waits too", done.returncode == 0 and "waits for operators" in done.stdout and found == 401, (done, found))
    done = f.ctl_as("nobody", "token", "withdraw", "auditor")
    ok("and is taken back", done.returncode == 0 and "WAITS" not in f.ctl_as("nobody", "token", "list").stdout, done)
    done = f.ctl_as("nobody", "token", "revoke", "auditor")
    ok("ending it takes one", done.returncode == 0 and f.ask(token) == 401, done)
    token = f.ctl_as("nobody", *new).stdout.split()[-1]
    config["control"]["operators"] = ["daemon", "root"]
    with open(f.daemon.file, "w") as file:
        json.dump(config, file, ensure_ascii=False, indent=1)
    f.daemon.restart()
    done = f.ctl_as("root", "token", "approve", "auditor")
    ok("who proposed and is dismissed is none of the two", done.returncode == 0 and "1 of 2 have agreed" in done.stdout + done.stderr and
       f.ask(token) == 401, done)
    done = f.ctl_as("daemon", "token", "approve", "auditor")
    ok("two who are operators are", done.returncode == 0 and f.ask(token) == 403, done)


def secrets(f, *found):
    f.daemon.log.flush()
    places = [os.path.join(d, name) for d, _, names in os.walk(f.home) for name in names]
    kept = [p for p in places for token in found if os.path.isfile(p) and token.encode() in open(p, "rb").read()]
    ok("no file has a token in it", not kept and any(p.endswith("data.mdb") for p in places), kept)


f = Federation()
try:
    long, short = tokens(f), None
    short = assertions(f)
    certificates(f)
    secrets(f, long, short)
    endings(f, long, short)
    operators(f)
finally:
    f.daemon.stop()
sys.exit(1 if failed else 0)
