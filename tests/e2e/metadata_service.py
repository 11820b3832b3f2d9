"""tests/e2e/metadata_service.py - a FIDO Metadata Service of one's own: root, signer, BLOBs, the https server they come from; with a maker
of security keys whose attestations lead to its root. By itself it tests nothing.
"""

import base64
import datetime
import hashlib
import http.server
import json
import os
import ssl
import threading
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness import certificate
from person_federation import Passkey, b64u, cbor

HOST = "mds.test.example"
LARGEST = 32 << 20
AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")


def name(common, unit=None):
    parts = [(NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, "Test")]
    parts += [(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else []
    return x509.Name([x509.NameAttribute(*part) for part in [*parts, (NameOID.COMMON_NAME, common)]])


class Authority:
    """A root, or what it certified."""

    def __init__(self, common, by=None, host=None, aaguid=None, days=(-30, 30), unit=None):
        self.key, self.name = ec.generate_private_key(ec.SECP256R1()), name(common, unit)
        issuer, now = by or self, datetime.datetime.now(datetime.timezone.utc)
        made = (x509.CertificateBuilder().subject_name(self.name).issuer_name(issuer.name).public_key(self.key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now + datetime.timedelta(days=days[0])).not_valid_after(now + datetime.timedelta(days=days[1]))
                .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
                .add_extension(x509.KeyUsage(by is not None, False, False, False, False, by is None, by is None, False, False),
                               critical=True))
        if host:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        if aaguid:
            made = made.add_extension(x509.UnrecognizedExtension(AAGUID_EXTENSION, b"\x04\x10" + aaguid), critical=False)
        self.certificate = made.sign(issuer.key, hashes.SHA256())
        self.der = self.certificate.public_bytes(Encoding.DER)

    def pem_into(self, path):
        with open(path, "wb") as f:
            f.write(self.certificate.public_bytes(Encoding.PEM))
        return path

    def sign(self, data):
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


class Maker:
    """Makes one model of security keys."""

    def __init__(self, description):
        self.description, self.aaguid = description, os.urandom(16)
        self.root = Authority(f"{description} Root")
        self.batch = Authority(f"{description} Batch 1", self.root, aaguid=self.aaguid, unit="Authenticator Attestation")

    def entry(self, *statuses):
        return {"aaguid": str(uuid.UUID(bytes=self.aaguid)), "timeOfLastStatusChange": "2026-01-01",
                "statusReports": [{"status": status, "effectiveDate": "2026-01-01"} for status in statuses],
                "metadataStatement": {
                    "description": self.description, "keyProtection": ["hardware", "secure_element"],
                    "attestationTypes": ["basic_full"], "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"],
                    "attestationRootCertificates": [base64.b64encode(self.root.der).decode()]}}


class SecurityKey(Passkey):
    """A passkey in hardware of that maker's, who vouches for it (WebAuthn L3 s8.2)."""

    def __init__(self, federation, maker):
        super().__init__(federation)
        self.maker = maker

    def create(self, options):
        made = super().create(options)
        public = cbor({1: 2, 3: -7, -1: 1, -2: self.key.point[:32], -3: self.key.point[32:]})
        data = self.data(self.flags | 0x40, self.maker.aaguid + len(self.id).to_bytes(2, "big") + self.id + public)
        client = self.client_data("webauthn.create", options["challenge"])
        signature = self.maker.batch.sign(data + hashlib.sha256(client).digest())
        statement = {"alg": -7, "sig": signature, "x5c": [self.maker.batch.der]}
        made["response"] |= {"clientDataJSON": b64u(client), "transports": ["usb"],
                             "attestationObject": b64u(cbor({"fmt": "packed", "attStmt": statement, "authData": data}))}
        return made


class Service:
    """Signs BLOBs (MDS 3.1.1 s3.2), and serves the newest over https."""

    def __init__(self, home):
        self.root = Authority("Test Metadata Root")
        self.signer = Authority("Test Metadata", self.root, host=HOST)
        self.roots = self.root.pem_into(os.path.join(home, "mds-root.pem"))
        self.body, self.asked = b"", 0
        service, tls_home = self, os.path.join(home, "mds-tls")
        os.mkdir(tls_home)
        self.tls, key = certificate(tls_home)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                service.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/jose")
                self.send_header("Content-Length", str(len(service.body)))
                self.end_headers()
                try:
                    self.wfile.write(service.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.tls, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_address[1]}/blob.jwt"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def blob(self, number, *entries, signer=None, until="2999-12-01"):
        signer = signer or self.signer
        header = {"alg": "ES256", "typ": "JWT", "x5c": [base64.b64encode(signer.der).decode()]}
        payload = {"legalHeader": "For tests alone.", "no": number, "nextUpdate": until, "entries": entries}
        text = ".".join(b64u(json.dumps(part).encode()) for part in (header, payload))
        r, s = utils.decode_dss_signature(signer.sign(text.encode()))
        return f"{text}.{b64u(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}".encode()

    def stop(self):
        self.server.shutdown()
