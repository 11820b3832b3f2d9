"""tests/bench/store.py - durable commits through worker and recorder over plain HTTP, beside bare LMDB batches of the same size.

One unit is a record of 600 bytes with two small ones. CPU of all processes; 64 connections; the daemon is watashid
itself with one front more (tests/daemon/writing.c).
"""

import os
import statistics
import subprocess
import sys
import urllib.request

from harness import Daemon, cpu_per_request, figure, say

RUNS, SECONDS = 5, 4


def main(build):
    daemon = Daemon(build, program="tests/daemon/watashid-writing")
    try:
        # Worker and recorder on a processor each, as they would be; wrk shares one of them.
        subprocess.run(["sh", "-c", "for p in %d $(pgrep -P %d); do taskset -acp 0,1 $p; done >/dev/null" %
                        (daemon.process.pid, daemon.process.pid)])
        script = os.path.join(daemon.home, "write.lua")
        with open(script, "w") as f:
            f.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "text/plain"\nwrk.body = string.rep("x", 600)\n')
        url = f"http://127.0.0.1:{daemon.plain}/test/notes"
        cpu_per_request(daemon.process.pid, url, script, 2)
        runs = []
        for _ in range(RUNS):
            runs.append(cpu_per_request(daemon.process.pid, url, script, SECONDS))
            say(f"{runs[-1][0]:.2f} us of CPU, {runs[-1][1]:.0f} commits a second")
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.local}/metrics") as answer:
            batches = [line for line in answer.read().decode().splitlines() if line.startswith("watashi_recorder")]
        for line in batches:
            say(line)
        bare = subprocess.run([os.path.join(build, "tests/bench/bare_lmdb"), daemon.home], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.split()
        figure("store.cpu_us", statistics.median(r[0] for r in runs), "us")
        figure("store.per_s", statistics.median(r[1] for r in runs), "1/s")
        figure("store.bare_lmdb_cpu_us", float(bare[0]), "us")
        figure("store.bare_lmdb_per_s", float(bare[1]), "1/s")
    finally:
        daemon.stop()


main(sys.argv[2])
