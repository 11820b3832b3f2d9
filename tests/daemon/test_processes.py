#!/usr/bin/env python3
"""tests/daemon/test_processes.py - the real daemon: starting, changing its configuration, losing processes, stopping.

Prints a line `ok NAME`, `not ok NAME: why` or `skip NAME: why` for each case; exit status 0, 1, or 77 when all were
skipped.
"""

import ctypes
import http.client
import json
import os
import pwd
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

BUILD = os.environ.get("top_builddir", ".")
SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
WATASHID, WATASHICTL = os.path.join(BUILD, "watashid"), os.path.join(BUILD, "watashictl")
CONFIGURATION, FAILED = 78, 1
PIDFD_GETFD = 438
NONSENSE = b"\x01\x00\x00\x00\x03\xff\xff\xff"  # net/channel.c: one message of three bytes
ROLES = ("worker", "recorder", "steward", "signer")
METADATA = """<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">%s</md:EntitiesDescriptor>"""
ENTITY = """<md:EntityDescriptor entityID="https://rp%d.example/sp">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="https://rp%d.example/acs" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""


class Skip(Exception):
    pass


def until(true, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


class Daemon:
    """A federation in a directory of its own, and the daemon that runs it."""

    def __init__(self, start=True, wait=True, **settings):
        self.home = tempfile.mkdtemp(prefix="watashi-test-")
        os.chmod(self.home, 0o755)
        self.directory = os.path.join(self.home, "f")
        self.file = os.path.join(self.directory, "watashid.json")
        self.port, self.local = free_port(), free_port()
        self.process = None
        subprocess.run([WATASHICTL, "init", self.directory, "--name-ja", "試験", "--name-en", "Test", "--base-url",
                        "https://localhost:8443/", "--registration-authority", "https://test.example/",
                        "--key-type", "p-256", "--pages", os.path.join(SOURCE, "server/pages")], check=True,
                       stdout=subprocess.DEVNULL)
        self.change(workers=2, listen=[
            {"kind": "public", "address": f"127.0.0.1:{self.port}"},
            {"kind": "local", "address": f"127.0.0.1:{self.local}"}], control={"approvals": 1}, **settings)
        if start:
            self.start(wait)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind and kind is not Skip:
            print(self.log(), file=sys.stderr)
        shutil.rmtree(self.home, ignore_errors=True)

    def change(self, **settings):
        with open(self.file) as f:
            config = json.load(f)
        config.update(settings)
        with open(self.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)

    def withdraw(self, name):
        with open(self.file) as f:
            config = json.load(f)
        del config[name]
        with open(self.file, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=1)

    def start(self, wait=True):
        with open(os.path.join(self.home, "log"), "w") as log:
            self.process = subprocess.Popen([WATASHID, "-c", self.file], stderr=log)
        if wait:
            until(lambda: self.process.poll() is not None or "watashid: ready" in self.log(), "the daemon to be ready")
            assert self.process.poll() is None, f"it ended: {self.log()}"

    def log(self):
        with open(os.path.join(self.home, "log")) as f:
            return f.read()

    def signal(self, which):
        self.process.send_signal(which)

    def get(self, path, port=None):
        link = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def ready(self):
        try:
            return self.get("/readyz", self.local)[0] == 200
        except OSError:
            return False

    def ctl(self, *words):
        done = subprocess.run([WATASHICTL, "-c", self.file, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        assert done.returncode == 0, f"watashictl {' '.join(words)}: {done.stdout}"
        return done.stdout

    def import_entities(self, first, count):
        path = os.path.join(self.home, "metadata.xml")
        with open(path, "w") as f:
            f.write(METADATA % "".join(ENTITY % (n, n) for n in range(first, first + count)))
        return self.ctl("import", path)

    def pids(self, role):
        """Those that are ready, by the log's own words would be cheating: asked of the kernel."""
        found = []
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            for pid in f.read().split():
                try:
                    with open(f"/proc/{pid}/comm") as name:
                        if name.read().strip().startswith(f"w:{role}"):
                            found.append(int(pid))
                except (FileNotFoundError, ProcessLookupError):
                    pass
        return found

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.process.wait(60)


