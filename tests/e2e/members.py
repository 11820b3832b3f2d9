#!/usr/bin/env python3
"""tests/e2e/members.py - what a member's stock software gets from the running demo, and what its operator can do.

    tools/check runs it; by hand: WATASHI_URL WATASHI_LOCAL WATASHI_CA WATASHI_CONFIG WATASHI_BUILD WATASHI_DEMO must be set

xmlsec1, samlsign (OpenSAML) and mdquery (Shibboleth) each verify what is served; curl asks as MDQ's clauses say. Lines
`ok …`, `not ok …: why`, `skip …: why`; exit status 1 when anything is not ok.
"""

import base64
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
IDP, RP = "https://idp.city.localhost/saml", "https://kakeibo.localhost/saml"
MEMBER = "household-book"  # whose only entity is RP
ENTITIES = {"metadata.xml": 10, "metadata/idps.xml": 3, "metadata/sps.xml": 7}
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
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=60,
                          **more)


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
    for path, entities in ENTITIES.items():
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
    ok("its Japanese name is whole", "みどり市民ログイン".encode() in body, body[:300])
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
        ("a slash is no part of an ID unless escaped", "entities/https://idp.city.localhost/saml", (), 404),
        ("a type we do not have is 406", entity_path(IDP), ("-H", "Accept: application/json"), 406),
        ("another method is 405", entity_path(IDP), ("-X", "DELETE"), 405),
    ):
        found = get(path, *options)
        ok(title, found[0] == expected, found)


SHIBBOLETH = """<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
 <OutOfProcess tranLogFormat="%u"/>
 <ApplicationDefaults entityID="https://kakeibo.localhost/saml" REMOTE_USER="eppn">
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


def library():
    """A metadata file as a member without a record would hand it in, with a key of the demo's."""
    with open(os.path.join(DEMO, "members", "kakeibo.pem")) as f:
        certificate = "".join(line for line in f if "-----" not in line)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="{MD}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"
 entityID="{LIBRARY}"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="ja">みどり市立図書館</mdui:DisplayName>
<mdui:DisplayName xml:lang="en">Midori City Library</mdui:DisplayName></mdui:UIInfo></md:Extensions>
<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
</md:KeyDescriptor>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://library.localhost/acs"
 index="0"/></md:SPSSODescriptor>
<md:Organization><md:OrganizationName xml:lang="en">Midori City Library</md:OrganizationName>
<md:OrganizationDisplayName xml:lang="en">Midori City Library</md:OrganizationDisplayName>
<md:OrganizationURL xml:lang="en">https://library.localhost/</md:OrganizationURL></md:Organization>
<md:ContactPerson contactType="technical"><md:GivenName>Operations</md:GivenName>
<md:EmailAddress>mailto:operations@library.localhost</md:EmailAddress></md:ContactPerson></md:EntityDescriptor>
"""


LIBRARY = "https://library.localhost/saml"


def imports():
    """Bad files: each a precise error, and nothing changes. Then a good one: taken, changed, withdrawn."""
    before = get("metadata.xml")[1].get("etag")
    good = library()
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    for title, name, content, part in (
        ("a file that is no XML is refused", "text.xml", b"hello", "1"),
        ("a file cut short is refused", "short.xml", good[:900].encode(), "line"),
        ("a DTD is refused", "dtd.xml", good.replace("?>", "?>" + doctype, 1).encode(), "DTD"),
        ("another root element is refused", "root.xml", b"<a/>", "EntityDescriptor"),
        ("an entity without a role is refused", "bare.xml",
         f'<md:EntityDescriptor xmlns:md="{MD}" entityID="https://bare.localhost/"/>'.encode(), "https://bare.localhost/"),
        ("an entity of a member is refused", "thief.xml", good.replace(LIBRARY, RP).encode(), RP),
    ):
        done = ctl("import", kept(name, content), "--no-wait")
        ok(title, done.returncode == 1 and part in done.stdout, (done.returncode, done.stdout))
    done = ctl("import", os.path.join(WORK, "nothing.xml"))
    ok("a file that is not there is named", done.returncode == 1 and "nothing.xml" in done.stdout, done.stdout)
    ok("nothing of that changed what is served", get("metadata.xml")[1].get("etag") == before)

    done = ctl("--help")
    ok("watashictl --help ends with 0", done.returncode == 0 and "import" in done.stdout, done.stdout)
    path = kept("library.xml", good.encode())
    done = ctl("import", path)
    ok("a good file is taken and published", done.returncode == 0 and "1 added" in done.stdout and
       get(entity_path(LIBRARY))[0] == 200, done.stdout)
    etags = {entity: get(entity_path(entity))[1].get("etag") for entity in (IDP, LIBRARY)}
    kept("library.xml", good.replace("Midori City Library", "Midori Library").encode())
    done = ctl("import", path, "--dry-run", "--json")
    report = json.loads(done.stdout) if done.returncode == 0 else {}
    ok("a dry run tells what would change", report.get("changed") == 1 and report.get("refused") == [], done.stdout)
    ok("and changes nothing", get(entity_path(LIBRARY))[1].get("etag") == etags[LIBRARY])
    done = ctl("import", path)
    ok("a changed entity is taken and published", done.returncode == 0 and "1 changed" in done.stdout, done.stdout)
    ok("its document is new", get(entity_path(LIBRARY))[1].get("etag") != etags[LIBRARY] and b"Midori Library" in
       get(entity_path(LIBRARY))[2])
    ok("the others' are as they were", get(entity_path(IDP))[1].get("etag") == etags[IDP])
    kept("library.xml", f'<md:EntitiesDescriptor xmlns:md="{MD}"/>'.encode())
    done = ctl("import", path, "--allow-empty")
    ok("a file without it withdraws it", done.returncode == 0 and "1 removed" in done.stdout and
       get(entity_path(LIBRARY))[0] == 404, done.stdout)


SCHEMAS = "/usr/share/xml"
CATALOG = f"""<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
 <system systemId="http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd"
  uri="file://{SCHEMAS}/xmltooling/xmldsig-core-schema.xsd"/>
 <system systemId="http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd"
  uri="file://{SCHEMAS}/xmltooling/xenc-schema.xsd"/>
 <system systemId="http://www.w3.org/2001/xml.xsd" uri="file://{SCHEMAS}/xmltooling/xml.xsd"/>
 <rewriteSystem systemIdStartString="http://docs.oasis-open.org/security/saml/v2.0/" rewritePrefix="file://{SCHEMAS}/opensaml/"/>
