"""tests/bench/crl.py - revocation lists of ten million entries (270 MB): importing beside the bare work no import can leave out,
memory, looking up, and looking up while an import goes on.

The bare work is one scan of the DER, one SHA-256 of it, and 20 bytes an entry written one after the other and made durable. Lists
are made here, one with serials in order and one without. crl.import_vs_bare is the wall time of the one without; the ratio of CPU
time, and both of the list in order, have names of their own beside it.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from harness import figure, say

ENTRIES, PAIRS = 10_000_000, 5


class Steps:
    """The program's steps; each run is a process of its own."""

    def __init__(self, build, directory):
        self.program, self.directory = os.path.join(build, "tests/bench/crl"), directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, step, *arguments):
        out = subprocess.run([self.program, step, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
        return [float(n) for n in out.split()]

    def settle(self):
        """What others left to be written would be waited for by whoever comes next."""
        os.sync()
        for name in ("bare", "index"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))


def measure(steps, order):
    """Imports and bare work in turn: ratios of wall and CPU, peak of memory, microseconds of a lookup."""
    crl, key, index = steps.path(f"{order}.crl"), steps.path(f"{order}.key"), steps.path("index")
    steps.run("make", crl, key, str(ENTRIES), order)
    ours, theirs = [], []
    for pair in range(PAIRS):
        for mine in ((True, False) if pair % 2 else (False, True)):
            steps.settle()
            if mine:
                ours.append(steps.run("import", crl, key, index))
            else:
                theirs.append(steps.run("bare", crl, steps.path("bare")))
        say(f"{order}: import {ours[-1][0]:.2f} s, {ours[-1][1]:.2f} s of CPU, {ours[-1][2]:.1f} MiB; "
            f"bare {theirs[-1][0]:.2f} s, {theirs[-1][1]:.2f} s of CPU")
    steps.settle()
    steps.run("import", crl, key, index)
    lookups = [steps.run("lookup", index, crl)[0] for _ in range(3)]
    wall = statistics.median(o[0] / t[0] for o, t in zip(ours, theirs))
    cpu = statistics.median(o[1] / t[1] for o, t in zip(ours, theirs))
    figure(f"crl.{order}.import_s", statistics.median(o[0] for o in ours), "s")
    figure(f"crl.{order}.bare_s", statistics.median(t[0] for t in theirs), "s")
    figure(f"crl.{order}.lookup_us", statistics.median(lookups), "us")
    return wall, cpu, max(o[2] for o in ours), statistics.median(lookups)


def measure_switch(steps):
    """A process looks up through the file's name while another list takes its place."""
    index = steps.path("index")
    watcher = subprocess.Popen([steps.program, "watch", index], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    for order in ("sorted", "unsorted"):
        steps.run("import", steps.path(f"{order}.crl"), steps.path(f"{order}.key"), index)
        time.sleep(0.1)
    out, _ = watcher.communicate("")
    if watcher.returncode:
        raise SystemExit("a lookup failed while an import went on")
    lookups, longest, files = (float(n) for n in out.split())
    if files != 3:
        raise SystemExit(f"the watcher saw {files:.0f} files under the name; expected 3")
    figure("crl.watch.lookups", lookups, "lookups")
    figure("crl.watch.longest_us", longest, "us")


def main(top, build):
    directory = tempfile.mkdtemp(prefix="watashi-bench-crl-")
    steps = Steps(build, directory)
    try:
        in_order, found = (measure(steps, order) for order in ("sorted", "unsorted"))
        measure_switch(steps)
    finally:
        shutil.rmtree(directory)
    figure("crl.import_vs_bare", found[0], "ratio")
    figure("crl.import_cpu_vs_bare", found[1], "ratio")
    figure("crl.import_sorted_vs_bare", in_order[0], "ratio")
    figure("crl.import_sorted_cpu_vs_bare", in_order[1], "ratio")
    figure("crl.peak_mb", max(in_order[2], found[2]), "MiB")
    figure("crl.lookup_us", max(in_order[3], found[3]), "us")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
