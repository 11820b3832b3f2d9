"""tests/bench/authn.py - what a login with a passkey costs beside the bare check of its signature, in a store of ten thousand
credentials and of ten million, and for an account that has many.

One core, CPU time, in turn (A B B A); medians of the ratios of neighbours. What each does: tests/bench/authn.c. The stores lie in a
directory of their own under /tmp (some six gigabytes) and go afterwards.
"""

import os
import statistics
import subprocess
import sys
import tempfile

from harness import SERVER_CPU, figure, say

SMALL, LARGE, SECONDS, PAIRS = 10_000, 10_000_000, 2, 7
SHOWN = {
    "verify": "{:,.0f} logins beside {:,.0f} bare checks for a second of CPU",
    "growth": "{:,.0f} logins with ten thousand credentials, {:,.0f} with ten million",
    "list": "a first page of 10,000 in {:.2f} us, of 3 in {:.2f} us",
    "account": "{:,.0f} logins to an account of 10,000, {:,.0f} to one of 3",
}


def main(_top, build):
    found = {name: [] for name in SHOWN}
    with tempfile.TemporaryDirectory(prefix="watashi-authn-", dir="/tmp") as directory:
        command = ["taskset", "-c", SERVER_CPU, os.path.join(build, "tests/bench/authn"), directory, str(SMALL), str(LARGE),
                   str(SECONDS), str(PAIRS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as measuring:
            for line in measuring.stdout:
                name, first, second = line.split()
                found[name].append((float(first), float(second)))
                say(SHOWN[name].format(*found[name][-1]))
    if measuring.returncode or any(len(pairs) != PAIRS for pairs in found.values()):
        raise SystemExit("not all was measured")

    def ratio(name):
        return statistics.median(first / second for first, second in found[name])

    figure("authn.webauthn_vs_bare", ratio("verify"), "times")
    figure("authn.growth_10k_to_10m", ratio("growth"), "times")
    figure("authn.login_10000_vs_3", 1 / ratio("account"), "times")
    figure("authn.list_10000_us", statistics.median(first for first, _ in found["list"]), "us")
    figure("authn.list_3_us", statistics.median(second for _, second in found["list"]), "us")
    figure("authn.per_cpu_s", statistics.median(first for first, _ in found["verify"]), "1/s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