</catalog>
"""
IMPORTED = {
    MD: "opensaml/saml-schema-metadata-2.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:ui": "opensaml/sstc-saml-metadata-ui-v1.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:rpi": "opensaml/saml-metadata-rpi-v1.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:attribute": "opensaml/sstc-metadata-attr.xsd",
}


def schemas():
    """The aggregate and each entity's document by the schemas themselves, extensions too."""
    if not shutil.which("xmllint") or not os.path.isdir(os.path.join(SCHEMAS, "opensaml")):
        print("skip what is served is valid by the SAML schemas: libxml2-utils or opensaml-schemas is not installed")
        return
    imported = "".join(f'<xs:import namespace="{name}" schemaLocation="file://{SCHEMAS}/{path}"/>' for name, path in IMPORTED.items())
    driver = kept("all.xsd", f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imported}</xs:schema>'.encode())
    environment = dict(os.environ, XML_CATALOG_FILES=kept("catalog.xml", CATALOG.encode()))
    for title, path in (("/metadata.xml", "metadata.xml"), ("an entity's document", entity_path(IDP)),
                        ("another's", entity_path(RP))):
        file = kept("valid.xml", get(path)[2])
        done = run("xmllint", "--nonet", "--noout", "--schema", driver, file, env=environment)
        ok(f"{title} is valid by the SAML schemas", done.returncode == 0, done.stdout)


def trusted_list():
    status, fields, body = get("trusted-list.json")
    return json.loads(body)["LoTE"] if status == 200 else {"TrustedEntitiesList": [], "status": status}


