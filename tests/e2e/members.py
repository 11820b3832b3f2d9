#!/usr/bin/env python3
"""tests/e2e/members.py - what a member's stock software gets from the running demo, and what its operator can do.

    tools/check runs it; by hand: WATASHI_URL WATASHI_LOCAL WATASHI_CA WATASHI_CONFIG WATASHI_BUILD WATASHI_DEMO must be set

xmlsec1, samlsign (OpenSAML) and mdquery (Shibboleth) each verify what is served; curl asks as MDQ's clauses say. Lines
`ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

URL, LOCAL = os.environ["WATASHI_URL"], os.environ["WATASHI_LOCAL"]
CA, CONFIG = os.environ["WATASHI_CA"], os.environ["WATASHI_CONFIG"]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
BUILD, DEMO = os.environ["WATASHI_BUILD"], os.environ["WATASHI_DEMO"]
IDP, RP = "https://idp.sakura.localhost/saml", "https://library.localhost/saml"
TYPE = "application/samlmetadata+xml"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
WORK = tempfile.mkdtemp(prefix="watashi-members-")

failed = 0


def ok(title, holds, found=""):
    global failed
    if holds:
        print(f"ok {title}", flush=True)
    else:
        failed += 1
        print(f"not ok {title}: {str(found)[:600]}", flush=True)


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, **more)


def get(path, *options, base=URL):
    """Asks by curl; returns status, header fields (lower case) and the body."""
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--path-as-is", "--cacert", CA, "-D", "-", *options,
                           base + path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if done.returncode or not lines[0].startswith("HTTP/"):
        return 0, {}, done.stderr
    return int(lines[0].split()[1]), {k.lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:])}, body


def entity_path(entity):
    return "entities/" + urllib.parse.quote(entity, safe="")


def sha1_path(entity):
    return "entities/" + urllib.parse.quote("{sha1}" + hashlib.sha1(entity.encode()).hexdigest(), safe="")


def kept(name, content):
    path = os.path.join(WORK, name)
    with open(path, "wb") as f:
        f.write(content)
    return path


def ctl(*words):
    return run(os.path.join(BUILD, "watashictl"), "-c", CONFIG, *words)


def log():
    with open(os.path.join(DEMO, "watashid.log")) as f:
        return f.read()


def signing_certificate(key):
    path = os.path.join(WORK, key + ".pem")
    run("openssl", "x509", "-inform", "DER", "-in", os.path.join(os.path.dirname(CONFIG), "keys", key + ".cer"), "-out",
        path)
    return path


def verify(title, path, root, certificate):
    """Both oracles on one document."""
    done = run("xmlsec1", "--verify", "--id-attr:ID", f"{MD}:{root}", "--enabled-reference-uris", "same-doc",
               "--pubkey-cert-pem", certificate, path)
    ok(f"xmlsec1 verifies {title}", done.returncode == 0, done.stdout)
    if shutil.which("samlsign"):
        done = run("samlsign", "-f", path, "-c", certificate)
        ok(f"samlsign verifies {title}", done.returncode == 0, done.stdout[-600:])
    else:
        print(f"skip samlsign verifies {title}: opensaml-tools is not installed")


def aggregates(certificate):
    expected = {"metadata.xml": 3, "metadata/idps.xml": 1, "metadata/sps.xml": 2}
    for path, entities in expected.items():
        status, fields, body = get(path, "-H", f"Accept: {TYPE}")
        ok(f"/{path} is served", status == 200 and fields.get("content-type", "").startswith(TYPE), (status, fields, body))
        found = len(re.findall(rb"<md:EntityDescriptor[ >]", body))
        ok(f"/{path} holds {entities} entities", found == entities, found)
        for name in ("etag", "last-modified", "cache-control"):
            ok(f"/{path} has {name}", name in fields, fields)
        # A set of one is that entity itself (MDQ SAML s2.1).
        root = "EntityDescriptor" if entities == 1 else "EntitiesDescriptor"
        ok(f"/{path} has the root {root}", f"<md:{root} ".encode() in body[:100], body[:200])
        verify(f"/{path}", kept(path.replace("/", "-"), body), root, certificate)


def mdq(certificate):
    status, fields, body = get(entity_path(IDP), "-H", f"Accept: {TYPE}")
    ok("an entity is found by its ID", status == 200 and fields.get("content-type") == TYPE, (status, fields, body))
    ok("its document's root is the entity", b"<md:EntityDescriptor" in body[:400] and IDP.encode() in body, body[:300])
    ok("its Japanese name is whole", "さくら大学".encode() in body, body[:300])
    verify("an entity's document", kept("idp.xml", body), "EntityDescriptor", certificate)
    same = get(sha1_path(IDP), "-H", f"Accept: {TYPE}")
    ok("its {sha1} name gives the same bytes (MDQ SAML s2.2.2)", same[0] == 200 and same[2] == body, same[:2])

    again = get(entity_path(IDP), "-H", f"If-None-Match: {fields.get('etag')}")
    ok("what has not changed is 304 with its ETag", again[0] == 304 and again[1].get("etag") == fields.get("etag") and
       not again[2], again)
    small = get(entity_path(IDP), "-H", "Accept-Encoding: gzip")
    good = small[0] == 200 and small[1].get("content-encoding") == "gzip"
    ok("gzip holds the same document under another ETag", good and gzip.decompress(small[2]) == body and
       small[1].get("etag") != fields.get("etag"), small[:2])
    ok("gzip;q=0 is honoured", "content-encoding" not in get(entity_path(IDP), "-H", "Accept-Encoding: gzip;q=0")[1])
    head = get(entity_path(IDP), "-I", "-o", os.devnull)
    ok("HEAD tells the length", head[0] == 200 and head[1].get("content-length") == str(len(body)), head)

    for title, path, options, expected in (
        ("an entity nobody knows is 404", entity_path("https://nobody.example/"), (), 404),
        ("a broken escape is 400", "entities/%zz", (), 400),
        ("a slash is no part of an ID unless escaped", "entities/https://idp.sakura.localhost/saml", (), 404),
        ("a type we do not have is 406", entity_path(IDP), ("-H", "Accept: application/json"), 406),
        ("another method is 405", entity_path(IDP), ("-X", "DELETE"), 405),
    ):
        found = get(path, *options)
        ok(title, found[0] == expected, found)


SHIBBOLETH = """<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
 <OutOfProcess tranLogFormat="%u"/>
 <ApplicationDefaults entityID="https://library.localhost/saml" REMOTE_USER="eppn">
  <Sessions lifetime="28800" timeout="3600" checkAddress="false" handlerURL="/Shibboleth.sso"/>
  {provider}
  <AttributeExtractor type="XML" validate="false" path="/etc/shibboleth/attribute-map.xml"/>
 </ApplicationDefaults>
 <SecurityPolicyProvider type="XML" validate="false" path="/etc/shibboleth/security-policy.xml"/>
 <ProtocolProvider type="XML" validate="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
