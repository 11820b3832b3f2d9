"""tests/bench/decide_http.py - a decision over plain HTTP with a bearer token, in the ledger before it is answered: CPU of worker,
recorder, steward and signer together, with a small ledger and with a large one.

    WATASHI_BENCH_LEDGER=1000000    the large ledger's size, where ten million are too many for the disk
"""

import json
import os
import statistics
import subprocess
import time
import urllib.request

from harness import Daemon, cpu_per_request, figure, say

RUNS, SECONDS = 5, 4
SMALL, LARGE = 10_000, int(os.environ.get("WATASHI_BENCH_LEDGER", "10000000"))
MAP_BYTES = 1 << 37
MEMBER = {
    "id": "bench", "kind": "business", "name": {"ja": "計測", "en": "Bench"},
    "contacts": [{"type": "technical", "email": "desk@bench.example"}, {"type": "security", "email": "csirt@bench.example"}],
    "entities": [{"entity_id": "https://rp.bench.example/", "roles": ["rp"]}],
}
LUA = """
local bodies, at = {}, 0
for line in io.lines("%s") do bodies[#bodies + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
function request()
  at = at %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
"""


class Point:
    """A daemon with the bench's policy, a caller, and questions for wrk."""

    def __init__(self, build, directory):
        settings = {"decisions": {"rate": 0}}
        self.daemon = Daemon(build, settings=settings)
        daemon = self.daemon
        with open(daemon.file) as f:
            config = json.load(f)
        config["store"]["map_bytes"] = MAP_BYTES
        with open(daemon.file, "w") as f:
            json.dump(config, f)
        daemon.restart()
        self.spread()
        record = os.path.join(daemon.home, "member.json")
        with open(record, "w") as f:
            json.dump(MEMBER, f)
        daemon.ctl("member", "apply", "--no-wait", "--reason", "bench", record)
        daemon.ctl("member", "approve", "--no-wait", "--reason", "bench", MEMBER["id"])
        version, facts = os.path.join(directory, "policy"), os.path.join(directory, "facts.json")
        daemon.ctl("policy", "seal", version, "--facts", facts)
        daemon.ctl("policy", "publish", version, "--facts", facts)
        made = daemon.ctl("token", "new", "bench-point", "--member", MEMBER["id"], "--right", "decide", "--json")
        self.token = json.loads(made)["token"]
        with open(os.path.join(version, "manifest.json")) as f:
            framework = json.load(f)["framework"]
        profile = sorted(os.listdir(os.path.join(version, "profiles")))[0].removesuffix(".json")
        self.script = self.questions(directory, framework, profile)
        self.url = f"http://127.0.0.1:{daemon.plain}/access/v1/evaluation"

    def spread(self):
        """Every process where the system likes: wrk shares a processor with them."""
        subprocess.run(["sh", "-c", "for p in %d $(pgrep -P %d); do taskset -acp 0,1 $p; done >/dev/null" %
                        (self.daemon.process.pid, self.daemon.process.pid)], check=True)

    def questions(self, directory, framework, profile):
        bodies, script = os.path.join(directory, "bodies.jsonl"), os.path.join(directory, "ask.lua")
        with open(os.path.join(directory, "inputs.jsonl")) as inputs, open(bodies, "w") as out:
            for number, line in enumerate(inputs):
                facts = json.loads(line)["facts"]
                question = {
                    "subject": {"type": "user", "id": f"person-{number}"},
                    "action": {"name": "sign_in"},
                    "resource": {"type": "relying_party", "id": "https://rp.bench.example/"},
                    "context": {"framework": framework, "profile": profile, "facts": facts},
                }
                out.write(json.dumps(question, separators=(",", ":")) + "\n")
        with open(script, "w") as f:
            f.write(LUA % (bodies, self.token))
        return script

    def entry(self):
        """One of the decisions, as the ledger keeps it."""
        with open(os.path.join(os.path.dirname(self.script), "bodies.jsonl")) as f:
            body = f.readline()
        fields = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        with urllib.request.urlopen(urllib.request.Request(self.url, body.encode(), fields)) as answer:
            made = json.load(answer)["context"]["evaluation_id"]
        url = f"http://127.0.0.1:{self.daemon.plain}/v1/ledger/entries/{made}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=fields)) as answer:
            return json.dumps(json.load(answer)["entry"], separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()

    def grow(self, build, entry, size):
        self.daemon.process.terminate()
        self.daemon.process.wait(60)
        store = os.path.join(self.daemon.directory, "store")
        done = subprocess.run([os.path.join(build, "tests/bench/fill_ledger"), store, str(MAP_BYTES), str(size)], input=entry,
                              check=True, stdout=subprocess.PIPE)
        self.daemon.start()
        self.spread()
        self.await_tiles(int(done.stdout))

    def await_tiles(self, size):
        """The keeper has made tiles of all there is."""
        url = f"http://127.0.0.1:{self.daemon.plain}/checkpoint"
        for _ in range(6000):
            try:
                with urllib.request.urlopen(url) as answer:
                    if int(answer.read().split(b"\n")[1]) >= size:
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"no checkpoint of {size} leaves was signed")

    def measure(self):
        cpu_per_request(self.daemon.process.pid, self.url, self.script, 2)
        runs = []
        for _ in range(RUNS):
            runs.append(cpu_per_request(self.daemon.process.pid, self.url, self.script, SECONDS))
            say(f"{runs[-1][0]:.2f} us of CPU, {runs[-1][1]:.0f} decisions a second")
        return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)


def measure_http(build, directory):
    point = Point(build, directory)
    try:
        entry = point.entry()
        point.grow(build, entry, SMALL)
        small = point.measure()
        figure("decide.http.cpu_us", small[0], "us")
        figure("decide.http.per_s", small[1], "1/s")
        point.grow(build, entry, LARGE)
        large = point.measure()
        figure("decide.http.large_cpu_us", large[0], "us")
        figure("decide.growth_10k_to_10m", large[0] / small[0], "ratio")
    finally:
        point.daemon.stop()
