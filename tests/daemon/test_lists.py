#!/usr/bin/env python3
"""tests/daemon/test_lists.py - the real daemon keeps revocation lists new: from addresses, from a directory, asked to.

Prints a line `ok NAME`, `not ok NAME: why` or `skip NAME: why` for each case, as test_processes.py does.
"""
import functools
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from test_processes import BUILD, Daemon, until

TESTCARD = os.path.join(BUILD, "watashi-testcard")
WORLD = tempfile.mkdtemp(prefix="watashi-lists-")


def testcard(*words):
    done = subprocess.run([TESTCARD, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"watashi-testcard {' '.join(words)}: {done.stdout}"
    return done.stdout


def make_list(name, *words):
    """Under a name that nobody looks for, then renamed: nobody reads half of it."""
    path = os.path.join(WORLD, "served", name)
    testcard("crl", WORLD, "--out", path + ".new", *words)
    os.rename(path + ".new", path)
    return path


class Served:
    """The lists over plain HTTP, and how often each was asked for."""

    def __init__(self):
        asked = self.asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                super().do_GET()

            def log_message(self, *words):
                pass

        folder = os.path.join(WORLD, "served")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name):
        return f"http://127.0.0.1:{self.server.server_address[1]}/{name}"


def daemon_of(urls=(), start=True, signers=()):
    daemon = Daemon(start=False)
    watch = os.path.join(daemon.directory, "incoming")
    os.mkdir(watch)
    os.chmod(watch, 0o755)
    secret = os.path.join(daemon.directory, "handle.secret")
    with open(secret, "wb") as f:
        f.write(os.urandom(32))
    os.chmod(secret, 0o600)
    anchors = []
    for purpose, folder in (("signature", "sign"), ("authentication", "auth")):
        for generation in ("1", "2"):
            copy = os.path.join(daemon.directory, f"{folder}{generation}.cer")
            shutil.copy(os.path.join(WORLD, folder, generation, "ca.cer"), copy)
            os.chmod(copy, 0o644)
            anchors.append({"purpose": purpose, "world": "test", "file": copy})
    signers = [shutil.copy(signer, daemon.directory) for signer in signers]
    daemon.change(fetch={"internal": ["127.0.0.1"]}, jpki={
        "test": True, "handle_secret": secret, "anchors": anchors,
        "lists": {"urls": list(urls), "watch": watch, "refresh": "PT1M", "signers": list(signers)},
        "sources": [{"name": "lists", "kind": "crl"}]})
    daemon.watch = watch
    if start:
        daemon.start()
    return daemon


def lists(daemon):
    return json.loads(daemon.ctl("status", "--json"))["lists"]


def metric(daemon, name):
    for line in daemon.get("/metrics", daemon.local)[1].decode().splitlines():
        if line.startswith(name + " "):
            return int(line.split()[1])
    return None


def gauge(daemon, name, purpose, kind):
    """Of one set; None where it has no list."""
    for line in daemon.get("/metrics", daemon.local)[1].decode().splitlines():
        if line.startswith(f'{name}{{purpose="{purpose}",kind="{kind}"}} '):
            return int(line.split()[1])
    return None


def put(daemon, path, name):
    shutil.copy(path, os.path.join(daemon.watch, "." + name))
    os.rename(os.path.join(daemon.watch, "." + name), os.path.join(daemon.watch, name))


def refreshed(daemon):
    done = subprocess.run([os.path.join(BUILD, "watashictl"), "-c", daemon.file, "jpki", "crl", "refresh", "--json"],
                          stdout=subprocess.PIPE, text=True)
    answer = json.loads(done.stdout)
    assert done.returncode == (1 if answer["failed"] else 0), (done.returncode, answer)
    return answer


def a_list_is_fetched_at_the_start_and_counts_in_every_process():
    served = Served()
    make_list("sign.crl", "--entries", "100")
    with daemon_of([served.url("sign.crl")]) as daemon:
        until(lambda: lists(daemon)["at_hand"] == 1, "the list to be taken in")
        assert lists(daemon)["stale"] == 0 and not lists(daemon)["failing"], lists(daemon)
        assert metric(daemon, "watashi_jpki_lists") == 1
        assert metric(daemon, "watashi_jpki_lists_stale") == 0
        assert metric(daemon, "watashi_jpki_lists_next_update_timestamp_seconds") > 1700000000
        assert "crl.taken" in daemon.log(), daemon.log()


def what_is_put_into_the_directory_is_taken_in():
    with daemon_of() as daemon:
        assert lists(daemon)["at_hand"] == 0
        put(daemon, make_list("one.crl", "--entries", "10"), "one.crl")
        assert refreshed(daemon) == {"taken": 1, "unchanged": 0, "failed": 0}
        assert refreshed(daemon) == {"taken": 0, "unchanged": 1, "failed": 0}
        put(daemon, make_list("two.crl", "--purpose", "authentication"), "two.crl")
        until(lambda: lists(daemon)["at_hand"] == 2, "the second, which nobody asked for")
        for purpose in ("signature", "authentication"):
            assert gauge(daemon, "watashi_jpki_list_set_lists", purpose, "full") == 1
            assert gauge(daemon, "watashi_jpki_list_set_lists", purpose, "delta") is None
            assert 0 <= gauge(daemon, "watashi_jpki_list_set_age_seconds", purpose, "full") < 86400
            assert gauge(daemon, "watashi_jpki_list_set_next_update_timestamp_seconds", purpose, "full") > time.time()


def a_list_that_is_wrong_leaves_the_last_good_one():
    with daemon_of() as daemon:
        path = make_list("good.crl", "--entries", "10")
        put(daemon, path, "good.crl")
        assert refreshed(daemon)["taken"] == 1
        with open(path, "rb") as f:
            bytes_ = bytearray(f.read())
        bytes_[-1] ^= 1
        with open(path, "wb") as f:
            f.write(bytes_)
        newer = make_list("newer.crl", "--entries", "11")
        with open(newer, "r+b") as f:
            f.seek(-1, os.SEEK_END)
            f.write(bytes([0x55]))
        put(daemon, newer, "newer.crl")
        with open(os.path.join(daemon.watch, "text.pem"), "w") as f:
            f.write("no list\n")
        answer = refreshed(daemon)
        assert answer["failed"] == 2 and answer["taken"] == 0 and daemon.watch in answer["problem"], answer
        state = lists(daemon)
        assert state["at_hand"] == 1 and len(state["failing"]) == 2, state
        assert all(one["failures"] == 1 and one["problem"] for one in state["failing"]), state
        assert "crl.failed" in daemon.log()
        sources = json.loads(daemon.ctl("status", "--json"))["revocation_sources"]
        assert sources == [{"name": "lists", "kind": "crl", "failures": 0, "failing_since": None, "failed": None,
                            "answered": None}], sources
        said = daemon.ctl("status")
        assert "lists (crl): has not answered yet" in said, said
        assert "1 revocation lists at hand" in said and said.count("NOT TAKEN since") == 2, said


def who_an_authority_certified_signs_where_the_configuration_says_so():
    made = make_list("delegated.crl", "--municipality", "Tokyo-to/Minato-ku", "--signer")
    own = make_list("own.crl")
    signer = os.path.join(WORLD, "sign", "2", "list-signer.pem")
    for signers, taken, failed in (((), 1, 1), ((signer,), 2, 0)):
        with daemon_of(signers=signers) as daemon:
            put(daemon, own, "own.crl")
            until(lambda: lists(daemon)["at_hand"] == 1, "the authority's own")  # pylint: disable=cell-var-from-loop
            put(daemon, made, "delegated.crl")
            assert refreshed(daemon)["failed"] == failed
            assert lists(daemon)["at_hand"] == taken, lists(daemon)
            assert not failed or "nobody we believe" in lists(daemon)["failing"][0]["problem"], lists(daemon)


def a_list_of_a_moment_from_now_is_taken_in_then():
    with daemon_of() as daemon:
        begins = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5))
        put(daemon, make_list("early.crl", "--at", begins), "early.crl")
        assert refreshed(daemon)["failed"] == 1
        assert "not in force before" in lists(daemon)["failing"][0]["problem"], lists(daemon)
        until(lambda: lists(daemon)["at_hand"] == 1, "the list, which nobody touched", 30)
        assert not lists(daemon)["failing"], lists(daemon)