class Load:
    """Continuous requests on kept connections and on new ones. Whatever is not answered is a failure."""

    def __init__(self, port):
        self.port, self.failures, self.answered = port, [], 0
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=run) for run in (self.keep, self.keep, self.renew, self.renew)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for t in self.threads:
            t.join()

    def ask(self, link):
        link.request("GET", "/v1/federation")
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200 or json.loads(body)["name"]["en"] != "Test":
            self.failures.append(f"status {answer.status}: {body[:80]}")
        self.answered += 1

    def fresh(self):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            self.ask(link)
        except (OSError, http.client.HTTPException) as e:
            self.failures.append(f"on a new connection: {e!r}")
            link.close()
            return None
        return link

    def keep(self):
        link = None
        while not self.ending.is_set():
            if not link:
                link = self.fresh()
                continue
            try:
                self.ask(link)
                if link.sock is None: # the server said that this was the last answer
                    link = None
            except (OSError, http.client.HTTPException) as e:
                self.failures.append(f"on a kept connection: {e!r}")
                link = None
        if link:
            link.close()

    def renew(self):
        while not self.ending.is_set():
            link = self.fresh()
            if link:
                link.close()


def starts_and_is_ready():
    with Daemon() as d:
        until(d.ready, "/readyz to say yes")
        assert d.get("/healthz", d.local) == (200, b"ok\n")
        metrics = d.get("/metrics", d.local)[1].decode()
        for role in ROLES:
            assert re.search(rf'watashi_process_up{{process="{role}[^"]*",role="{role}"}} 1', metrics), role
        assert "watashi_publication_generation 1" in metrics
        assert d.get("/readyz")[0] == 404, "health is for local listeners only"
        control = os.stat(os.path.join(d.directory, "run/control.sock"))
        assert stat.S_IMODE(control.st_mode) == 0o666, "whoever connects is known by the kernel"
        assert ("warning watashid user.root" in d.log()) == (os.geteuid() == 0), "root without a user is warned"
        assert d.get("/v1/federation", d.local)[0] == 404, "and what is public is not on them"
        assert d.stop() == 0


def imported_entities_are_published():
    with Daemon() as d:
        assert "3 added" in d.import_entities(0, 3)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 3, "three entities to be published")
        assert d.get("/entities/https%3A%2F%2Frp1.example%2Fsp")[0] == 200
        assert b"rp2.example" in d.get("/metadata.xml")[1]
        assert d.stop() == 0


def a_second_start_keeps_the_data():
    with Daemon() as d:
        d.import_entities(0, 3)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 3, "three entities to be published")
        before = d.get("/metadata.xml")
        assert d.stop() == 0
        d.start()
        assert d.get("/metadata.xml") == before
        assert d.stop() == 0


def a_restored_store_serves_what_it_served():
    """On a new machine: the store's directory is not there, and as root the daemon's user is another."""
    root = os.geteuid() == 0
    with Daemon(start=False, **({"user": "nobody"} if root else {})) as d:
        store, copy = os.path.join(d.directory, "store"), os.path.join(d.home, "copy.mdb")
        for place in ("store", "generations", "run"):
            os.rmdir(os.path.join(d.directory, place))
        if root:
            os.chown(os.path.join(d.directory, "keys"), -1, pwd.getpwnam("nobody").pw_gid)
        d.start()
        d.import_entities(0, 3)
        # The aggregate may follow its entities in a generation of its own: only then nothing more is to come.
        until(lambda: d.get("/metadata.xml")[1].count(b" entityID=") == 3, "an aggregate of three entities to be published")
        before = d.get("/metadata.xml"), json.loads(d.get("/v1/federation")[1])
        d.ctl("backup", copy)
        assert d.stop() == 0
        shutil.rmtree(store)
        assert "restored" in d.ctl("restore", copy)
        owner = pwd.getpwnam("nobody").pw_uid if root else os.geteuid()
        for path in (store, *(os.path.join(store, name) for name in os.listdir(store))):
            assert os.stat(path).st_uid == owner, path
        d.start()
        assert (d.get("/metadata.xml"), json.loads(d.get("/v1/federation")[1])) == before
        d.import_entities(0, 4)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 4, "what is imported next to be published")
        served = json.loads(d.get("/v1/federation")[1])["generation"]
        assert d.stop() == 0
        d.ctl("restore", copy)
        d.start()
        d.import_entities(0, 5)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 5, "another after the same copy to be published")
        # What was published since the copy is undone, but its numbers are not given to something else.
        assert json.loads(d.get("/v1/federation")[1])["generation"] > served
        assert d.stop() == 0