"""
FILTERS = """<TransportOption provider="CURL" option="10065">{ca}</TransportOption>
   <MetadataFilter type="RequireValidUntil" maxValidityInterval="2419200"/>
   <MetadataFilter type="Signature" certificate="{certificate}" verifyBackup="false"/>"""
PROVIDERS = {
    "aggregate": """<MetadataProvider type="XML" id="aggregate" validate="true" url="{url}metadata.xml"
   backingFilePath="{work}/aggregate.xml" maxRefreshDelay="7200">{filters}</MetadataProvider>""",
    "MDQ": """<MetadataProvider type="MDQ" id="mdq" validate="true" baseUrl="{url}" ignoreTransport="true"
   cacheDirectory="{work}/mdq">{filters}</MetadataProvider>""",
}


def shibboleth(certificate):
    """A service provider's own software, configured as its operator would."""
    if not shutil.which("mdquery"):
        print("skip mdquery takes aggregate and MDQ: shibboleth-sp-utils is not installed")
        return
    filters = FILTERS.format(ca=CA, certificate=certificate)
    for name, provider in PROVIDERS.items():
        config = SHIBBOLETH.format(provider=provider.format(url=URL, work=WORK, filters=filters))
        path = kept(f"shibboleth-{name}.xml", config.encode())
        for entity, there in ((IDP, True), (RP, True), ("https://nobody.example/", False)):
            done = run("mdquery", "-e", entity, env=dict(os.environ, SHIBSP_CONFIG=path, no_proxy="*"))
            found = f'entityID="{entity}"' in done.stdout
            ok(f"mdquery over {name} {'finds' if there else 'does not find'} {entity}", found == there, done.stdout[-600:])
    other = os.path.join(WORK, "other.pem")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other", "-keyout",
        os.path.join(WORK, "other.key"), "-out", other)
    config = SHIBBOLETH.format(provider=PROVIDERS["MDQ"].format(
        url=URL, work=os.path.join(WORK, "x"), filters=FILTERS.format(ca=CA, certificate=other)))
    done = run("mdquery", "-e", IDP, env=dict(os.environ, SHIBSP_CONFIG=kept("shibboleth-other.xml", config.encode()),
                                              no_proxy="*"))
    ok("mdquery refuses our document under another key", f'entityID="{IDP}"' not in done.stdout, done.stdout[-600:])


