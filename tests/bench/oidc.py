"""tests/bench/oidc.py - what a person's sign-on costs a relying party's provider, beside oidc-provider.

The authorization request of a browser that is logged in and has agreed before, with PKCE; the code for tokens (client_secret_basic); the
userinfo. Ours is durable and has the decision in its ledger before the code is handed out; the peer keeps all in memory. One client program
for both, plain HTTP on loopback; CPU of all processes of each server, in turn (A B B A); medians of the ratios of neighbours. The servers
have one processor, the client the other.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from harness import CLIENT_CPU, SERVER_CPU, cpu_seconds, descendants, figure, free_port, paired, private_kib, say, wait_for  # noqa: E402

PEER = "oidc-provider@9.13.3"
CONNECTIONS, PEOPLE = 64, 16
SECONDS, WARM, PAIRS = 4, 6, 5
PARTY = "https://shop.example/"
REDIRECT = "https://rp.shop.example/callback"
CLIENT = {"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "client_secret_basic", "grant_types": ["authorization_code"]}
ALGORITHMS = ("ES256", "RS256")


def party(name, algorithm):
    """A member with a client whose ID tokens are signed so, and that is told one attribute."""
    entity = {"entity_id": f"https://{name}.example/", "roles": ["rp"], "name": {"ja": "商店", "en": "Shop"},
              "requires": {"framework": "jp-idtf", "levels": {"authentication": "2"}},
              "attributes": [{"name": "name", "purpose": {"ja": "サービスのため", "en": "for the service"}}],
              "oidc": {"client": CLIENT | {"id_token_signed_response_alg": algorithm}}}
    return {"id": name, "kind": "business", "name": {"ja": "商店", "en": "Shop"}, "entities": [entity],
            "contacts": [{"type": "technical", "email": f"desk@{name}.example"}, {"type": "security", "email": f"csirt@{name}.example"}]}


def fetched(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


class Ours:
    """A federation with two relying parties, and people who are logged in and have agreed to both."""

    def __init__(self):
        from person_federation import Accounts
        sections = {"oidc": {"trust_framework": "https://platform.example/framework"}}
        self.f = f = Accounts(sections=sections, limits={"logins": 100000, "tries": 1000000})
        try:
            self.keys()
            self.secrets = {}
            for algorithm in ALGORITHMS:
                f.enrol(party(algorithm.lower(), algorithm))
                self.secrets[algorithm] = f.caller(algorithm.lower(), "client")
            f.configure(workers=1)
            self.browsers = [b for i in range(PEOPLE) for b in self.person(i, CONNECTIONS // PEOPLE)]
        except BaseException:
            self.stop()
            raise
        for pid in self.processes():
            subprocess.run(["taskset", "-acp", SERVER_CPU, str(pid)], check=True, stdout=subprocess.DEVNULL)

    def processes(self):
        return descendants(self.f.daemon.process.pid)

    def keys(self):
        for name, use, kind in (("openid-1", "openid", ()), ("openid-rsa-1", "openid-rsa", ("--type", "rsa-2048"))):
            self.f.daemon.ctl("key", "new", name, "--use", use, *kind)
            self.f.daemon.ctl("key", "activate", name)
        until = time.monotonic() + 20
        while len(fetched(f"http://127.0.0.1:{self.f.daemon.plain}/oidc/jwks")["keys"]) < 2:
            if time.monotonic() > until:
                raise SystemExit("the keys of the OpenID Provider are not there")
            time.sleep(0.1)

    def person(self, number, sessions):
        """Enrolled with a card; logged in with a passkey at so many browsers; agreed to what both relying parties ask."""
        from person import enrolled, passkey_login, with_passkey
        from person_federation import Browser
        browser = Browser(self.f)
        _, _, path = enrolled(self.f, browser, self.f.citizen(f"person-{number}", "緑川　花子", born=f"19{60 + number}-06-30"))
        self.need(browser.post(f"{path}/accept"))
        key, _ = with_passkey(self.f, browser)
        self.need(browser.ask("PUT", "/v1/account/personas/private", {"attributes": ["name"]}))
        found = []
        for _ in range(sessions):
            here, login, _, _ = passkey_login(self.f, key)
            self.need(here.post(f"{login}/finish"))
            found.append(here)
        for algorithm in ALGORITHMS:
            self.agree(found[0], algorithm)
        return found

    @staticmethod
    def need(answer):
        if answer[0] not in (200, 201, 204):
            raise SystemExit(f"the people of the benchmark could not be made: {answer}")
        return answer[1]

    def agree(self, browser, algorithm):
        asked = urllib.parse.urlencode({"client_id": f"https://{algorithm.lower()}.example/", "redirect_uri": REDIRECT, "state": "s",
                                        "response_type": "code", "scope": "openid profile", "code_challenge_method": "S256",
                                        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"})
        _, fields, body = browser.send("GET", f"/oidc/authorize?{asked}", None, browser.headers())
        page, _, sign_on = dict(fields).get("Location", "").partition("#")
        if page != "/consent/":
            raise SystemExit(f"the person is not asked: {fields} {body}")
        shown = self.need(browser.get(f"/v1/sign-on/{sign_on}"))
        agreed = self.need(browser.post(f"/v1/sign-on/{sign_on}/agree", {
            "purpose": shown["purpose"], "persona": shown["persona"], "items": ["name"]}))
        _, fields, body = browser.send("GET", agreed["location"], None, browser.headers())
        if "code=" not in dict(fields).get("Location", ""):
            raise SystemExit(f"the person does not come back with a code: {fields} {body}")

    def settings(self, algorithm):
        at = f"http://127.0.0.1:{self.f.daemon.plain}"
        return {"at": at, "client_id": f"https://{algorithm.lower()}.example/", "client_secret": self.secrets[algorithm],
                "cookies": [list(b.cookies.items()) for b in self.browsers], **discovered(at)}

    def pid(self):
        return self.f.daemon.process.pid

    def worker_mib(self):
        return max(private_kib(pid) for pid in self.f.children("worker")) / 1024

    def stop(self):
        self.f.stop()
        shutil.rmtree(self.f.home, ignore_errors=True)


class Peer:
    """oidc-provider with one client."""

    def __init__(self, home, algorithm):
        self.port, self.algorithm = free_port(), algorithm
        client = CLIENT | {"client_id": PARTY, "client_secret": "s" * 43, "response_types": ["code"],
                           "id_token_signed_response_alg": algorithm}
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CPU, "node", os.path.join(HERE, "oidc_peer.mjs"), str(self.port),
                                         json.dumps(client)], cwd=home, stdout=sys.stderr, env=os.environ | {"NODE_ENV": "production"})
        wait_for(self.port)

    def settings(self, _):
        at = f"http://127.0.0.1:{self.port}"
        return {"at": at, "client_id": PARTY, "client_secret": "s" * 43, **discovered(at)}

    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def discovered(at):
    """Paths as the server's discovery document has them."""
    told = fetched(at + "/.well-known/openid-configuration")
    names = {"authorize": "authorization_endpoint", "token": "token_endpoint", "userinfo": "userinfo_endpoint",
             "introspect": "introspection_endpoint", "jwks": "jwks_uri"}
    return {"issuer": told["issuer"]} | {name: urllib.parse.urlsplit(told[full]).path for name, full in names.items()}