def a_server_that_is_gone_is_told_and_asked_again():
    served = Served()
    with daemon_of([served.url("nowhere.crl")]) as daemon:
        until(lambda: lists(daemon)["failing"], "the failure to be told")
        assert "expected status 200, found 404" in lists(daemon)["failing"][0]["problem"], lists(daemon)
        make_list("nowhere.crl")
        assert refreshed(daemon)["taken"] == 1
        assert not lists(daemon)["failing"]


def what_was_taken_in_survives_the_steward_and_the_daemon():
    with daemon_of() as daemon:
        put(daemon, make_list("kept.crl"), "kept.crl")
        assert refreshed(daemon)["taken"] == 1
        steward = [p for p in json.loads(daemon.ctl("status", "--json"))["processes"] if p["role"] == "steward"][0]
        os.kill(steward["pid"], signal.SIGKILL)
        until(lambda: daemon.log().count("process.ready") > 5 or "steward" in daemon.log(), "another steward")

        def at_hand():
            try:
                return lists(daemon)["at_hand"] == 1
            except AssertionError:
                return False
        until(at_hand, "its successor to have the list")
        daemon.signal(signal.SIGTERM)
        daemon.process.wait(20)
        daemon.start()
        assert lists(daemon)["at_hand"] == 1
        assert metric(daemon, "watashi_jpki_lists") == 1