def pages():
    for path, part in (("", b"<html"), ("anchors/", b"<html")):
        status, fields, body = get(path, "-H", "Accept: text/html")
        ok(f"/{path} is a page", status == 200 and part in body.lower(), (status, fields, body[:200]))
        policy = fields.get("content-security-policy", "")
        ok(f"/{path} allows no inline script", policy and "unsafe-inline" not in policy, fields)
    for path in ("healthz", "readyz"):
        ok(f"/{path} on the local listener", get(path, base=LOCAL)[0] == 200, get(path, base=LOCAL))
        ok(f"/{path} is not public", get(path)[0] == 404, get(path))
    status, _, body = get("metrics", base=LOCAL)
    ok("/metrics is Prometheus text", status == 200 and b"# TYPE watashi_" in body, body[:300])


def imports():
    """Bad files: each a precise error, and nothing changes."""
    before = get("metadata.xml")[1].get("etag")
    with open(os.path.join(DEMO, "members", "library.xml"), encoding="utf-8") as f:
        library = f.read()
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    for title, name, content, part in (
        ("a file that is no XML is refused", "text.xml", b"hello", "1"),
        ("a file cut short is refused", "short.xml", library[:900].encode(), "line"),
        ("a DTD is refused", "dtd.xml", library.replace("?>", "?>" + doctype, 1).encode(), "DTD"),
        ("another root element is refused", "root.xml", b"<a/>", "EntityDescriptor"),
        ("an entity without a role is refused", "bare.xml",
         f'<md:EntityDescriptor xmlns:md="{MD}" entityID="https://bare.localhost/"/>'.encode(), "https://bare.localhost/"),
        ("an entity of another source is refused", "thief.xml", library.encode(), RP),
    ):
        done = ctl("import", kept(name, content), "--no-wait")
        ok(title, done.returncode == 1 and part in done.stdout, (done.returncode, done.stdout))
    done = ctl("import", os.path.join(WORK, "nothing.xml"))
    ok("a file that is not there is named", done.returncode == 1 and "nothing.xml" in done.stdout, done.stdout)
    ok("nothing of that changed what is served", get("metadata.xml")[1].get("etag") == before)

    etags = {entity: get(entity_path(entity))[1].get("etag") for entity in (IDP, RP)}
    changed = library.replace("Midori City Library", "Midori Library")
    os.makedirs(os.path.join(WORK, "new"), exist_ok=True)
    path = kept(os.path.join("new", "library.xml"), changed.encode())
    done = ctl("--help")
    ok("watashictl --help ends with 0", done.returncode == 0 and "import" in done.stdout, done.stdout)
    done = ctl("import", path, "--dry-run", "--json")
    report = json.loads(done.stdout) if done.returncode == 0 else {}
    ok("a dry run tells what would change", report.get("changed") == 1 and report.get("refused") == [], done.stdout)
    ok("and changes nothing", get(entity_path(RP))[1].get("etag") == etags[RP])
    done = ctl("import", path)
    ok("a changed member is taken and published", done.returncode == 0 and "1 changed" in done.stdout, done.stdout)
    ok("its document is new", get(entity_path(RP))[1].get("etag") != etags[RP] and b"Midori Library" in
       get(entity_path(RP))[2])
    ok("the others' are as they were", get(entity_path(IDP))[1].get("etag") == etags[IDP])


def keys():
    """A rollover: the next key is made and announced, waits, and then signs."""
    done = ctl("key", "new", "metadata-2", "--type", "ed25519")
    ok("a type that no SAML software takes is not offered", done.returncode == 2 and "--type" in done.stdout, done.stdout)
    accepted, renewed = log().count("config.accepted"), log().count("reload.done")
    done = ctl("key", "new", "metadata-2", "--type", "rsa-2048")
    ok("a second key is made and adopted", done.returncode == 0 and "adopted" in done.stdout, done.stdout)
    for _ in range(100):
        if log().count("reload.done") > renewed:
            break
        time.sleep(0.1)
    ok("processes that have it open follow", log().count("reload.done") > renewed, log()[-600:])
    ok("and the configuration is not loaded anew", log().count("config.accepted") == accepted, log()[-600:])
    done = ctl("key", "new", "metadata-2")
    ok("its name is then taken", done.returncode == 1 and "metadata-2" in done.stdout, done.stdout)
    done = ctl("key", "activate", "metadata-2")
    ok("a key that was not announced is not activated", done.returncode == 1, done.stdout)
    done = ctl("key", "announce", "metadata-2")
    ok("it is announced", done.returncode == 0 and "announced" in done.stdout, done.stdout)
    done = ctl("key", "activate", "metadata-2")
    ok("it must wait until members know it", done.returncode == 1, done.stdout)
    done = ctl("key", "activate", "metadata-2", "--force")
    ok("unless forced", done.returncode == 0 and "active" in done.stdout, done.stdout)
    done = ctl("publish", "--all")
    ok("everything is signed anew", done.returncode == 0, done.stdout)
    certificate = signing_certificate("metadata-2")
    verify("/metadata.xml under the new key", kept("after.xml", get("metadata.xml")[2]), "EntitiesDescriptor", certificate)
    verify("an entity under the new key", kept("after-idp.xml", get(entity_path(IDP))[2]), "EntityDescriptor", certificate)
    done = ctl("key", "list", "--json")
    states = {k["name"]: k["state"] for k in json.loads(done.stdout)["keys"]} if done.returncode == 0 else done.stdout
    ok("the first key is retiring", states == {"metadata-1": "retiring", "metadata-2": "active"}, states)
    done = ctl("key", "retire", "metadata-1")
    ok("and stays until its signatures have expired", done.returncode == 1, done.stdout)