def hangup_under_load_fails_no_request():
    with Daemon() as d:
        old = set(d.pids("worker"))
        with Load(d.port) as load:
            for round in range(1, 4):
                time.sleep(0.4)
                d.signal(signal.SIGHUP)
                until(lambda: d.log().count("reload.done") == round, f"reload {round} to be done")
            time.sleep(0.4)
        assert not load.failures, f"{len(load.failures)} of {load.answered}: {load.failures[:3]}"
        assert load.answered > 100, f"only {load.answered} requests"
        assert not old & set(d.pids("worker")), "the old workers are gone"
        assert len(d.pids("worker")) == 2
        assert d.stop() == 0


def hangup_opens_and_closes_listeners():
    with Daemon() as d:
        other = free_port()
        d.change(listen=[{"kind": "public", "address": f"127.0.0.1:{other}"},
                         {"kind": "local", "address": f"127.0.0.1:{d.local}"}])
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done" in d.log(), "the reload to be done")
        assert d.get("/v1/federation", other)[0] == 200
        try:
            d.get("/v1/federation")
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("the old address still answers")
        assert d.stop() == 0


def a_bad_configuration_does_not_replace_the_good_one():
    with Daemon() as d:
        workers = d.pids("worker")
        # Member by member in the order of the file: workers stands before what is added at its end.
        for change, said in (({"wrong": 1}, "/wrong"), ({"workers": "many"}, "/workers")):
            before = d.log().count("config.refused problem=")
            d.change(**change)
            d.signal(signal.SIGHUP)
            until(lambda: d.log().count("config.refused problem=") > before, "the configuration to be refused")
            assert said in d.log().split("config.refused problem=")[-1], "the refusal names the key"
        assert d.pids("worker") == workers
        assert d.get("/v1/federation")[0] == 200
        assert 'reloads_total{result="refused"} 2' in d.get("/metrics", d.local)[1].decode()
        # Which socket it is, that file cannot tell now.
        by_socket = ("-s", os.path.join(d.directory, "run/control.sock"), "status")
        told = json.loads(d.ctl(*by_socket, "--json"))["refused"]
        assert told["keys"] is None and "/workers" in told["configuration"]["why"] and told["configuration"]["since"], told
        assert f"NOT IN FORCE since {told['configuration']['since']}" in d.ctl(*by_socket), "status shows it"
        d.change(workers=2)
        d.withdraw("wrong")
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done" in d.log(), "the reload to be done")
        assert json.loads(d.ctl("status", "--json"))["refused"] == {"configuration": None, "keys": None}
        assert "NOT IN FORCE" not in d.ctl("status")
        assert d.stop() == 0


def what_needs_a_restart_is_refused_by_name():
    with Daemon() as d:
        d.change(store={"directory": "elsewhere"})
        os.mkdir(os.path.join(d.directory, "elsewhere"))
        d.signal(signal.SIGHUP)
        until(lambda: "config.refused" in d.log(), "the configuration to be refused")
        assert "/store/directory" in d.log().split("config.refused")[1]
        d.change(store={}, generations="elsewhere")
        d.signal(signal.SIGHUP)
        until(lambda: d.log().count("config.refused") == 2, "the configuration to be refused again")
        assert "/generations" in d.log().split("config.refused")[2]
        assert d.get("/v1/federation")[0] == 200
        assert d.stop() == 0


def a_process_that_cannot_be_started_stops_the_reload_not_the_daemon():
    with Daemon() as d:
        used = {int(fd) for fd in os.listdir(f"/proc/{d.process.pid}/fd")}
        before = resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE)
        # Enough for a signer and a worker, which take one each and one more for a moment.
        free = [fd for fd in range(max(used) + 4) if fd not in used][:3]
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (max(free[-1], max(used)) + 1, before[1]))
        old = d.pids("signer") + d.pids("worker")
        d.signal(signal.SIGHUP)
        until(lambda: "config.refused" in d.log(), "the reload to be refused")
        assert "a pair of sockets" in d.log().split("config.refused")[1]
        until(lambda: d.pids("signer") + d.pids("worker") == old, "only those that were there to be there")
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, before)
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done" in d.log(), "the next reload to be done")
        assert len(d.pids("signer")) == 1 and len(d.pids("worker")) == 2
        assert d.stop() == 0


