"""tests/bench/publish.py - what publishing costs: a whole rebuild of 10,000 entities beside the work nobody can leave out, one
changed entity among them, and the aggregate of 30,000 beside xmlsec1.

The entities are real ones and clones of them, made by the data folder's script; without the folder there is nothing to
measure. Some of them are refused by the rules, so somewhat more are made than are to be published.
"""

import glob
import http.client
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from harness import Daemon, descendants, figure, say

REFUSED = 1.03          # so many more are made than are to be published
PAIRS, CHANGES = 3, 5
SETTLE = 600            # seconds a large import or publication may take on a busy machine
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
CPUS = sorted(os.sched_getaffinity(0))

# Making the data

def make(data, path, count):
    subprocess.run([sys.executable, os.path.join(data, "make_aggregate.py"), "scale", path, str(count),
                    os.path.join(data, "real-merged-scrubbed.xml")], check=True, stdout=subprocess.DEVNULL)


def split(path, parts):
    """The file as several of about the same number of entities: an import takes 30,000 at most."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    end = "</md:EntityDescriptor>\n"
    head, body = text[:text.index("<md:EntityDescriptor")], text[text.index("<md:EntityDescriptor"):text.rindex(end) + len(end)]
    entities = body.split(end)[:-1]
    size = -(-len(entities) // parts)
    for i in range(parts):
        name = f"{path}.{i}.xml"
        with open(name, "w", encoding="utf-8") as f:
            f.write(head + "".join(e + end for e in entities[i * size:(i + 1) * size]) + "</md:EntitiesDescriptor>\n")
        yield name


# Memory

class Peak(threading.Thread):
    """The largest RssAnon any process of the daemon has had, in MiB: looked at every 20 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.ended = pid, 0, threading.Event()

    def run(self):
        processes, looks = [], 0
        while not self.ended.wait(0.02):
            if looks % 50 == 0:
                processes = descendants(self.pid)
            looks += 1
            for pid in processes:
                try:
                    with open(f"/proc/{pid}/status") as f:
                        found = re.search(r"^RssAnon:\s+(\d+)", f.read(), re.M)
                        self.most = max(self.most, int(found.group(1)) / 1024 if found else 0)
                except (FileNotFoundError, ProcessLookupError):
                    pass

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


# A daemon with a federation

def seconds_of(what):
    began = time.monotonic()
    what()
    return time.monotonic() - began


def publication(daemon):
    return json.loads(daemon.ctl("status", "--json"))["publication"]