def unanswered():
    """A daemon that says it cannot now runs; one that is not there does not."""
    path = os.path.join(WORK, "busy.sock")
    body = b'{"status":503,"detail":"not at the moment","code":"unavailable"}'
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(1)

        def refuse():
            with listening.accept()[0] as peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" %
                             (len(body), body))

        thread = threading.Thread(target=refuse)
        thread.start()
        done = ctl("-s", path, "key", "new", "busy-1", "--type", "p-256")
        thread.join(30)
    ok("a daemon that cannot adopt a key now is told as a failure", done.returncode == 1 and "not at the moment" in
       done.stdout and "does not run" not in done.stdout, done.stdout)
    done = ctl("-s", path, "key", "new", "busy-2", "--type", "p-256")
    ok("one that does not run is told what to do later", done.returncode == 0 and "key adopt busy-2" in done.stdout,
       done.stdout)


def operating():
    status = ctl("status", "--json")
    report = json.loads(status.stdout) if status.returncode == 0 else {}
    ok("status tells of publication, keys and processes", report.get("publication", {}).get("entities") == 3 and
       len(report.get("keys", [])) == 2 and report.get("processes"), status.stdout)
    ok("status is readable too", "valid until" in ctl("status").stdout, ctl("status").stdout)
    copy = os.path.join(WORK, "copy.mdb")
    done = ctl("backup", copy)
    ok("a backup is made while the daemon runs", done.returncode == 0 and os.path.getsize(copy) > 0, done.stdout)
    done = ctl("backup", copy)
    ok("and not over another", done.returncode == 1, done.stdout)
    done = ctl("restore", copy)
    ok("restore is refused while the daemon runs", done.returncode == 1, done.stdout)

    for title, words in (
        ("no such command is used wrongly", ("dance",)),
        ("no such option is used wrongly", ("status", "--dance")),
        ("a missing argument is used wrongly", ("import",)),
        ("no such key action is used wrongly", ("key", "dance")),
    ):
        ok(title, ctl(*words).returncode == 2, ctl(*words).stdout)
    federation = ("--name-ja", "あ", "--name-en", "A", "--registration-authority", "https://a.example/", "--pages",
                  os.path.join(SOURCE, "server/pages"))
    taken = ctl("init", DEMO, *federation, "--base-url", "https://localhost/")
    ok("a folder with something in it is not founded in", taken.returncode == 1 and "empty" in taken.stdout, taken.stdout)
    for missing in ("name-ja", "name-en", "base-url", "registration-authority"):
        given = {"name-ja": "あ", "name-en": "A", "base-url": "https://localhost/", "registration-authority": "https://a/"}
        del given[missing]
        done = ctl("init", os.path.join(WORK, "f"), *[w for k, v in given.items() for w in ("--" + k, v)])
        ok(f"founding without --{missing} is used wrongly and names it", done.returncode == 2 and missing in done.stdout, done.stdout)
    for title, words, said in (
        ("a base URL must be one", ("--base-url", "https://a.example:port/"), "/federation/base_url: expected a URL"),
        ("a name has 200 bytes at most", ("--base-url", "https://a.example/", "--name-en", "A" * 201), "/federation/name_en"),
        ("a registration authority is a URI", ("--base-url", "https://a.example/", "--registration-authority", "me"),
         "/federation/registration_authority: expected a URI"),
        ("an address has a port", ("--base-url", "https://a.example/", "--listen", "localhost"), "/listen/0/address"),
        ("pages must be there", ("--base-url", "https://a.example/", "--pages", os.path.join(WORK, "none")), "--pages"),
    ):
        done = ctl("init", os.path.join(WORK, "f"), *federation, *words)
        ok(f"what the daemon would refuse is not founded: {title}", done.returncode == 1 and said in done.stdout, done.stdout)
    ok("and leaves nothing", not [n for n in os.listdir(WORK) if n.startswith("f.") or n == "f"], os.listdir(WORK))


def main():
    certificate = signing_certificate("metadata-1")
    pages()
    aggregates(certificate)
    mdq(certificate)
    shibboleth(certificate)
    imports()
    keys()
    unanswered()
    operating()
    shutil.rmtree(WORK)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
