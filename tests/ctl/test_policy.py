#!/usr/bin/env python3
"""tests/ctl/test_policy.py - `watashictl policy` against a running daemon: sealing, publishing, and reading what was published.

Publishes every version that is shipped, as the demo does. Prints a line `ok NAME` or `not ok NAME: why` for each case; exit status
0 or 1.
"""

import hashlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

BUILD = os.environ.get("top_builddir", ".")
SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
WATASHID, WATASHICTL = os.path.join(BUILD, "watashid"), os.path.join(BUILD, "watashictl")
SHIPPED = os.path.join(SOURCE, "policy")


class Daemon:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="watashi-policy-")
        self.directory = os.path.join(self.home, "federation")
        self.file = os.path.join(self.directory, "watashid.json")
        self.port = free_port()
        done = subprocess.run([WATASHICTL, "init", self.directory, "--name-ja", "連合", "--name-en", "Federation", "--base-url",
                               "https://federation.example/", "--registration-authority", "https://federation.example/",
                               "--pages", os.path.join(SOURCE, "server/pages")], stdout=subprocess.DEVNULL)
        assert done.returncode == 0, "the federation is not founded"
        self.policy = os.path.join(self.home, "policy")
        shutil.copytree(SHIPPED, self.policy)
        self.start(1)

    def start(self, approvals):
        with open(self.file, encoding="utf-8") as f:
            config = json.load(f)
        config["listen"] = [{"kind": "public", "address": f"127.0.0.1:{self.port}"}]
        config["control"] = {"operators": [pwd.getpwuid(os.getuid()).pw_name, "nobody"], "approvals": approvals}
        with open(self.file, "w", encoding="utf-8") as f:
            json.dump(config, f)
        self.log = open(os.path.join(self.home, "log"), "a", encoding="utf-8")
        self.process = subprocess.Popen([WATASHID, "-c", self.file], stdout=self.log, stderr=self.log)
        for _ in range(500):
            # A checkpoint says that the ledger's founding key is active: versions are signed with it.
            if self.ctl("status").returncode == 0 and self.get("/v1/policy")[0] == 200 and self.get("/checkpoint")[0] == 200:
                return
            time.sleep(0.02)
        raise AssertionError("the daemon does not come up")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()

    def end(self):
        self.stop()
        with open(os.path.join(self.home, "log"), encoding="utf-8", errors="replace") as f:
            complaints = [line for line in f if "Sanitizer" in line or "runtime error:" in line]
        shutil.rmtree(self.home)
        # A process that a sanitizer ended was replaced, and nobody who asked noticed.
        assert not complaints, "".join(complaints)
        assert self.process.returncode == 0, f"the daemon ended with {self.process.returncode}"

    def ctl(self, *words):
        return subprocess.run([WATASHICTL, "-c", self.file, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def answer(self, *words):
        done = self.ctl(*words, "--json")
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return json.loads(done.stdout)

    def refused(self, part, *words):
        done = self.ctl(*words)
        assert done.returncode == 1, f"{words}: expected 1, ended with {done.returncode}"
        assert part in done.stderr, f"{words}: expected {part!r}, found {done.stderr!r}"

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ConnectionError:
            return 0, b""
        finally:
            connection.close()

    # Notices take a moment to reach the workers.
    def versions(self, count):
        for _ in range(500):
            found = {(f["id"], v["version"]): v for f in json.loads(self.get("/v1/policy")[1])["frameworks"] for v in f["versions"]}
            if len(found) == count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"expected {count} versions, found {sorted(found)}")

    def version(self, framework, number):
        return os.path.join(self.policy, framework, number)


def shipped():
    return sorted((f, v) for f in os.listdir(SHIPPED) if os.path.isdir(os.path.join(SHIPPED, f))
                  for v in os.listdir(os.path.join(SHIPPED, f)))


def every_shipped_version_is_published(d):
    count = 0
    for framework, number in shipped():
        directory = d.version(framework, number)
        sealed = d.answer("policy", "seal", directory)
        assert sealed["daemon_asked"], "the daemon was not asked"
        again = d.answer("policy", "seal", directory)
        assert not again["changed"] and again["digest"] == sealed["digest"], f"{framework}: sealing twice changed it"
        tried = d.answer("policy", "publish", directory, "--dry-run")
        assert tried["outcome"] == "published" and len(d.answer("policy", "list")["policies"]) == count, "a dry run did something"
        published = d.answer("policy", "publish", directory)
        assert published["outcome"] == "published" and published["digest"] == sealed["digest"], published
        count += 1
    assert count == len(d.versions(count)) > 0
    leaves = [row["ledger"]["leaf"] for row in d.answer("policy", "list")["policies"]]
    assert len(set(leaves)) == count and min(leaves) > 0, leaves


def each_file_is_served_as_it_was_published(d):
    for framework, number in shipped():
        status, body = d.get(f"/v1/policy/{framework}@{number}")
        assert status == 200, f"{framework}: {status}"
        document = json.loads(body)
        names = set()
        for base, _, files in os.walk(d.version(framework, number)):
            names |= {os.path.relpath(os.path.join(base, name), d.version(framework, number)) for name in files}
        assert names == {f["name"] for f in document["files"]}, names ^ {f["name"] for f in document["files"]}
        for entry in document["files"]:
            with open(os.path.join(d.version(framework, number), entry["name"]), "rb") as f:
                text = f.read()
            status, body = d.get(f"/v1/policy/{framework}@{number}?file={entry['name']}")
            assert status == 200 and body == text, entry["name"]
            assert entry["digest"] == "sha256:" + hashlib.sha256(text).hexdigest(), entry
        assert not any("{{" in c["text"][l] + c["reason"][l] for c in document["criteria"] for l in ("ja", "en")), framework
    with open(os.path.join(d.policy, "facts.json"), "rb") as f:
        assert d.get("/v1/policy/facts") == (200, f.read()), "facts.json"


def a_published_version_is_not_sealed_anew(d):
    framework, number = shipped()[0]
    path = os.path.join(d.version(framework, number), "manifest.json")
    with open(path, encoding="utf-8") as f:
        before = f.read()
    changed = json.loads(before)
    changed["text"]["en"] += " Changed."
    with open(path, "w", encoding="utf-8") as f:
        json.dump(changed, f)
    d.refused("is published as sha256:", "policy", "seal", d.version(framework, number))
    d.refused("published with another digest", "policy", "publish", d.version(framework, number))
    with open(path, "w", encoding="utf-8") as f:
        f.write(before)
    assert d.answer("policy", "publish", d.version(framework, number))["outcome"] == "unchanged"


def a_fetched_version_is_the_same(d):
    framework, number = shipped()[0]
    out = os.path.join(d.home, "fetched")
    d.answer("policy", "fetch", framework, number, out)
    assert subprocess.run(["diff", "-r", out, d.version(framework, number)], stdout=subprocess.PIPE).returncode == 0
    d.refused("File exists", "policy", "fetch", framework, number, out)
    d.refused(f"there is no version 0.0 of {framework}", "policy", "fetch", framework, "0.0", out + "2")


def a_published_version_is_compared_with_files(d):
    framework, number = "ds-511", "1.0"
    name, directory = f"{framework}@{number}", d.version(framework, number)
    found = d.answer("policy", "diff", name, directory)
    assert {c["change"] for c in found["criteria"] + found["levels"]} == {"same"}, found
    for more in ([], ["--facts", os.path.join(d.policy, "facts.json")]):
        found = d.answer("policy", "diff", name, name, *more)
        assert found["criteria"] and not found["cut_off"]
        assert d.ctl("policy", "render", name, *more).stdout == d.ctl("policy", "render", directory).stdout != "", "another document"
    assert d.answer("policy", "explain", found["criteria"][0]["id"], "--framework", name)["id"] == found["criteria"][0]["id"]
    explained = d.answer("policy", "explain", "registration-4.4", "--framework", "jp-idtf@1.0")
    assert {one["id"]: one["privacy"] for one in explained["facts"]}["proofing.biometric_recorded"] == "sensitive", explained["facts"]
    assert "(sensitive)" in d.ctl("policy", "explain", "registration-4.4", "--framework", "jp-idtf@1.0").stdout
    d.refused("there is no version 0.0 of ds-511", "policy", "render", "ds-511@0.0")
    assert d.answer("policy", "impact", name)["version"] == number
    page = os.path.join(d.home, "diff.html")
    d.answer("policy", "diff", name, directory, "--html", page, "--language", "both")
    with open(page, encoding="utf-8") as f:
        text = f.read()
    assert "どの基準も変わらない。" in text and "No criterion changes." in text and "</html>" in text, text[:400]
    assert d.ctl("policy", "diff", name, directory, "--language", "fr").returncode == 2
    two = d.ctl("policy", "diff", *(os.path.join(SHIPPED, one, "1.0") for one in ("ds-511", "eidas-2015-1502")))
    assert two.returncode == 1 and "expected another version of ds-511, found one of eidas-2015-1502" in two.stderr, two.stderr


def a_check_that_was_cut_off_says_of_what(d):
    directory = d.version("jp-idtf", "1.0")
    told, = d.answer("policy", "check", directory)["versions"]
    assert told["cut_off"] and told["cut_off_at"], "a search of this version is too large by far: is it no more?"
    with open(os.path.join(directory, "levels.json"), encoding="utf-8") as f:
        areas = json.load(f)
    known = {c for base, _, files in os.walk(os.path.join(directory, "criteria")) for name in files
             for c in re.findall(r'"id":\s*"([^"]+)"', open(os.path.join(base, name), encoding="utf-8").read())}
    known |= set(re.findall(r'"id": "([^"]+)"', json.dumps(areas)))
    assert set(told["cut_off_at"]) <= known and len(set(told["cut_off_at"])) == len(told["cut_off_at"]), told["cut_off_at"]
    text = d.ctl("policy", "check", directory).stdout
    assert ", ".join(told["cut_off_at"]) + "\n" in text or "、".join(told["cut_off_at"]) + "\n" in text, text[-400:]


def two_operators_publish_together(d):
    framework, number = shipped()[0]
    d.stop()
    d.start(2)
    assert len(d.versions(len(shipped()))) == len(shipped()), "what was published is there after a new start"
    directory = d.version(framework, "99")
    shutil.copytree(d.version(framework, number), directory)
    path = os.path.join(directory, "manifest.json")
    with open(path, encoding="utf-8") as f:
        manifest = json.load(f)
    manifest["version"], manifest["valid_from"] = "99", "2099-01-01T00:00:00Z"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(manifest, f)
    d.answer("policy", "seal", directory)
    proposed = d.answer("policy", "publish", directory)
    assert proposed["outcome"] == "proposed" and proposed["approvals"] == {"had": 1, "needed": 2}, proposed
    assert "waits for operators" in d.ctl("status").stdout, "status does not tell"
    again = d.ctl("policy", "publish", directory)
    assert again.returncode == 0 and "unchanged, not published yet" in again.stdout and "waits for 1 more operator:" in again.stdout, again
    d.refused("proposed this; expected another operator", "policy", "approve", framework, "99")
    assert d.get(f"/v1/policy/{framework}@99")[0] == 404, "a proposal is public"
    assert d.answer("policy", "withdraw", framework, "99")["outcome"] == "withdrawn"
    d.refused(f"there is no version 99 of {framework}", "policy", "approve", framework, "99")
    d.refused("this version is published, and stays", "policy", "withdraw", framework, number)


def a_version_whose_own_tests_fail_is_not_published(d):
    framework, number = "ds-511", "1.0"
    directory, title = d.version(framework, "98"), "This test was changed, and fails"
    shutil.copytree(d.version(framework, number), directory)
    tests = os.path.join(directory, "tests")
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as f:
        manifest = json.load(f)
    manifest["version"], manifest["valid_from"] = "98", "2098-01-01T00:00:00Z"
    with open(os.path.join(directory, "manifest.json"), "w", encoding="utf-8") as f:
        json.dump(manifest, f)
    path = os.path.join(tests, sorted(os.listdir(tests))[0])
    with open(path, encoding="utf-8") as f:
        changed = json.load(f)
    changed["tests"][-1]["title"] = title
    changed["tests"][-1]["expect"] = {"barred": not changed["tests"][-1]["expect"].get("barred", False)}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(changed, f)
    d.answer("policy", "seal", directory)
    d.refused(f"own test \"{title}\" fails", "policy", "publish", directory, "--dry-run")
    d.refused(f"own test \"{title}\" fails", "policy", "publish", directory)
    shutil.rmtree(tests)
    d.answer("policy", "seal", directory)
    none = "/tests: expected tests that say where the version leads, found none"
    d.refused(none, "policy", "test", directory)
    d.refused(none, "policy", "publish", directory)
    assert not any(row["version"] == "98" for row in d.answer("policy", "list")["policies"]), "it was taken all the same"


def an_honest_ledger_needs_no_acceptance(d):
    heads = [os.path.join(base, name) for base, _, names in os.walk(d.home) for name in names if name == "ledger.head"]
    d.refused("the ledger is not halted", "ledger", "accept-restored")
    d.refused("the ledger is not halted", "ledger", "accept-restored", "--yes")
    # What was released stands after the two slots.
    assert len(heads) == 1 and os.path.getsize(heads[0]) <= 2 * 512, "the head was given up"


def mistakes_are_told(d):
    framework, number = shipped()[0]
    d.refused("expected a regular file", "policy", "seal", d.directory)
    d.refused("nowhere", "policy", "publish", d.version(framework, number), "--facts", os.path.join(d.home, "nowhere"))
    assert d.ctl("policy").returncode == 2 and d.ctl("policy", "approve", framework).returncode == 2


CASES = (every_shipped_version_is_published, each_file_is_served_as_it_was_published, a_published_version_is_not_sealed_anew,
         a_fetched_version_is_the_same, a_published_version_is_compared_with_files,
         a_check_that_was_cut_off_says_of_what, two_operators_publish_together, a_version_whose_own_tests_fail_is_not_published,
         an_honest_ledger_needs_no_acceptance, mistakes_are_told)


def main():
    daemon = Daemon()
    failed = 0
    for case in CASES:
        name = case.__name__.replace("_", " ")
        try:
            case(daemon)
            print(f"ok {name}")
        except (AssertionError, subprocess.TimeoutExpired) as wrong:
            failed += 1
            print(f"not ok {name}: {wrong}")
    daemon.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
