"""tests/bench/harness.py - what the benchmarks share: a daemon of their own, CPU time of processes, wrk, figures."""

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402,F401

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CPU, CLIENT_CPU = "0", "1"
PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../server/pages")


def say(text):
    print(text, file=sys.stderr, flush=True)


def figure(name, value, unit):
    print(f"{name} {value:.2f} {unit}", flush=True)


def wait_for(port, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def descendants(pid):
    """The process and all below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as f:
                    todo += [int(p) for p in f.read().split()]
        except FileNotFoundError:
            pass
    return found


def cpu_seconds(pid):
    """User and system time of the process and its living descendants."""
    total = 0
    for one in descendants(pid):
        try:
            with open(f"/proc/{one}/schedstat") as f:
                total += int(f.read().split()[0]) / 1e9
        except FileNotFoundError:
            pass
    return total


def private_kib(pid):
    """Memory of the process and all below it that nothing else can give back: pages of the store's map are the system's cache."""
    total = 0
    for one in descendants(pid):
        with open(f"/proc/{one}/smaps_rollup") as f:
            total += sum(int(n) for n in re.findall(r"^Private_Dirty: +(\d+)", f.read(), re.M))
    return total


def certificate(directory):
    """A P-256 server certificate for localhost."""
    key, cert = os.path.join(directory, "tls.key"), os.path.join(directory, "tls.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
    os.chmod(key, 0o600)
    return cert, key


class Daemon:
    """A watashid founded by watashictl in a directory of its own."""

    def __init__(self, build, program="watashid", workers=1, settings=None, cpus=SERVER_CPU):
        self.build, self.program, self.cpus = build, program, cpus
        self.home = tempfile.mkdtemp(prefix="watashi-bench-")
        self.directory = os.path.join(self.home, "federation")
        self.plain, self.tls, self.local = free_port(), free_port(), free_port()
        cert, key = certificate(self.home)
        self.ctl("init", self.directory, "--name-ja", "計測", "--name-en", "Bench", "--base-url",
                 f"https://localhost:{self.tls}/", "--registration-authority", "https://bench.example/", "--pages", PAGES,
             found=False)
        self.file = os.path.join(self.directory, "watashid.json")
        with open(self.file) as f:
            config = json.load(f)
        config["workers"] = workers
        config["listen"] = [
            {"kind": "public", "address": f"127.0.0.1:{self.plain}"},
            {"kind": "public", "address": f"127.0.0.1:{self.tls}", "tls": {"certificate": cert, "key": key}},
            {"kind": "local", "address": f"127.0.0.1:{self.local}"},
        ]
        # An unsigned file raises trust by one operator alone only where one is enough.
        config["control"] = {"operators": ["root"], "approvals": 1}
        config.setdefault("log", {})["access"] = os.path.join(self.home, "access.log")
        config.update(settings or {})
        with open(self.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)
        self.log = open(os.path.join(self.home, "watashid.log"), "w")
        self.start()

    def start(self):
        self.process = subprocess.Popen(["taskset", "-c", self.cpus, os.path.join(self.build, self.program), "-c", self.file],
                                        stderr=self.log)
        wait_for(self.plain)

    def ctl(self, *words, found=True):
        command = [os.path.join(self.build, "watashictl")]
        if found:
            command += ["-c", self.file]
        done = subprocess.run(command + list(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            if found:
                self.stop()
            raise SystemExit(f"watashictl {' '.join(words)}: {done.stdout}")
        return done.stdout

    def restart(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def wrk(url, script=None, seconds=3, connections=64):
    """Runs wrk and returns how many requests were answered; any answer but 2xx or 3xx ends the benchmark."""
    command = ["taskset", "-c", CLIENT_CPU, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [url], check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"wrk {url}: not every request was answered:\n{out}")
    return int(re.search(r"(\d+) requests in", out).group(1))


def cpu_per_request(pid, url, script=None, seconds=3, connections=64):
    """Microseconds of CPU of the server for one request."""
    before = cpu_seconds(pid)
    answered = wrk(url, script, seconds, connections)
    return (cpu_seconds(pid) - before) / answered * 1e6, answered / seconds


def paired(title, a, b, pairs):
    """Runs a and b in turn, A B B A A B …; returns the median of the ratios, and of each."""
    ratios, firsts, seconds = [], [], []
    for i in range(pairs):
        if i % 2:
            y, x = b(), a()
        else:
            x, y = a(), b()
        say(f"{title}: {x:.2f} us beside {y:.2f} us, ratio {x / y:.3f}")
        ratios.append(x / y)
        firsts.append(x)
        seconds.append(y)
    return statistics.median(ratios), statistics.median(firsts), statistics.median(seconds)
