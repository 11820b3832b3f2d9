"""tests/bench/authn.py - what a login with a passkey costs beside the bare check of its signature; whether it grows with the people.

One core, CPU time, in turn (A B B A); medians of the ratios of neighbours. Two programs: tests/bench/authn.c has the narrow part, an
answer verified and its counter committed; tests/bench/login.c whole logins, all their questions and commits. Both in a store of ten
thousand credentials and in one of ten million. The stores lie in directories of their own under /tmp (some six, then some fifteen
gigabytes) and go afterwards.

    authn.growth_10k_to_10m          a whole login with ten million beside one with ten thousand
    authn.commit_growth_10k_to_10m   the narrow part, which is where the store's pages weigh most
"""

import os
import statistics
import subprocess
import sys
import tempfile

from harness import SERVER_CPU, figure, say

SMALL, LARGE, SECONDS, PAIRS = 10_000, 10_000_000, 2, 7
SHOWN = {
    "verify": "{:,.0f} verified and committed beside {:,.0f} bare checks for a second of CPU",
    "growth": "{:,.0f} verified and committed with ten thousand credentials, {:,.0f} with ten million",
    "list": "a first page of 10,000 in {:.2f} us, of 3 in {:.2f} us",
    "account": "{:,.0f} verified and committed for an account of 10,000, {:,.0f} for one of 3",
    "login": "{:,.0f} whole logins with ten thousand people, {:,.0f} with ten million",
}


def measure(program, arguments, found):
    with tempfile.TemporaryDirectory(prefix="watashi-authn-", dir="/tmp") as directory:
        command = ["taskset", "-c", SERVER_CPU, program, *arguments, directory, str(SMALL), str(LARGE), str(SECONDS), str(PAIRS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as measuring:
            for line in measuring.stdout:
                name, first, second = line.split()
                found[name].append((float(first), float(second)))
                say(SHOWN[name].format(*found[name][-1]))
    if measuring.returncode:
        raise SystemExit(f"{program} ended with {measuring.returncode}")


def main(top, build):
    found = {name: [] for name in SHOWN}
    measure(os.path.join(build, "tests/bench/authn"), [], found)
    measure(os.path.join(build, "tests/bench/login"), [os.path.join(top, "policy")], found)
    if any(len(pairs) != PAIRS for pairs in found.values()):
        raise SystemExit("not all was measured")

    def ratio(name):
        return statistics.median(first / second for first, second in found[name])

    figure("authn.webauthn_vs_bare", ratio("verify"), "times")
    figure("authn.growth_10k_to_10m", ratio("login"), "times")
    figure("authn.commit_growth_10k_to_10m", ratio("growth"), "times")
    figure("authn.login_us", 1e6 / statistics.median(second for _, second in found["login"]), "us")
    figure("authn.login_10000_vs_3", 1 / ratio("account"), "times")
    figure("authn.list_10000_us", statistics.median(first for first, _ in found["list"]), "us")
    figure("authn.list_3_us", statistics.median(second for _, second in found["list"]), "us")
    figure("authn.per_cpu_s", statistics.median(first for first, _ in found["verify"]), "1/s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
