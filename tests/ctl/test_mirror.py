#!/usr/bin/env python3
"""tests/ctl/test_mirror.py - `watashictl publish --out`: the files are what the daemon serves, of one generation, in one place.

Prints a line `ok NAME` or `not ok NAME: why` for each case; exit status 0 or 1.
"""

import gzip
import hashlib
import http.client
import json
import os
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
LONG = "urn:example:" + "x" * 300
ENTITY = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://rp.example/acs" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""
ALWAYS = ("metadata.xml", "metadata/sps.xml", "v1/members", "trusted-list.json", "trusted-list.jws")


class Daemon:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="watashi-mirror-")
        self.directory = os.path.join(self.home, "federation")
        self.file = os.path.join(self.directory, "watashid.json")
        self.port = free_port()
        done = subprocess.run([WATASHICTL, "init", self.directory, "--name-ja", "連合", "--name-en", "Federation", "--base-url",
                               "https://federation.example/", "--registration-authority", "https://federation.example/",
                               "--pages", os.path.join(SOURCE, "server/pages")], stdout=subprocess.DEVNULL)
        assert done.returncode == 0, "the federation is not founded"
        with open(self.file, encoding="utf-8") as f:
            config = json.load(f)
        config["listen"] = [{"kind": "public", "address": f"127.0.0.1:{self.port}"}]
        config["control"] = {"operators": ["root"], "approvals": 1}
        with open(self.file, "w", encoding="utf-8") as f:
            json.dump(config, f)
        self.log = open(os.path.join(self.home, "log"), "w", encoding="utf-8")
        self.process = subprocess.Popen([WATASHID, "-c", self.file], stdout=self.log, stderr=self.log)
        for _ in range(500):
            if self.ctl("status").returncode == 0 and self.get("/metadata.xml")[0]:
                return
            time.sleep(0.02)
        raise AssertionError("the daemon does not come up")

    def ctl(self, *words):
        return subprocess.run([WATASHICTL, "-c", self.file, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def get(self, path, coding="identity"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": coding})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except ConnectionError:
            return 0, {}, b""
        finally:
            connection.close()

    def take_in(self, *ids):
        path = os.path.join(self.home, "members.xml")
        with open(path, "w", encoding="utf-8") as f:
            f.write('<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">' +
                    "".join(ENTITY % i for i in ids) + "</md:EntitiesDescriptor>")
        done = self.ctl("import", path)
        assert done.returncode == 0, done.stdout + done.stderr

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.home)


def files_of(directory):
    return sorted(os.path.relpath(os.path.join(at, name), directory) for at, _, names in os.walk(directory) for name in names)


def read(directory, path):
    with open(os.path.join(directory, path), "rb") as f:
        return f.read()


def expect_mirror(daemon, directory, entities):
    """Each file is what the daemon answers under its name, header fields and all."""
    with open(os.path.join(directory, "headers.json"), encoding="utf-8") as f:
        headers = json.load(f)
    assert headers["watashi"] == "mirror"
    assert sorted([*headers["paths"], "headers.json"]) == files_of(directory), "headers.json names other files"
    for path, fields in headers["paths"].items():
        twin = path.endswith(".gz")
        status, answered, body = daemon.get("/" + (path[:-3] if twin else path), "gzip" if twin else "identity")
        assert status == 200 and body == read(directory, path), f"{path}: not what is served ({status})"
        for name, value in fields.items():
            assert answered.get(name) == value, f"{path}: {name} is {value}, served as {answered.get(name)}"
        assert {"Content-Type", "ETag", "Cache-Control"} <= set(fields), f"{path}: fields are missing"
        if twin:
            assert gzip.decompress(body) == read(directory, path[:-3]), f"{path}: not its twin"
    for path in ALWAYS:
        assert path in headers["paths"] and path + ".gz" in headers["paths"], f"{path} is missing"
    for name in entities:
        assert "entities/" + name in headers["paths"], f"{name} is missing"
    return headers["generation"]


def a_mirror_is_what_is_served(daemon, mirror):
    daemon.take_in("https://rp.example/sp", LONG)
    done = daemon.ctl("publish", "--out", mirror, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["mirror"]
    generation = expect_mirror(daemon, mirror, ["https%3A%2F%2Frp.example%2Fsp"])
    assert told["generation"] == generation and told["files"] == len(files_of(mirror)) - 1
    assert told["unnamed"] == 1 and "entities/%7Bsha1%7D" in " ".join(files_of(mirror)), "a long ID is there by its SHA-1"


def a_newer_one_takes_its_place(daemon, mirror):
    daemon.take_in("https://rp.example/sp", "https://other.example/sp?a=b&amp;c")
    done = daemon.ctl("publish", "--out", mirror + "/")
    assert done.returncode == 0, done.stderr
    expect_mirror(daemon, mirror, ["https%3A%2F%2Fother.example%2Fsp%3Fa%3Db%26c"])
    assert LONG not in read(mirror, "metadata.xml").decode(), "what has gone is gone from it"
    assert not [n for n in os.listdir(daemon.home) if n.startswith("mirror.")], "nothing is left beside it"


def an_id_like_the_twin_of_another_is_counted(daemon, mirror):
    daemon.take_in("https://rp.example/sp", "https://rp.example/sp.gz")
    done = daemon.ctl("publish", "--out", mirror, "--json")
    assert done.returncode == 0, done.stderr
    expect_mirror(daemon, mirror, ["https%3A%2F%2Frp.example%2Fsp", "https%3A%2F%2Frp.example%2Fsp.gz"])
    assert json.loads(done.stdout)["mirror"]["unnamed"] == 1, done.stdout
    digest = hashlib.sha1(b"https://rp.example/sp.gz").hexdigest()
    assert b'entityID="https://rp.example/sp.gz"' in read(mirror, "entities/%7Bsha1%7D" + digest), "it is there by its SHA-1"


def another_directory_is_left_alone(daemon, mirror):
    other = os.path.join(daemon.home, "other")
    os.mkdir(other)
    done = daemon.ctl("publish", "--out", other)
    assert done.returncode == 0 and os.path.exists(os.path.join(other, "headers.json")), "an empty one is taken"
    shutil.rmtree(other)
    os.mkdir(other)
    with open(os.path.join(other, "letter.txt"), "w", encoding="utf-8") as f:
        f.write("dear all")
    done = daemon.ctl("publish", "--out", other)
    assert done.returncode == 1 and "found one with other files" in done.stderr, done.stderr
    assert os.listdir(other) == ["letter.txt"], "it is as it was"
    done = daemon.ctl("publish", "--out", os.path.join(daemon.home, "no", "such", "place"))
    assert done.returncode == 1 and "no/such/place" in done.stderr, done.stderr


def main():
    daemon, failed = Daemon(), 0
    mirror = os.path.join(daemon.home, "mirror")
    for case in (a_mirror_is_what_is_served, a_newer_one_takes_its_place, an_id_like_the_twin_of_another_is_counted,
                 another_directory_is_left_alone):
        try:
            case(daemon, mirror)
            print(f"ok {case.__name__}", flush=True)
        except AssertionError as why:
            failed = 1
            print(f"not ok {case.__name__}: {why}", flush=True)
    daemon.close()
    sys.exit(failed)


main()
