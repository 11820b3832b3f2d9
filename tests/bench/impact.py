"""tests/bench/impact.py - what a new version would have made of a million recorded decisions, by the tool itself.

The ledger is filled by fill_decisions: questions to the shipped jp-idtf made by chance, each really decided. The new version asks
for longer passwords and shorter times, gives way elsewhere, and moves what a profile demands. Every decision must be told of.

    WATASHI_BENCH_DECISIONS=100000    fewer, where the disk or the patience is short
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

from harness import Daemon, figure, say

DECISIONS = int(os.environ.get("WATASHI_BENCH_DECISIONS", "1000000"))
SMALL = DECISIONS // 10
MAP_BYTES = 1 << 37
FRAMEWORK, OLD, NEW = "jp-idtf", "1.0", "2.0"


def rewrite(path, change):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    change(document)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f, ensure_ascii=False, indent=1)


def each(node):
    """Every object in a document."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from each(child)


class Change:
    """The new version: the old one's files, some of them changed; counts what was found to change."""

    def __init__(self, policy):
        self.made = {"passwords": 0, "times": 0, "strength": 0, "profiles": 0}
        self.directory = os.path.join(policy, FRAMEWORK, NEW)
        shutil.copytree(os.path.join(policy, FRAMEWORK, OLD), self.directory)
        rewrite(os.path.join(self.directory, "manifest.json"), self.manifest)
        for name in os.listdir(os.path.join(self.directory, "criteria")):
            rewrite(os.path.join(self.directory, "criteria", name), self.criteria)
        for name, area, level in (("member-service", "authentication", "3"), ("bank-account-opening", "identity-proofing", "2")):
            rewrite(os.path.join(self.directory, "profiles", name + ".json"), lambda d: self.profile(d, area, level))
        if 0 in self.made.values():
            raise SystemExit(f"the shipped version has nothing to change of one kind: {self.made}")

    def manifest(self, document):
        document["version"], document["valid_from"] = NEW, "2099-01-01T00:00:00Z"

    def criteria(self, document):
        for part in each(document):
            if part.get("fact") == "token.password_length" and "ge" in part:
                part["ge"] += 4
                self.made["passwords"] += 1
            if part.get("type") == "duration" and part.get("value") == "PT5M":
                part["value"] = "PT2M"
                self.made["times"] += 1
            if part.get("id") == "bits" and part.get("value") == 20:
                part["value"] = 14
                self.made["strength"] += 1

    def profile(self, document, area, level):
        for requirement in document["requires"]:
            if requirement["area"] == area:
                requirement["level"] = level
                self.made["profiles"] += 1


class Ledger:
    """A store with the shipped version published, and decisions taken under it. The daemon is stopped."""

    def __init__(self, top, build):
        self.build = build
        self.daemon = Daemon(build)
        self.policy = os.path.join(self.daemon.home, "policy")
        shutil.copytree(os.path.join(top, "policy"), self.policy)
        self.version, self.facts = os.path.join(self.policy, FRAMEWORK, OLD), os.path.join(self.policy, "facts.json")
        self.await_key()
        self.daemon.ctl("policy", "seal", self.version)
        self.daemon.ctl("policy", "publish", self.version)
        self.daemon.process.terminate()
        self.daemon.process.wait(60)

    def await_key(self):
        for _ in range(200):
            keys = json.loads(self.daemon.ctl("key", "list", "--json"))["keys"]
            if any(k["use"] == "ledger" and k["state"] == "active" for k in keys):
                return
            time.sleep(0.1)
        raise SystemExit("no key of the ledger became active")

    def grow(self, count):
        store = os.path.join(self.daemon.directory, "store")
        began = time.monotonic()
        subprocess.run([os.path.join(self.build, "tests/bench/fill_decisions"), self.version, self.facts, store, str(MAP_BYTES),
                        str(count)], check=True, stdout=subprocess.DEVNULL)
        size = os.stat(os.path.join(store, "data.mdb")).st_blocks / 2048
        say(f"{count:,} decisions taken and recorded in {time.monotonic() - began:.0f} s; the store has {size:,.0f} MiB")

    def report(self, version):
        """The tool's report, the seconds it took, the largest private and resident memory, and its CPU seconds."""
        began, before = time.monotonic(), os.times()
        with open(os.path.join(self.daemon.home, "report.json"), "w+b") as out:
            tool = subprocess.Popen([os.path.join(self.build, "watashictl"), "-c", self.daemon.file, "policy", "impact", version,
                                     "--json"], stdout=out)
            private = resident = 0
            while tool.poll() is None:
                now = memory_mib(tool.pid)
                private, resident = max(private, now[0]), max(resident, now[1])
                time.sleep(0.01)
            seconds, after = time.monotonic() - began, os.times()
            if tool.returncode:
                raise SystemExit("watashictl policy impact failed")
            out.seek(0)
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            return json.load(out), seconds, private, resident, cpu


def memory_mib(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            lines = dict(re.findall(r"^(Rss\w+|VmRSS):\s+(\d+) kB", f.read(), re.M))
    except FileNotFoundError:
        lines = {}
    return int(lines.get("RssAnon", 0)) / 1024, int(lines.get("VmRSS", 0)) / 1024


def check(report, decisions):
    """Nothing is lost and nothing counted twice; and the new version really says otherwise of some."""
    gone = sum(n["count"] for n in report["not_replayable"])
    if report["decisions"] != decisions or report["replayed"] + gone + report["other_frameworks"] + report["erased"] != decisions:
        raise SystemExit(f"{decisions} decisions, but the report has {report['decisions']}, {report['replayed']} and {gone}")
    if report["same"] + report["refused"]["count"] + report["accepted"]["count"] != report["replayed"]:
        raise SystemExit("outcomes do not add up to what was replayed")
    for area in report["areas"]:
        total = sum(sum(row) for row in area["matrix"])
        if total != report["replayed"]:
            raise SystemExit(f"{area['area']}: the matrix holds {total} of {report['replayed']}")
    if not report["refused"]["count"] or not report["accepted"]["count"] or not report["criteria"]:
        raise SystemExit("the new version changed nothing: the bench measures nothing")


def measure(ledger, version, decisions):
    report, seconds, private, resident, cpu = ledger.report(version)
    check(report, decisions)
    say(f"{decisions:,} decisions in {seconds:.2f} s, {cpu:.2f} s of CPU; private {private:.1f} MiB, resident {resident:.1f} MiB; "
        f"{report['refused']['count']:,} newly refused, {report['accepted']['count']:,} newly accepted, "
        f"{sum(n['count'] for n in report['not_replayable']):,} not replayable, "
        f"{report['resources']['touched']:,} relying parties touched")
    return report, seconds, private, resident, cpu


def main(top, build):
    ledger = Ledger(top, build)
    try:
        version = Change(ledger.policy).directory
        ledger.grow(SMALL)
        small = measure(ledger, version, SMALL)
        ledger.grow(DECISIONS - SMALL)
        large = measure(ledger, version, DECISIONS)
        again = measure(ledger, version, DECISIONS)
        if again[0] != large[0]:
            raise SystemExit("two reports of the same decisions differ")
        figure("impact.million_s", large[1] / DECISIONS * 1e6, "s")
        figure("impact.million_cpu_s", large[4] / DECISIONS * 1e6, "s")
        figure("impact.peak_mb", large[2], "MiB")
        figure("impact.peak_mb_tenth", small[2], "MiB")
        figure("impact.resident_mb", large[3], "MiB")
        figure("impact.resident_mb_tenth", small[3], "MiB")
    finally:
        shutil.rmtree(ledger.daemon.home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
