#!/usr/bin/env python3
"""tests/ctl/test_unanswered.py - what watashictl does not do when the daemon is there, and does not say what the deed depends on.

A daemon runs and signs its ledger; whoever answers at the socket that watashictl is told of refuses, is busy, or hangs up. Prints a
line `ok NAME` or `not ok NAME: why` for each case; exit status 0 or 1.
"""

import http.server
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading

from test_policy import WATASHICTL, Daemon

FOUND = ('{"searched":2,"size":2,"found":["00000000000000000000000000000001"],"unreadable":[%s],"why":%s,"next":null,'
         '"outcome":"erased","erased":%d,"gone":%d,"entry":%s,"approvals":{"had":1,"needed":1}}')
ERASE = ("ledger", "erase", "--subject", "user:alice", "--reason", "asked for", "--yes")
NOBODY = 65533
PROPOSAL = "sha256:" + "0" * 64


class Skip(Exception):
    pass


class Answerer(socketserver.ThreadingUnixStreamServer):
    """Answers everything at a Unix socket with one status and body (None: it hangs up), and counts what would change something."""

    daemon_threads = True

    def __init__(self, path):
        self.status, self.body, self.posted = 503, b"", 0
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def address_string(self):
                return "socket"

            def do_GET(self):
                if server.status is None:
                    return
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            def do_POST(self):
                server.posted += 1
                self.do_GET()

        super().__init__(path, Handler)
        self.handle_error = lambda *args: None  # who has read the status may hang up
        threading.Thread(target=self.serve_forever, daemon=True).start()


REFUSALS = (
    ("it is busy", 503, b'{"detail":"the store does not answer","code":"unavailable"}', "the store does not answer"),
    ("this user is no operator", 403, b'{"detail":"uid 4711 is no operator","code":"denied"}', "uid 4711 is no operator"),
    ("it has no words", 500, b"", "status 500"),
    ("it is another", 200, b"<html>", "is no JSON"),
    ("it hangs up", None, b"", "the daemon at"),
)


def each_refusal(d, answerer, part, *words):
    for title, status, body, told in REFUSALS:
        answerer.status, answerer.body, answerer.posted = status, body, 0
        done = d.ctl("-s", answerer.server_address, *words)
        assert done.returncode == 1, f"{title}: expected 1, ended with {done.returncode}: {done.stdout}"
        assert part in done.stderr and told in done.stderr, f"{title}: expected {part!r} and {told!r}, found {done.stderr!r}"
        assert answerer.posted == 0, f"{title}: it was asked to change something all the same"


def head_of(d):
    heads = [os.path.join(base, name) for base, _, names in os.walk(d.home) for name in names if name == "ledger.head"]
    assert len(heads) == 1, "there is no head"
    return heads[0]


def released(d):
    # What was released stands after the two slots.
    return os.path.getsize(head_of(d)) > 2 * 512


def a_head_is_not_given_up_when_the_daemon_does_not_say_that_it_is_halted(d, answerer):
    each_refusal(d, answerer, "whether the ledger is halted is not known, and nothing was changed", "ledger", "accept-restored",
                 "--yes")
    assert not released(d), "the head of a log that goes on was given up"


def nothing_is_approved_that_could_not_be_looked_at(d, answerer):
    each_refusal(d, answerer, "what waits is not known, and nothing was approved", "token", "approve", "bank-1")
    each_refusal(d, answerer, "what waits is not known, and nothing was approved", "policy", "approve", "aal", "1.0")
    each_refusal(d, answerer, "what waits is not known, and nothing was approved", "member", "approve", "city-office")


def what_is_named_is_approved_without_a_look(d, answerer):
    answerer.status, answerer.body, answerer.posted = 503, b'{"detail":"the store does not answer","code":"unavailable"}', 0
    d.ctl("-s", answerer.server_address, "token", "approve", "bank-1", "--proposal", PROPOSAL)
    d.ctl("-s", answerer.server_address, "policy", "approve", "aal", "1.0", "--proposal", PROPOSAL)
    assert answerer.posted == 2, "it was not asked"