def bring(daemon, file):
    """Refused entities make it 1, and are counted by what is published."""
    done = subprocess.run([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "import", "--json", "--no-wait", file],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        raise SystemExit(f"import: {done.stderr[:500]}")
    say(f"{json.loads(done.stdout)['added']} entities are taken in")


def take_in(daemon, files, name):
    """Imports and publishes; then another daemon on the same store, for what is measured next is not to have an import's memory."""
    with Peak(daemon.process.pid) as peak:
        spent = sum(seconds_of(lambda file=file: bring(daemon, file)) for file in files)
    daemon.ctl("publish")
    figure(f"publish.{name}.import_s", spent, "s")
    figure(f"publish.{name}.import_peak_mb", peak.most, "MiB")
    daemon.restart()
    daemon.ctl("publish")
    count = publication(daemon)["entities"]
    figure(f"publish.{name}.entities", count, "entities")
    return count


# The whole rebuild

def bare(build, mirror):
    """Wall and CPU seconds of the bare work on the documents that are published, plain."""
    documents = glob.glob(os.path.join(mirror, "entities", "%7Bsha1%7D*")) + glob.glob(os.path.join(mirror, "metadata*.xml")) + \
        glob.glob(os.path.join(mirror, "metadata", "*.xml")) + [os.path.join(mirror, "v1", "members")]
    names = "".join(f"{d}\n" for d in documents if not d.endswith(".gz"))
    out = subprocess.run([os.path.join(build, "tests/bench/bare_publish"), str(len(CPUS))], input=names, check=True,
                         stdout=subprocess.PIPE, text=True).stdout.split()
    return float(out[0]), float(out[1])


def cpu_of(daemon):
    total = 0
    for pid in descendants(daemon.process.pid):
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def rebuild(daemon):
    before = cpu_of(daemon)
    wall = seconds_of(lambda: daemon.ctl("publish", "--all"))
    return wall, cpu_of(daemon) - before


def measure_rebuild(build, daemon):
    mirror = os.path.join(daemon.home, "mirror")
    with Peak(daemon.process.pid) as peak:
        daemon.ctl("publish", "--all")
    daemon.ctl("publish", "--out", mirror)
    ours, theirs = [], []
    for i in range(PAIRS):
        for turn in ((ours, rebuild, daemon), (theirs, bare, None)) if i % 2 == 0 else ((theirs, bare, None), (ours, rebuild, daemon)):
            turn[0].append(turn[1](daemon) if turn[2] else turn[1](build, mirror))
        say(f"rebuild {ours[-1][0]:.2f} s, {ours[-1][1]:.2f} s of CPU; bare {theirs[-1][0]:.2f} s, {theirs[-1][1]:.2f} s of CPU")
    shutil.rmtree(mirror)
    figure("publish.10k.wall_s", statistics.median(o[0] for o in ours), "s")
    figure("publish.10k.bare_wall_s", statistics.median(t[0] for t in theirs), "s")
    figure("publish.10k.wall_vs_bare", statistics.median(o[0] / t[0] for o, t in zip(ours, theirs)), "ratio")
    figure("publish.10k.cpu_vs_bare", statistics.median(o[1] / t[1] for o, t in zip(ours, theirs)), "ratio")
    figure("publish.peak_mb", peak.most, "MiB")


# One entity

def one_entity(path, number):
    with open(path, "w", encoding="utf-8") as f:
        f.write(f'<md:EntityDescriptor xmlns:md="{MD}" entityID="urn:example:bench:one"><md:IDPSSODescriptor '
                'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor>'
                '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>'
                f'{certificate(path)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'
                '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
                f'Location="https://idp.example.org/sso/{number}"/></md:IDPSSODescriptor></md:EntityDescriptor>\n')


def certificate(path):
    """One for all its versions."""
    made = path + ".pem"
    if not os.path.exists(made):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-out", made,
                        "-days", "30", "-subj", "/CN=idp.example.org"], check=True, stderr=subprocess.DEVNULL)
    with open(made) as f:
        return "".join(line.strip() for line in f if "-----" not in line)


class Eye:
    """Looks at the daemon over one connection."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.plain)

    def look(self, path, method="GET"):
        self.connection.request(method, path)
        answer = self.connection.getresponse()
        return answer.status, answer.getheader("ETag"), answer.read()


def wait_until(holds):
    until = time.monotonic() + SETTLE
    while not holds():
        if time.monotonic() > until:
            raise SystemExit("what was changed does not appear")
        time.sleep(0.01)


def measure_one(daemon):
    """From the operator's command to the new document over HTTP, signed; and to the aggregates it stands in."""
    path = os.path.join(daemon.home, "one.xml")
    eye = Eye(daemon)
    sets = ("/metadata.xml", "/metadata/idps.xml")
    documents, aggregates = [], []
    for number in range(CHANGES + 1):
        one_entity(path, number)
        location = f"https://idp.example.org/sso/{number}\"".encode()
        before = [eye.look(s, "HEAD")[1] for s in sets]
        began = time.monotonic()
        command = subprocess.Popen([os.path.join(daemon.build, "watashictl"), "-c", daemon.file, "import", path],
                                   stdout=subprocess.DEVNULL)

        def document_is_new():
            status, _, body = eye.look("/entities/urn%3Aexample%3Abench%3Aone")
            return status == 200 and location in body and b"<ds:SignatureValue>" in body

        wait_until(document_is_new)
        documents.append(time.monotonic() - began)
        wait_until(lambda: all(eye.look(s, "HEAD")[1] != b for s, b in zip(sets, before)))
        aggregates.append(time.monotonic() - began)
        if command.wait():
            raise SystemExit("the import of one entity failed")
        say(f"one entity: {documents[-1]:.2f} s, its sets {aggregates[-1]:.2f} s")
    # The first is new, the others change it.
    figure("publish.one_member_s", statistics.median(documents[1:]), "s")
    figure("publish.one_member_sets_s", statistics.median(aggregates[1:]), "s")
    figure("publish.one_member_new_s", documents[0], "s")


