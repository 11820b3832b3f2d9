"""tests/bench/decide.py - what a decision costs, in process, beside json-logic-engine.

60 criteria over 6 areas, 50 facts, 256 inputs in rotation (decide_policy.py); one core each, CPU time. The peer is compiled
JavaScript: JSON.parse, all rules, JSON.stringify of levels and failed criteria; it must give the same answers on all inputs. Ours
reads strictly, evaluates with three values, writes the same and more, and hashes a leaf. Then the same over HTTP (decide_http.py).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

import decide_http
import decide_policy
from harness import SERVER_CPU, figure, say

PEER = "json-logic-engine@5.0.7"
SECONDS, PAIRS = 2, 7
HERE = os.path.dirname(os.path.abspath(__file__))


def output(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def install_peer(build):
    """Once for all runs."""
    home = os.path.join(build, "json-logic")
    if not os.path.isdir(os.path.join(home, "node_modules", "json-logic-engine")):
        os.makedirs(home, exist_ok=True)
        with open(os.path.join(home, "package.json"), "w") as f:
            f.write('{"private":true}\n')
        subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit", PEER], cwd=home, check=True, stdout=sys.stderr)
    return home


class Decisions:
    """Ours and the peer's, on the same policy and inputs."""

    def __init__(self, build, directory):
        self.ours = [os.path.join(build, "tests/bench/decide"), directory]
        self.theirs = ["node", os.path.join(HERE, "decide_peer.mjs"), directory]
        self.home = install_peer(build)

    def compare(self):
        ours = [json.loads(line) for line in output(self.ours + ["answers"]).splitlines()]
        theirs = [json.loads(line) for line in output(self.theirs + ["answers"], cwd=self.home).splitlines()]
        if len(ours) != decide_policy.INPUTS or len(theirs) != len(ours):
            raise SystemExit("not every input was answered")
        for i, (a, b) in enumerate(zip(ours, theirs)):
            levels = {area: level["reached"] for area, level in a["levels"].items()}
            if (a["permit"], levels, a["failed"]) != (b["permit"], b["levels"], b["failed"]) or a["unknown"]:
                raise SystemExit(f"input {i} is answered differently:\n{a}\n{b}")
        say(f"the same answers on all {len(ours)} inputs; {sum(len(a['failed']) for a in ours) / len(ours):.1f} criteria fail, "
            f"{sum(a['permit'] for a in ours)} are permitted")

    def rate(self, command):
        done, seconds = output(["taskset", "-c", SERVER_CPU] + command + [str(SECONDS)], cwd=self.home).split()
        return int(done) / float(seconds)

    def bare(self):
        return self.rate(self.ours + ["measure", "bare"])

    def whole(self):
        return self.rate(self.ours + ["measure", "whole"])

    def peer(self):
        return self.rate(self.theirs + ["measure"])


def measure_in_process(build, directory):
    decisions = Decisions(build, directory)
    decisions.compare()
    bare, peer, whole, ratios = [], [], [], []
    for i in range(PAIRS):
        # A B B A: what else runs on the machine meets both.
        for one in ((decisions.bare, bare), (decisions.peer, peer))[:: 1 if i % 2 == 0 else -1]:
            one[1].append(one[0]())
        whole.append(decisions.whole())
        ratios.append(bare[-1] / peer[-1])
        say(f"{bare[-1]:,.0f} beside {peer[-1]:,.0f} decisions for a second of CPU, ratio {ratios[-1]:.2f}; whole {whole[-1]:,.0f}")
    figure("decide.json_per_cpu_s", statistics.median(bare), "1/s")
    figure("decide.vs_json_logic_engine", statistics.median(ratios), "times")
    figure("decide.json_logic_engine_per_cpu_s", statistics.median(peer), "1/s")
    figure("decide.whole_per_cpu_s", statistics.median(whole), "1/s")


def main(_top, build):
    with tempfile.TemporaryDirectory(prefix="watashi-decide-") as directory:
        decide_policy.make(directory)
        measure_in_process(build, directory)
        decide_http.measure_http(build, directory)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