def what_was_erased_and_what_could_not_be_looked_at_are_told(d, answerer):
    entry = '"00000000000000000000000000000002"'
    for title, values, code, said, complained in (
            ("all were erased already", ("", "null", 0, 1, "null"), 0, "all 1 decisions were erased already", ""),
            ("one is", ("", "null", 1, 0, entry), 0, "erased 1 decisions", ""),
            ("and one cannot be read", (entry, '"of another form"', 1, 0, entry), 1, "erased 1 decisions",
             "1 entries cannot be read and may be about this subject, too: of another form")):
        answerer.status, answerer.body = 200, (FOUND % values).encode()
        done = d.ctl("-s", answerer.server_address, *ERASE)
        assert done.returncode == code and said in done.stdout and complained in done.stderr, f"{title}: {done}"
        done = d.ctl("-s", answerer.server_address, *ERASE, "--json")
        told = json.loads(done.stdout)
        assert done.returncode == code and told["outcome"] == ("erased" if values[2] else "gone"), f"{title}: {done}"
        assert len(told["unreadable"]) == bool(values[0]), f"{title}: {done}"


def where_no_daemon_runs_the_operator_decides(d, answerer):
    left = os.path.join(d.home, "left")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(left)  # and nobody listens: what a killed daemon leaves
    for path in (left, os.path.join(d.home, "nowhere")):
        done = d.ctl("-s", path, "ledger", "accept-restored")
        assert done.returncode == 1 and "The daemon could not be asked" in done.stdout, f"{path}: {done.stdout}{done.stderr}"
    assert not released(d), "it was given up without a word"
    d.stop()
    done = d.ctl("ledger", "accept-restored", "--yes")
    assert done.returncode == 0 and released(d), f"the operator's word does not count: {done.stderr}"
    d.start(1)


def listen_as_nobody(path, times):
    """Says that the log is halted, to so many. What comes through the pipe: "!" when it listens, "?" for each that sent anything."""
    heard, told = os.pipe()
    if os.fork() == 0:
        os.setuid(NOBODY)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)
            os.chmod(path, 0o777)
            s.listen()
            os.write(told, b"!")
            for _ in range(times):
                link, _ = s.accept()
                if link.recv(65536):
                    os.write(told, b"?")
                    body = b'{"ledger":{"halted":"x"}}'
                    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                link.close()
        os._exit(0)
    os.close(told)
    assert os.read(heard, 1) == b"!", "nobody listens"
    return heard


def heard_of(pipe):
    os.wait()
    try:
        return os.read(pipe, 16)
    finally:
        os.close(pipe)


def who_is_neither_root_nor_the_daemons_user_is_told_nothing(d, answerer):
    del answerer
    if os.geteuid() != 0:
        raise Skip("only root can have another user listen")
    os.chmod(d.home, 0o755)
    own, shared = (os.path.join(d.home, name) for name in ("nobodys", "everybodys"))
    os.mkdir(own)
    os.chown(own, NOBODY, -1)
    os.mkdir(shared)
    os.chmod(shared, 0o1777)
    said = "listens at"
    path = os.path.join(own, "control")
    pipe = listen_as_nobody(path, 3)
    for words in (("ledger", "accept-restored", "--yes"), ("status",), ("token", "new", "a", "--member", "b", "--right", "decide")):
        done = d.ctl("-s", path, *words)
        assert done.returncode == 1 and f"user {NOBODY} {said} {path}; expected root" in done.stderr, f"{words}: {done}"
    assert heard_of(pipe) == b"", "something was sent to it"
    assert not released(d), "a stranger's word was taken"

    # Without a configuration, who listens must be the only one who can put a socket there.
    for place, code, heard in ((shared, 1, b""), (own, 0, b"?")):
        path = os.path.join(place, "other")
        pipe = listen_as_nobody(path, 1)
        done = subprocess.run([WATASHICTL, "-c", os.path.join(d.home, "none.json"), "-s", path, "status"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == code and (said in done.stderr) == bool(code), f"{place}: {done}"
        assert heard_of(pipe) == heard, f"{place}: another was sent"


CASES = (a_head_is_not_given_up_when_the_daemon_does_not_say_that_it_is_halted, nothing_is_approved_that_could_not_be_looked_at,
         what_is_named_is_approved_without_a_look, who_is_neither_root_nor_the_daemons_user_is_told_nothing,
         what_was_erased_and_what_could_not_be_looked_at_are_told, where_no_daemon_runs_the_operator_decides)


def main():
    daemon = Daemon()
    answerer = Answerer(os.path.join(daemon.home, "answerer"))
    failed = 0
    for case in CASES:
        name = case.__name__.replace("_", " ")
        try:
            case(daemon, answerer)
            print(f"ok {name}")
        except Skip as why:
            print(f"skip {name}: {why}")
        except AssertionError as wrong:
            failed += 1
            print(f"not ok {name}: {wrong}")
    daemon.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