def the_level_of_the_log_reaches_everybody():
    with Daemon() as d:
        old, before = set(d.pids("worker") + d.pids("steward") + d.pids("signer")), len(d.log())
        d.change(log={"level": "error"})
        d.signal(signal.SIGHUP)
        until(lambda: not old & set(d.pids("worker") + d.pids("steward") + d.pids("signer")), "the old ones to go")
        victim = d.pids("worker")[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in d.pids("worker") and len(d.pids("worker")) == 2, "another worker")
        time.sleep(0.3)
        assert " recorder " not in d.log()[before:], "the recorder, which is not replaced, tells of swept readers"
        assert d.stop() == 0


def a_key_that_does_not_open_stops_the_reload_not_the_daemon():
    with Daemon() as d:
        key = os.path.join(d.directory, "keys", "metadata-1.pem")
        with open(key) as f:
            good = f.read()
        with open(key, "w") as f:
            f.write("no key\n")
        signer = d.pids("signer")
        d.signal(signal.SIGHUP)
        until(lambda: "config.refused" in d.log(), "the reload to be refused")
        assert "metadata-1" in d.log().split("config.refused")[1]
        until(lambda: d.pids("signer") == signer, "only the old signer to be there")
        with open(key, "w") as f:
            f.write(good)
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done" in d.log(), "the next reload to be done")
        assert d.stop() == 0


def killed_processes_are_replaced():
    for role in ROLES:
        with Daemon() as d:
            until(d.ready, "/readyz to say yes")
            for round in range(1, 3):
                victim = d.pids(role)[0]
                os.kill(victim, signal.SIGKILL)
                until(lambda: victim not in d.pids(role) and d.pids(role), f"another {role}")
                until(d.ready, f"/readyz after the death of the {role}")
                d.import_entities(round * 10, 2 + round)
                until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 2 + round, "the publication")
            assert d.get("/metadata.xml")[0] == 200
            metrics = d.get("/metrics", d.local)[1].decode()
            assert f'watashi_process_restarts_total{{role="{role}"}} 2' in metrics, role
            assert d.stop() == 0, role


def a_link_that_is_cut_is_made_anew():
    """Nonsense in the steward's name, on each of its channels: recorder and signer cut it off."""
    if not hasattr(os, "pidfd_open"):
        raise Skip("needs pidfd_open")
    with Daemon() as d:
        until(d.ready, "/readyz to say yes")
        steward, sent = d.pids("steward")[0], 0
        process = os.pidfd_open(steward)
        for entry in os.listdir(f"/proc/{steward}/fd"):
            fd = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, int(entry), 0)
            if fd < 0:
                raise Skip(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    with socket.socket(fileno=os.dup(fd)) as s:
                        if s.family == socket.AF_UNIX and s.type == socket.SOCK_SEQPACKET:
                            s.send(NONSENSE)
                            sent += 1
            finally:
                os.close(fd)
        os.close(process)
        assert sent == 3, f"to the supervisor, the recorder and the signer, found {sent}"
        until(lambda: "link.renewed process=steward to=recorder" in d.log(), "another link to the recorder")
        until(lambda: "link.renewed process=steward to=signer" in d.log(), "another link to the signer")
        d.import_entities(0, 3)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 3, "three entities to be published")
        assert d.pids("steward") == [steward], "it is the same steward"
        assert d.stop() == 0


def a_worker_killed_under_load_takes_only_its_requests_along():
    with Daemon() as d:
        with Load(d.port) as load:
            time.sleep(0.3)
            os.kill(d.pids("worker")[0], signal.SIGKILL)
            time.sleep(0.8)
        # Two threads open new connections; one in flight each may be cut.
        assert len(load.failures) <= 4, f"{len(load.failures)} of {load.answered}: {load.failures[:5]}"
        assert load.answered > 100
        assert len(d.pids("worker")) == 2
        assert d.stop() == 0


def a_recorder_that_finds_the_store_locked_has_everybody_replaced():
    with Daemon() as d:
        until(d.ready, "/readyz to say yes")
        d.import_entities(0, 2)  # a commit: from now on the watchdog of the store's lock is there
        before = set(d.pids("worker") + d.pids("steward"))
        os.kill(d.pids("recorder")[0], signal.SIGALRM)
        until(lambda: "store.locked" in d.log(), "the lock to be noticed")
        until(lambda: not before & set(d.pids("worker") + d.pids("steward")), "everybody who has the store open to go")
        until(d.ready, "/readyz to say yes again")
        assert len(d.pids("worker")) == 2 and len(d.pids("steward")) == 1
        d.import_entities(10, 3)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 3, "the import to be published")
        assert d.stop() == 0