def unpadded(text):
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def signature_file(algorithm, raw):
    """As openssl takes it: ECDSA's two numbers as DER."""
    if not algorithm.startswith("ES"):
        return kept("list.sig", raw)
    numbers = b""
    for half in (raw[:len(raw) // 2], raw[len(raw) // 2:]):
        half = half.lstrip(b"\0")
        half = b"\0" + half if half[0] & 0x80 else half
        numbers += b"\x02" + bytes([len(half)]) + half
    return kept("list.sig", b"\x30" + bytes([len(numbers)]) + numbers)


def signed_list():
    """openssl on the compact JWS: it holds the same bytes as the plain list, under a key that /anchors/ offers."""
    status, fields, body = get("trusted-list.jws")
    parts = body.strip().split(b".")
    ok("/trusted-list.jws is a compact JWS", status == 200 and len(parts) == 3, (status, fields, body[:200]))
    if len(parts) != 3:
        return
    header = json.loads(unpadded(parts[0]))
    ok("it signs the bytes of /trusted-list.json", unpadded(parts[1]) == get("trusted-list.json")[2])
    certificate = kept("list.cer", base64.b64decode(header["x5c"][0]))
    known = [get(f"anchors/{key['name']}.cer")[2] for key in json.loads(ctl("key", "list", "--json").stdout)["keys"]]
    ok("its certificate is one of /anchors/", base64.b64decode(header["x5c"][0]) in known, header)
    public = run("openssl", "x509", "-inform", "DER", "-in", certificate, "-noout", "-pubkey").stdout
    done = run("openssl", "dgst", "-sha256", "-verify", kept("list.pub", public.encode()), "-signature",
               signature_file(header["alg"], unpadded(parts[2])), kept("list.in", b".".join(parts[:2])))
    ok("openssl verifies it", header["alg"] in ("RS256", "ES256") and done.returncode == 0, (header, done.stdout))


def generation():
    return json.loads(ctl("status", "--json").stdout)["publication"]["generation"]


def seen():
    """Where the member's entity is to be found now."""
    found = {path for path in ("metadata.xml", "metadata/sps.xml") if RP.encode() in get(path)[2]}
    if get(entity_path(RP))[0] == 200:
        found.add("MDQ")
    if RP in json.dumps(trusted_list()["TrustedEntitiesList"]) or "kakeibo.localhost" in json.dumps(
            trusted_list()["TrustedEntitiesList"]):
        found.add("trusted list")
    return found


def life():
    """A member is suspended and reinstated: all publications follow in one generation, its page says why."""
    everywhere = {"metadata.xml", "metadata/sps.xml", "MDQ", "trusted list"}
    ok("an approved member is in MDQ, aggregates and trusted list", seen() == everywhere, seen())
    before, others = generation(), get(entity_path(IDP))[1].get("etag")
    done = ctl("member", "suspend", MEMBER)
    ok("a suspension without a reason is used wrongly", done.returncode == 2 and "--reason" in done.stdout, done.stdout)
    done = ctl("member", "suspend", MEMBER, "--reason", "Its logs are looked at", "--dry-run")
    ok("a dry run of a suspension changes nothing", done.returncode == 0 and seen() == everywhere and generation() == before,
       done.stdout)
    done = ctl("member", "suspend", MEMBER, "--reason", "Its logs are looked at")
    ok("a member is suspended and that is published", done.returncode == 0 and "suspended" in done.stdout, done.stdout)
    ok("in one generation", generation() == before + 1, (before, generation()))
    ok("it is gone from MDQ, aggregates and trusted list", seen() == set(), seen())
    ok("MDQ says 404", get(entity_path(RP))[0] == 404, get(entity_path(RP)))
    ok("the trusted list is of that generation", trusted_list().get("ListAndSchemeInformation", {}).get(
        "LoTESequenceNumber") == before + 1, str(trusted_list())[:600])
    ok("the others are as they were", get(entity_path(IDP))[1].get("etag") == others)
    status, _, body = get("v1/members/" + MEMBER)
    card = json.loads(body) if status == 200 else {}
    ok("its card says that it is suspended and why", card.get("standing") == "suspended" and
       card.get("reason") == "Its logs are looked at", body[:600])
    done = ctl("member", "history", MEMBER)
    ok("its history says who did it and why", done.returncode == 0 and "member.suspended" in done.stdout and
       "Its logs are looked at" in done.stdout and "uid:" in done.stdout, done.stdout)
    done = ctl("member", "suspend", MEMBER, "--reason", "again")
    ok("what is suspended is not suspended again", done.returncode == 1 and "expected" in done.stdout, done.stdout)
    done = ctl("member", "list", "--standing", "suspended")
    ok("the list shows it", done.returncode == 0 and MEMBER in done.stdout and "1 member\n" in done.stdout, done.stdout)
    done = ctl("member", "reinstate", MEMBER, "--reason", "All is well")
    ok("it is reinstated", done.returncode == 0 and seen() == everywhere, (done.stdout, seen()))
    ok("in the next generation", generation() == before + 2, (before, generation()))


def records():
    """Records that are broken: refused with file, place and what was expected; nothing changes."""
    before = generation()
    with open(os.path.join(DEMO, "members", MEMBER + ".json"), encoding="utf-8") as f:
        good = json.load(f)

    def changed(**members):
        return json.dumps({**good, **members}, ensure_ascii=False).encode()

    path = os.path.join(DEMO, "members", MEMBER + ".json")
    done = ctl("member", "check", path)
    ok("a good record is checked offline", done.returncode == 0 and f"{path}: {MEMBER}: 0 errors" in done.stdout, done.stdout)
    for title, name, content, part in (
        ("no JSON", "record-a.json", b"{", "record-a.json: line"),
        ("a key twice", "record-b.json", b'{"id":"a1","id":"a2"}', "record-b.json: line"),
        ("an unknown key", "record-c.json", changed(nam="x"), "unknown key"),
        ("no name", "record-d.json", changed(name={"ja": "あ"}), "/name/en: expected"),
        ("a bad id", "record-e.json", changed(id="-"), "/id: expected"),
        ("a certification that ends before it begins", "record-f.json", changed(certifications=[dict(
            good["certifications"][0], **{"from": "2027-01-01", "until": "2026-01-01"})]),
         "/certifications/0/until: expected a time after from"),
        ("a descriptor of another entity", "record-g.json", changed(entities=[dict(good["entities"][0],
         entity_id="https://other.localhost/saml")]), "/entities/0/saml: expected the entity's own entityID"),
    ):
        file = kept(name, content)
        for words in (("member", "check", file), ("member", "change", file), ("member", "apply", file, "--dry-run")):
            done = ctl(*words)
            ok(f"{title} is refused by {words[1]}", done.returncode == 1 and part in done.stdout, done.stdout)
    done = ctl("member", "apply", path)
    ok("a member that is there does not apply again", done.returncode == 1 and "expected a change" in done.stdout, done.stdout)
    both = kept("both.json", json.dumps({"changes": [
        {"action": "confirm", "id": MEMBER}, {"action": "confirm", "id": "nobody-knows"}]}).encode())
    done = ctl("member", "change", both, "--dry-run", "--json")
    outcomes = [r["outcome"] for r in json.loads(done.stdout)["results"]] if done.stdout.startswith("{") else done.stdout
    ok("each change of a file stands or falls for itself", done.returncode == 1 and outcomes == ["done", "refused"], outcomes)
    done = ctl("member", "diff", kept("record-h.json", changed(name={"ja": "こつこつ", "en": "Kotsukotsu"})))
    ok("a difference is shown readably", done.returncode == 0 and "/name/en  \"Kotsukotsu Household Accounts\" -> "
       "\"Kotsukotsu\"" in done.stdout, done.stdout)
    ok("nothing of that changed what is published", generation() == before)
    done = ctl("finding", "list", "--json")
    ok("findings are listed and counted by rule", done.returncode == 0 and "counts" in json.loads(done.stdout), done.stdout)
    done = ctl("finding", "list", "--level", "dreadful")
    ok("an unknown level is refused", done.returncode == 1 and "expected warning or error" in done.stdout, done.stdout)
    done = ctl("member", "show", MEMBER)
    ok("a member is shown", done.returncode == 0 and "standing: approved" in done.stdout, done.stdout)
    done = ctl("member", "show", "nobody-knows")
    ok("one that is not there is not", done.returncode == 1 and "nobody-knows" in done.stdout, done.stdout)
    done = ctl("source", "refresh", "nowhere")
    ok("a source nobody configured is refused", done.returncode == 1 and "nowhere" in done.stdout, done.stdout)


def keys():
    """A rollover: the next key is made and announced, waits, and then signs."""
    done = ctl("key", "new", "metadata-2", "--type", "ed25519")
    ok("a type that no SAML software takes is not offered", done.returncode == 2 and "--type" in done.stdout, done.stdout)
    accepted, renewed = log().count("config.accepted"), log().count("reload.done")
    done = ctl("key", "new", "metadata-2", "--type", "rsa-2048")
    ok("a second key is made and adopted", done.returncode == 0 and "adopted" in done.stdout, done.stdout)
    for _ in range(300):
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
    ok("the first key is retiring", states == {"metadata-1": "retiring", "metadata-2": "active",
                                                   "trusted-list-1": "active", "ledger-1": "active", "push-1": "active",
                                                   "openid-1": "active", "openid-rsa-1": "active"}, states)
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
    ok("status tells of publication, keys and processes", report.get("publication", {}).get("entities") == 10 and
       report.get("members", {}).get("approved") == 7 and
       len(report.get("keys", [])) == 7 and report.get("processes"), status.stdout)
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
        ("no such member action is used wrongly", ("member", "dance")),
        ("no such source action is used wrongly", ("source", "dance")),
        ("a member to be approved must be named", ("member", "approve")),
        ("records to be applied with must be named", ("member", "apply")),
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
    signed_list()
    schemas()
    records()
    life()
    imports()
    keys()
    unanswered()
    operating()
    shutil.rmtree(WORK)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