# The aggregate, beside xmlsec1

def with_template(plain, path):
    """Our own document with its signature emptied: what xmlsec1 fills in."""
    with open(plain, encoding="utf-8") as f:
        text = f.read()
    begin, end = text.index("<ds:Signature>"), text.index("</ds:Signature>")
    signature = text[begin:end]
    signature = re.sub(r"<ds:DigestValue>[^<]*", "<ds:DigestValue>", signature)
    signature = re.sub(r"<ds:SignatureValue>[^<]*", "<ds:SignatureValue>", signature)
    signature = re.sub(r"<ds:KeyInfo>.*</ds:KeyInfo>", "", signature, flags=re.S)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text[:begin] + signature + text[end:])


def cpu_of_command(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_aggregate(build, daemon, name):
    directory = tempfile.mkdtemp(dir=daemon.home)
    template = os.path.join(directory, "template.xml")
    key = os.path.join(daemon.directory, "keys", "metadata-1.pem")
    gains, plains, twins, theirs = [], [], [], []
    for i in range(PAIRS):
        out = subprocess.run([os.path.join(build, "tests/bench/aggregate"), daemon.file, directory], check=True,
                             stdout=subprocess.PIPE, text=True).stdout.split()
        plain = os.path.join(directory, out[3])
        if i == 0:
            with_template(plain, template)
            subprocess.run(["xmlsec1", "--verify", "--pubkey-cert-der", key[:-3] + "cer", "--id-attr:ID",
                            f"{MD}:EntitiesDescriptor", plain], check=True, stderr=subprocess.DEVNULL)
        spent = cpu_of_command(["xmlsec1", "--sign", "--privkey-pem", key, "--id-attr:ID", f"{MD}:EntitiesDescriptor",
                                "--output", os.path.join(directory, "signed.xml"), template])
        for made in glob.glob(os.path.join(directory, "gen-*")):
            os.unlink(made)
        plains.append(float(out[1]))
        twins.append(float(out[1]) + float(out[2]))
        theirs.append(spent)
        gains.append(spent / plains[-1])
        say(f"{out[0]} entities: {plains[-1]:.2f} s of CPU, {twins[-1]:.2f} s with the gzip twin; xmlsec1 {spent:.2f} s")
    shutil.rmtree(directory)
    figure(f"publish.{name}.cpu_s", statistics.median(plains), "s")
    figure(f"publish.{name}.cpu_with_gzip_s", statistics.median(twins), "s")
    figure(f"publish.{name}.xmlsec1_cpu_s", statistics.median(theirs), "s")
    figure(f"publish.{name}.cpu_gain_vs_xmlsec1", statistics.median(gains), "times")


def with_daemon(build, data, count, parts, name, *measures):
    daemon = Daemon(build, cpus=",".join(map(str, CPUS)))
    try:
        path = os.path.join(daemon.home, f"federation-{name}.xml")
        make(data, path, int(count * REFUSED))
        found = take_in(daemon, list(split(path, parts)), name)
        if found < count:
            raise SystemExit(f"{found} entities are published; expected {count} at least")
        for measure in measures:
            measure(daemon)
    finally:
        daemon.stop()


def main(top, build):
    data = os.path.join(top, "../shared/data/registry")
    if not os.path.exists(os.path.join(data, "make_aggregate.py")):
        say("publish: left out, the data folder with make_aggregate.py is not beside the checkout")
        return
    with_daemon(build, data, 10000, 1, "10k", lambda d: measure_rebuild(build, d), measure_one)
    with_daemon(build, data, 30000, 2, "30k", lambda d: measure_aggregate(build, d, "30k"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
