#!/usr/bin/env python3
"""tests/http/test_differential.py - our reading of requests beside nginx's.

The same bytes go to our server directly, and to nginx that hands requests on to another server of ours. Whenever nginx
takes bytes for requests, ours must take them for the same requests (number, method, host, target, body) or refuse them; what
nginx refuses and ours takes must be explained in OURS_ONLY.
And what nginx hands on, ours must read as nginx meant it: never more requests than nginx logged as handed on.
"""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

HOST = b"Host: a.example\r\n"
NEXT = b"GET /next HTTP/1.1\r\n" + HOST + b"\r\n"


def post(fields, body=b"", line=b"POST /a HTTP/1.1\r\n"):
    return line + HOST + fields + b"\r\n" + body + NEXT


def chunked(body):
    return post(b"Transfer-Encoding: chunked\r\n", body)


def get(line, fields=b"", host=HOST):
    return line + b"\r\n" + host + fields + b"\r\n" + NEXT


CASES = {
    "plain": get(b"GET /a HTTP/1.1"),
    "query": get(b"GET /a?b=c&d HTTP/1.1"),
    "head": get(b"HEAD /a HTTP/1.1"),
    "options": get(b"OPTIONS /a HTTP/1.1"),
    "braces": get(b"GET /{sha1}0a HTTP/1.1"),
    "escapes": get(b"GET /a%2Fb%20c HTTP/1.1"),
    "broken escape": get(b"GET /a%zz HTTP/1.1"),
    "escaped NUL": get(b"GET /a%00 HTTP/1.1"),
    "dots": get(b"GET /.. HTTP/1.1"),
    "fragment": get(b"GET /a#b HTTP/1.1"),
    "backslash": get(b"GET /a\\b HTTP/1.1"),
    "quote": get(b"GET /a\"b HTTP/1.1"),
    "non-ASCII target": get(b"GET /\xc3\xa4 HTTP/1.1"),
    "absolute": get(b"GET http://a.example/a HTTP/1.1"),
    "absolute, other host": get(b"GET http://b.example/a HTTP/1.1"),
    "authority form": get(b"CONNECT a.example:80 HTTP/1.1"),
    "asterisk": get(b"GET * HTTP/1.1"),
    "relative": get(b"GET a HTTP/1.1"),
    "two blanks": get(b"GET  /a HTTP/1.1"),
    "blank in target": get(b"GET /a b HTTP/1.1"),
    "tab": get(b"GET\t/a HTTP/1.1"),
    "blanks at the end": get(b"GET /a HTTP/1.1  "),
    "no version": b"GET /a\r\n\r\n" + NEXT,
    "HTTP/1.0": get(b"GET /a HTTP/1.0"),
    "HTTP/1.2": get(b"GET /a HTTP/1.2"),
    "HTTP/2.0": get(b"GET /a HTTP/2.0"),
    "HTTP/1.01": get(b"GET /a HTTP/1.01"),
    "small method": get(b"get /a HTTP/1.1"),
    "empty line before": b"\r\n" + get(b"GET /a HTTP/1.1"),
    "two empty lines before": b"\r\n\r\n" + get(b"GET /a HTTP/1.1"),
    "bare LF line": b"GET /a HTTP/1.1\n" + HOST + b"\r\n" + NEXT,
    "bare LF field": b"GET /a HTTP/1.1\r\nHost: a.example\n\r\n" + NEXT,
    "bare LF end": b"GET /a HTTP/1.1\r\n" + HOST + b"\n" + NEXT,
    "bare CR in field": get(b"GET /a HTTP/1.1", b"X: a\rContent-Length: 5\r\n"),
    "NUL in field": get(b"GET /a HTTP/1.1", b"X: a\0b\r\n"),
    "fold": get(b"GET /a HTTP/1.1", b"X: a\r\n b\r\n"),
    "folded length": post(b"Content-Length:\r\n 3\r\n", b"abc"),
    "folded coding": post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"),
    "blank before colon": post(b"Content-Length : 3\r\n", b"abc"),
    "tab before colon": post(b"Transfer-Encoding\t: chunked\r\n", b"0\r\n\r\n"),
    "no colon": get(b"GET /a HTTP/1.1", b"X\r\n"),
    "empty name": get(b"GET /a HTTP/1.1", b": x\r\n"),
    "underscore": post(b"Content_Length: 3\r\n"),
    "no host": get(b"GET /a HTTP/1.1", host=b""),
    "two hosts": get(b"GET /a HTTP/1.1", HOST),
    "empty host": get(b"GET /a HTTP/1.1", host=b"Host:\r\n"),
    "host with path": get(b"GET /a HTTP/1.1", host=b"Host: a/b\r\n"),
    "host with user": get(b"GET /a HTTP/1.1", host=b"Host: a@b\r\n"),
    "length": post(b"Content-Length: 3\r\n", b"abc"),
    "length on GET": post(b"Content-Length: 3\r\n", b"abc", b"GET /a HTTP/1.1\r\n"),
    "length zero": post(b"Content-Length: 0\r\n"),
    "two lengths": post(b"Content-Length: 3\r\nContent-Length: 0\r\n", b"abc"),
    "equal lengths": post(b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"),
    "list of lengths": post(b"Content-Length: 3, 3\r\n", b"abc"),
    "plus": post(b"Content-Length: +3\r\n", b"abc"),
    "minus": post(b"Content-Length: -3\r\n", b"abc"),
    "hexadecimal": post(b"Content-Length: 0x3\r\n", b"abc"),
    "leading zeros": post(b"Content-Length: 003\r\n", b"abc"),
    "blank inside": post(b"Content-Length: 1 0\r\n", b"a" * 10),
    "empty length": post(b"Content-Length:\r\n"),
    "huge length": post(b"Content-Length: 99999999999999999999\r\n", b"abc"),
    "chunked": chunked(b"3\r\nabc\r\n0\r\n\r\n"),
    "chunked, capitals": post(b"TRANSFER-ENCODING: CHUNKED\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
    "hex in both cases": chunked(b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
    "length and coding": post(b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "coding and length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
    "two codings": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "coding and identity": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n"),
    "list of codings": post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "identity": post(b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n", b"abc"),
    "unknown coding": post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "quoted coding": post(b"Transfer-Encoding: \"chunked\"\r\n", b"0\r\n\r\n"),
    "coding with parameter": post(b"Transfer-Encoding: chunked;q=1\r\n", b"0\r\n\r\n"),
    "coding after VT": post(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n"),
    "coding with HTTP/1.0": post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"POST /a HTTP/1.0\r\n"),
    "chunk extension": chunked(b"3;a=b\r\nabc\r\n0\r\n\r\n"),
    "chunk extension with LF": chunked(b"3;a\nabc\r\n0\r\n\r\n"),
    "chunk blank": chunked(b"3 \r\nabc\r\n0\r\n\r\n"),
    "chunk plus": chunked(b"+3\r\nabc\r\n0\r\n\r\n"),
    "chunk minus": chunked(b"-3\r\nabc\r\n0\r\n\r\n"),
    "chunk 0x": chunked(b"0x3\r\nabc\r\n0\r\n\r\n"),
    "chunk leading zeros": chunked(b"003\r\nabc\r\n0\r\n\r\n"),
    "last chunk of zeros": chunked(b"3\r\nabc\r\n000\r\n\r\n"),
    "chunk LF": chunked(b"3\nabc\n0\n\n"),
    "chunk LF after data": chunked(b"3\r\nabc\n0\r\n\r\n"),
    "chunk too long": chunked(b"2\r\nabc\r\n0\r\n\r\n"),
    "chunk too short": chunked(b"4\r\nabc\r\n0\r\n\r\n"),
    "chunk overflow": chunked(b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    "chunk overflow 32": chunked(b"100000003\r\nabc\r\n0\r\n\r\n"),
    "no chunk size": chunked(b"\r\nabc\r\n0\r\n\r\n"),
    "trailers": chunked(b"3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
    "trailer length": chunked(b"3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n"),
    "end with LF": chunked(b"3\r\nabc\r\n0\r\n\n"),
    "expect": post(b"Expect: 100-continue\r\nContent-Length: 3\r\n", b"abc"),
    "connection close": get(b"GET /a HTTP/1.1", b"Connection: close\r\n"),
    "connection names length": post(b"Connection: Content-Length\r\nContent-Length: 3\r\n", b"abc"),
    "upgrade": get(b"GET /a HTTP/1.1", b"Connection: Upgrade\r\nUpgrade: h2c\r\n"),
}

# Taken by us, refused by nginx, and why that is no danger.
OURS_ONLY = {
    "escaped NUL": "nginx decodes paths for its own files; ours is matched before anything is decoded",
    "broken escape": "as above: the front that decodes refuses",
    "dots": "as above: no path here is a file name",
    "small method": "methods have cases (RFC 9110 s9.1): an unknown one is answered with 405, and the next request is read",
}


class Echo:
    """One of our servers; what it reads comes over its standard output."""

    def __init__(self, program):
        self.port = free_port()
        self.process = subprocess.Popen([program, str(self.port)], stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = b""
        deadline = time.monotonic() + 10
        while b"ready\n" not in self.text:
            self.read(0.1)
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit("http_echo does not start")
        self.text = b""

    def read(self, wait):
        if select.select([self.process.stdout], [], [], wait)[0]:
            self.text += self.process.stdout.read() or b""

    def taken(self):
        self.read(0)
        lines, self.text = self.text.splitlines(), b""
        return [(r["method"], r["host"], r["target"], r["body"]) for r in map(json.loads, lines)]


def converse(port, request):
    """Sends and reads until the server closes or is silent; the statuses it answered with."""
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(request)
        s.settimeout(0.25)
        got = b""
        try:
            while piece := s.recv(65536):
                got += piece
        except (socket.timeout, ConnectionResetError):
            pass
    return got.count(b"HTTP/1.1 ")


def start_nginx(directory, upstream):
    port = free_port()
    configuration = os.path.join(directory, "nginx.conf")
    with open(configuration, "w", encoding="ascii") as out:
        out.write(f"""
daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log;
events {{ worker_connections 256; }}
http {{
    log_format handed_on "$upstream_status"; access_log {directory}/access.log handed_on;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $host;
        }}
    }}
}}
""")
    process = subprocess.Popen(["nginx", "-c", configuration, "-p", directory, "-e", f"{directory}/error.log"],
                               stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit("nginx does not start") from None
            time.sleep(0.05)


class Log:
    """What nginx handed on, whatever became of it."""

    def __init__(self, path):
        self.path, self.at = path, 0

    def handed_on(self, expected):
        """nginx writes its line after the answer, so the last ones are waited for."""
        count, deadline = 0, time.monotonic() + 2
        while True:
            with open(self.path, encoding="ascii") as log:
                log.seek(self.at)
                count += sum(line.rstrip() != "-" for line in log)
                log.seek(0, os.SEEK_END)
                self.at = log.tell()
            if count >= expected or time.monotonic() > deadline:
                return count
            time.sleep(0.02)


def compare(name, ours, behind):
    """What is wrong with our reading beside nginx's, or None."""
    if ours == behind[:len(ours)]:
        return None  # the same, or refused by us at the first that differs
    if behind == ours[:len(behind)]:
        return None if name in OURS_ONLY else "taken by us, refused by nginx, and not explained"
    return "read as different requests"


def main():
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    program = os.path.join(os.environ.get("top_builddir", "."), "tests/http/http_echo")
    if not shutil.which("nginx"):
        print("skipped: nginx is not installed (Debian: nginx-light)")
        return 77
    direct, behind = Echo(program), Echo(program)
    failed = both = refused = 0
    with tempfile.TemporaryDirectory() as directory:
        nginx, port = start_nginx(directory, behind.port)
        log = Log(f"{directory}/access.log")
        try:
            for name, request in CASES.items():
                converse(direct.port, request)
                converse(port, request)
                ours, theirs = direct.taken(), behind.taken()
                wrong = compare(name, ours, theirs)
                handed_on = log.handed_on(len(theirs))
                if len(theirs) > handed_on:
                    wrong = f"nginx handed on {handed_on} requests, we read {len(theirs)}"
                both += bool(ours and theirs)
                refused += bool(theirs and not ours)
                if wrong:
                    failed += 1
                    print(f"FAIL {name}: {wrong}\n  ours:  {ours}\n  nginx: {theirs}")
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait()
            for server in (direct, behind):
                server.process.terminate()
                server.process.wait()
    if both < 10:
        failed += 1
        print(f"FAIL only {both} cases were taken by both: the comparison says nothing")
    print(f"{len(CASES)} cases: {both} taken by both, {refused} refused by us alone, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