def the_number_of_workers_may_change_within_bounds():
    with Daemon() as d:
        d.change(workers=4)
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done workers=4" in d.log(), "the reload to be done")
        assert len(d.pids("worker")) == 4
        d.change(workers=30)
        d.signal(signal.SIGHUP)
        until(lambda: "config.refused" in d.log(), "the configuration to be refused")
        assert "/workers" in d.log().split("config.refused")[1]
        until(lambda: len(d.pids("worker")) == 4, "only the four to be there")
        d.change(workers=1)
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done workers=1" in d.log(), "the next reload to be done")
        assert len(d.pids("worker")) == 1
        assert d.get("/v1/federation")[0] == 200
        assert d.stop() == 0


def the_children_end_with_their_supervisor():
    with Daemon() as d:
        children = [pid for role in ROLES for pid in d.pids(role)]
        assert len(children) == 5
        d.signal(signal.SIGKILL)
        d.process.wait()
        until(lambda: not any(os.path.exists(f"/proc/{pid}") and open(f"/proc/{pid}/stat").read().split()[2] != "Z"
                              for pid in children), "the children to end", 5)
        d.start()
        assert d.get("/v1/federation")[0] == 200
        assert d.stop() == 0


def terminating_finishes_what_has_begun():
    with Daemon() as d:
        with socket.create_connection(("127.0.0.1", d.port)) as s:
            s.sendall(b"GET /v1/federation HTTP/1.1\r\nHost: x\r\n")
            time.sleep(0.3)
            d.signal(signal.SIGTERM)
            time.sleep(0.3)
            assert d.process.poll() is None, "it waits for the request"
            s.sendall(b"\r\n")
            answer = b""
            while piece := s.recv(65536):
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 "), answer[:80]
        assert d.process.wait(20) == 0
        ended = re.findall(r"process.ended process=(\w+)", d.log())
        assert ended == ["worker", "worker", "steward", "signer", "recorder"], ended
        assert not os.path.exists(os.path.join(d.directory, "run/control.sock")), "the control socket is gone"


def expect_end(d, status, part):
    found = d.process.wait(20)
    log = d.log()
    lines = [line for line in log.splitlines() if line.startswith("watashid: ")]
    assert found == status, f"status {found}: {log}"
    assert len(lines) == 1 and part in lines[0], f"expected one line with \"{part}\": {log}"


def a_port_in_use_is_named():
    with Daemon(start=False) as d, socket.socket() as s:
        s.bind(("127.0.0.1", d.port))
        s.listen()
        d.start(wait=False)
        expect_end(d, FAILED, f"127.0.0.1:{d.port}: Address already in use")


def a_second_daemon_is_refused():
    with Daemon() as d:
        done = subprocess.run([WATASHID, "-c", d.file], stderr=subprocess.PIPE, text=True)
        assert done.returncode == FAILED
        assert f"runs already with this configuration, as process {d.process.pid}" in done.stderr
        assert d.get("/v1/federation")[0] == 200
        d.ctl("status")
        assert d.stop() == 0


