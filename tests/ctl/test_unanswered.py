#!/usr/bin/env python3
"""tests/ctl/test_unanswered.py - what watashictl does not do when the daemon is there, and does not say what the deed depends on.

A daemon runs and signs its ledger; whoever answers at the socket that watashictl is told of refuses, is busy, or hangs up. Prints a
line `ok NAME` or `not ok NAME: why` for each case; exit status 0 or 1.
"""

import http.server
import os
import socket
import socketserver
import sys
import threading

from test_policy import Daemon

PROPOSAL = "sha256:" + "0" * 64


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


CASES = (a_head_is_not_given_up_when_the_daemon_does_not_say_that_it_is_halted, nothing_is_approved_that_could_not_be_looked_at,
         what_is_named_is_approved_without_a_look, where_no_daemon_runs_the_operator_decides)


def main():
    daemon = Daemon()
    answerer = Answerer(os.path.join(daemon.home, "answerer"))
    failed = 0
    for case in CASES:
        name = case.__name__.replace("_", " ")
        try:
            case(daemon, answerer)
            print(f"ok {name}")
        except AssertionError as wrong:
            failed += 1
            print(f"not ok {name}: {wrong}")
    daemon.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