def a_long_list_keeps_no_operator_waiting():
    with daemon_of() as daemon:
        put(daemon, make_list("long.crl", "--entries", "2000000"), "long.crl")
        asking = subprocess.Popen([os.path.join(BUILD, "watashictl"), "-c", daemon.file, "jpki", "crl", "refresh"],
                                  stdout=subprocess.PIPE, text=True)
        answered = 0
        while asking.poll() is None:
            lists(daemon)
            answered += 1
        said = asking.stdout.read()
        assert asking.returncode == 0 and "1 taken" in said, said
        assert answered >= 2, f"the steward answered {answered} times meanwhile"


def without_lists_there_is_nothing_to_refresh():
    with Daemon() as daemon:
        done = subprocess.run([os.path.join(BUILD, "watashictl"), "-c", daemon.file, "jpki", "crl", "refresh"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 1 and "no revocation lists are kept here" in done.stdout, done.stdout


def what_a_worker_could_not_have_is_noticed_before_anything_starts():
    with daemon_of([], start=False) as daemon:
        with open(daemon.file) as f:
            section = json.load(f)["jpki"]
        leaf = os.path.join(daemon.directory, "garbage.cer")
        short = os.path.join(daemon.directory, "short.secret")
        for path, content, mode in ((leaf, b"not a certificate", 0o644), (short, b"8 bytes.", 0o600)):
            with open(path, "wb") as f:
                f.write(content)
            os.chmod(path, mode)
        of_auth = next(a for a in section["anchors"] if a["purpose"] == "authentication")
        cases = [
            ("good", {}, "is good"),
            ("a file that is no certificate", {"anchors": [{"purpose": "signature", "world": "test", "file": leaf}]}, "garbage.cer"),
            ("an authority of the other purpose", {"anchors": [dict(of_auth, purpose="signature")]}, "auth1.cer"),
            ("a signer of lists that may sign none", {"lists": dict(section["lists"], signers=[leaf])}, "garbage.cer"),
            ("a responder's file that is no certificate", {"sources": [*section.get("sources", []), {
                "name": "asked", "kind": "ocsp", "url": "http://127.0.0.1:1/", "responders": [leaf]}]}, "garbage.cer"),
            ("a short secret", {"handle_secret": short}, "expected at least 32 secret bytes, found 8"),
        ]
        for title, changed, part in cases:
            daemon.change(jpki=dict(section, **changed))
            done = subprocess.run([os.path.join(BUILD, "watashid"), "-t", "-c", daemon.file], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            assert (done.returncode == 0) == (title == "good") and part in done.stdout, (title, done.stdout)


CASES = [a_list_is_fetched_at_the_start_and_counts_in_every_process, what_is_put_into_the_directory_is_taken_in,
         a_list_that_is_wrong_leaves_the_last_good_one,
         who_an_authority_certified_signs_where_the_configuration_says_so, a_list_of_a_moment_from_now_is_taken_in_then,
         a_server_that_is_gone_is_told_and_asked_again,
         what_was_taken_in_survives_the_steward_and_the_daemon, a_long_list_keeps_no_operator_waiting,
         without_lists_there_is_nothing_to_refresh, what_a_worker_could_not_have_is_noticed_before_anything_starts]


def main():
    wanted = sys.argv[1:]
    failed = 0
    try:
        testcard("init", WORLD)
        os.mkdir(os.path.join(WORLD, "served"))
        for case in CASES:
            if wanted and case.__name__ not in wanted:
                continue
            try:
                case()
                print("ok", case.__name__, flush=True)
            except Exception as e:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {case.__name__}: {type(e).__name__} {e}", flush=True)
    finally:
        shutil.rmtree(WORLD, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