class Client:
    """The client program at one server."""

    def __init__(self, server, algorithm, directory):
        self.server, self.path = server, os.path.join(directory, f"{type(server).__name__}-{algorithm}.json")
        with open(self.path, "w") as f:
            json.dump(server.settings(algorithm) | {"redirect_uri": REDIRECT, "scope": "openid profile", "alg": algorithm,
                                                    "connections": CONNECTIONS}, f)
        self.process = subprocess.Popen(["taskset", "-c", CLIENT_CPU, "node", os.path.join(HERE, "oidc_client.mjs"), self.path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hear("ready")

    def hear(self, expected=None):
        line = self.process.stdout.readline().strip()
        if not line or expected and line != expected:
            raise SystemExit(f"the client ended: {self.path}")
        return line

    def cost(self, act, seconds=SECONDS):
        """Microseconds of the server's CPU for one."""
        before = cpu_seconds(self.server.pid())
        self.process.stdin.write(f"{act} {seconds}\n")
        self.process.stdin.flush()
        answered = int(self.hear())
        return (cpu_seconds(self.server.pid()) - before) / answered * 1e6

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)


def install_peer(build):
    """Once for all runs."""
    home = os.path.join(build, "oidc-provider")
    if not os.path.isdir(os.path.join(home, "node_modules", "oidc-provider")):
        os.makedirs(home, exist_ok=True)
        with open(os.path.join(home, "package.json"), "w") as f:
            f.write('{"private":true}\n')
        subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit", PEER], cwd=home, check=True, stdout=sys.stderr)
    return home


def beside(ours, peer, act):
    """How much dearer the peer is, and what each costs."""
    for client in (ours, peer):
        client.cost(act, WARM)
    return paired(act, lambda: peer.cost(act), lambda: ours.cost(act), PAIRS)


def measure(ours, home, algorithm, directory):
    name = algorithm.lower()
    peer = Peer(home, algorithm)
    clients = []
    try:
        clients += [Client(ours, algorithm, directory), Client(peer, algorithm, directory)]
        times, theirs, own = beside(*clients, "flow")
        figure(f"oidc.{name}_vs_oidc_provider", times, "times")
        figure(f"oidc.{name}_us", own, "us")
        figure(f"oidc.{name}_oidc_provider_us", theirs, "us")
        if algorithm == "ES256":
            times, theirs, own = beside(*clients, "introspect")
            figure("oidc.introspection_vs_oidc_provider", times, "times")
            figure("oidc.introspection_us", own, "us")
            figure("oidc.introspection_oidc_provider_us", theirs, "us")
    finally:
        for one in [*clients, peer]:
            one.stop()


def main(_top, build):
    os.environ["WATASHI_BUILD"] = build
    home = install_peer(build)
    with tempfile.TemporaryDirectory(prefix="watashi-oidc-") as directory, contextlib.ExitStack() as stack:
        with contextlib.redirect_stdout(sys.stderr):
            ours = Ours()
            stack.callback(ours.stop)
        say(f"{PEOPLE} people are logged in at {CONNECTIONS} browsers")
        for algorithm in ALGORITHMS:
            measure(ours, home, algorithm, directory)
        figure("oidc.worker_mb", ours.worker_mib(), "MiB")
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
