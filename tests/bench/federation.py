"""tests/bench/federation.py - a made-up federation of any size, entities of about 6 kB, the same bytes every time."""

import base64
import hashlib

NAMESPACES = ('xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
              'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"')


def noise(seed, size):
    """Bytes that do not compress, as certificates do not."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"{seed}/{len(out)}".encode()).digest()
    return out[:size]


def certificate(seed, size):
    """Noise in the outer shape of a certificate: a DER SEQUENCE of `size` bytes in all."""
    return b"\x30\x82" + (size - 4).to_bytes(2, "big") + noise(seed, size - 4)


def entity_id(n):
    return f"urn:example:bench:{n:05d}"


def entity(n):
    key = base64.encodebytes(certificate(n, 1300)).decode()
    keys = "".join(f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{key}'
                   "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>" for use in ("signing", "encryption"))
    host = f"https://idp{n:05d}.example.org"
    names = "".join(f'<mdui:{kind} xml:lang="{lang}">{text} {n:05d}</mdui:{kind}>'
                    for kind, lang, text in (("DisplayName", "ja", "計測用の組織"), ("DisplayName", "en", "Bench organisation"),
                                             ("Description", "ja", "負荷をはかるためだけの架空の組織です。番号"),
                                             ("Description", "en", "A made-up organisation that only exists to measure load. Number")))
    return (f'<md:EntityDescriptor {NAMESPACES} entityID="{entity_id(n)}">'
            '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'<md:Extensions><shibmd:Scope regexp="false">idp{n:05d}.example.org</shibmd:Scope><mdui:UIInfo>{names}</mdui:UIInfo>'
            f"</md:Extensions>{keys}"
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{host}/sso"/>'
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{host}/sso"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>\n")


def write(path, count):
    with open(path, "w", encoding="utf-8") as f:
        f.write('<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">\n')
        for n in range(count):
            f.write(entity(n))
        f.write("</md:EntitiesDescriptor>\n")