def a_bad_configuration_is_named():
    with Daemon(start=False, wrong=1) as d:
        d.start(wait=False)
        expect_end(d, CONFIGURATION, "wrong")
        tested = subprocess.run([WATASHID, "-t", "-c", d.file], stderr=subprocess.PIPE, text=True)
        assert tested.returncode == CONFIGURATION and "wrong" in tested.stderr
    done = subprocess.run([WATASHID, "-c", "/nonexistent.json"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == CONFIGURATION and "/nonexistent.json" in done.stderr
    assert subprocess.run([WATASHID, "--wrong"], stderr=subprocess.DEVNULL).returncode == 2


def a_user_that_is_not_there_is_named():
    if os.geteuid() != 0:
        raise Skip("only root can become another user")
    with Daemon(start=False, user="no-such-user") as d:
        d.start(wait=False)
        expect_end(d, FAILED, 'found "no-such-user"')
        tested = subprocess.run([WATASHID, "-t", "-c", d.file], stderr=subprocess.PIPE, text=True)
        assert tested.returncode == CONFIGURATION and "no-such-user" in tested.stderr


def a_wrong_key_file_is_named():
    with Daemon(start=False) as d:
        with open(os.path.join(d.directory, "keys", "metadata-1.pem"), "w") as f:
            f.write("no key\n")
        d.start(wait=False)
        expect_end(d, FAILED, "metadata-1.pem")


def a_store_of_a_newer_format_is_refused_and_left_alone():
    with Daemon() as d:
        assert d.stop() == 0
        path = os.path.join(d.directory, "store", "data.mdb")
        with open(path, "rb") as f:
            data = f.read()
        mark = re.search(rb"format([\x00-\x1f]{0,7})\x01", data)
        if not mark:
            raise Skip("the mark of the store's format was not found in data.mdb")
        newer = data.replace(mark.group(0), mark.group(0)[:-1] + b"\x63")
        with open(path, "wb") as f:
            f.write(newer)
        d.start(wait=False)
        expect_end(d, FAILED, "format")
        with open(path, "rb") as f:
            assert f.read() == newer, "the store is as it was"


def started_as_root_the_children_are_the_user():
    if os.geteuid() != 0:
        raise Skip("needs root")
    user = pwd.getpwnam("nobody")
    with Daemon(start=False, user="nobody") as d:
        for place in ("store", "generations", "run"):
            shutil.rmtree(os.path.join(d.directory, place))
        os.chown(os.path.join(d.directory, "keys"), -1, user.pw_gid)
        d.start()
        assert "user.root" not in d.log()
        for role in ROLES:
            for pid in d.pids(role):
                with open(f"/proc/{pid}/status") as f:
                    status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
                assert status["Uid"].split() == [str(user.pw_uid)] * 4, (role, status["Uid"])
                assert status["Gid"].split() == [str(user.pw_gid)] * 4, (role, status["Gid"])
                assert "0" not in status["Groups"].split(), role
                assert status["NoNewPrivs"].strip() == "1", role
                assert int(status["CapEff"], 16) == 0, role
                assert status["Seccomp"].strip() in (("2",) if not sanitized() else ("0", "2")), role
                limits = open(f"/proc/{pid}/limits").read()
                assert re.search(r"Max core file size +0 +0", limits), role
        d.import_entities(0, 3)
        until(lambda: json.loads(d.get("/v1/federation")[1])["entities"] == 3, "three entities to be published")
        assert os.stat(os.path.join(d.directory, "store", "data.mdb")).st_uid == user.pw_uid
        d.signal(signal.SIGHUP)
        until(lambda: "reload.done" in d.log(), "the reload to be done")
        assert d.stop() == 0


def sanitized():
    return "__asan_init" in subprocess.run(["strings", "-n", "8", WATASHID], stdout=subprocess.PIPE, text=True,
                                           check=False).stdout if shutil.which("strings") else False


CASES = [starts_and_is_ready, imported_entities_are_published, a_second_start_keeps_the_data,
         a_restored_store_serves_what_it_served,
         hangup_under_load_fails_no_request, hangup_opens_and_closes_listeners,
         a_bad_configuration_does_not_replace_the_good_one, what_needs_a_restart_is_refused_by_name,
         a_process_that_cannot_be_started_stops_the_reload_not_the_daemon, the_level_of_the_log_reaches_everybody,
         a_key_that_does_not_open_stops_the_reload_not_the_daemon, killed_processes_are_replaced,
         a_link_that_is_cut_is_made_anew,
         a_worker_killed_under_load_takes_only_its_requests_along,
         a_recorder_that_finds_the_store_locked_has_everybody_replaced,
         the_number_of_workers_may_change_within_bounds, the_children_end_with_their_supervisor,
         terminating_finishes_what_has_begun, a_port_in_use_is_named, a_second_daemon_is_refused,
         a_bad_configuration_is_named, a_user_that_is_not_there_is_named, a_wrong_key_file_is_named,
         a_store_of_a_newer_format_is_refused_and_left_alone,
         started_as_root_the_children_are_the_user]


def main():
    wanted, done, failed = sys.argv[1:], 0, 0
    for case in CASES:
        name = case.__name__
        if wanted and name not in wanted:
            continue
        try:
            case()
            print(f"ok {name}", flush=True)
            done += 1
        except Skip as why:
            print(f"skip {name}: {why}", flush=True)
        except Exception as why:  # noqa: BLE001 - whatever it is, the other cases still run
            print(f"not ok {name}: {why!r}", flush=True)
            failed += 1
    return 1 if failed else 0 if done else 77


if __name__ == "__main__":
    sys.exit(main())
