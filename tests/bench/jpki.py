"""tests/bench/jpki.py - what the full verification of a signed challenge costs, beside the least that OpenSSL needs for less.

One core, CPU time; ours and OpenSSL's in turn (A B B A), the median of the ratios of neighbours. What each does: tests/bench/jpki.c.
"""

import os
import statistics
import subprocess
import sys
import tempfile

from harness import SERVER_CPU, figure, say

SECONDS, PAIRS = 2, 7


def main(_top, build):
    ours, ratios = [], []
    with tempfile.TemporaryDirectory(prefix="watashi-jpki-") as directory:
        command = ["taskset", "-c", SERVER_CPU, os.path.join(build, "tests/bench/jpki"), directory, str(SECONDS), str(PAIRS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as measuring:
            for line in measuring.stdout:
                own, theirs = (float(n) for n in line.split())
                ours.append(own)
                ratios.append(theirs / own)
                say(f"{own:,.0f} beside {theirs:,.0f} for a second of CPU, ratio of the costs {ratios[-1]:.2f}")
    if measuring.returncode or len(ratios) != PAIRS:
        raise SystemExit("not all was measured")
    figure("jpki.cpu_vs_openssl_no_crl", statistics.median(ratios), "times")
    figure("jpki.per_cpu_s", statistics.median(ours), "1/s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
