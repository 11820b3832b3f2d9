"""tests/e2e/ocsp.py - what the responder of a software card's world says of a certificate, as OpenSSL asks it."""

import os
import subprocess
import time


def says(url, authority, certificate):
    """All that OpenSSL prints; `certificate` is a file in DER, `authority` the folder of who issued it."""
    pem = subprocess.run(["openssl", "x509", "-inform", "der", "-in", certificate], capture_output=True, check=True).stdout
    file = f"{certificate}.{os.getpid()}.pem"
    issuer = os.path.join(authority, "ca.pem")
    with open(file, "wb") as f:
        f.write(pem)
    try:
        done = subprocess.run(["openssl", "ocsp", "-issuer", issuer, "-CAfile", issuer, "-url", url, "-cert", file], capture_output=True,
                              text=True, timeout=60)
    finally:
        os.unlink(file)
    return done.stdout + done.stderr


def await_revoked(url, authority, certificate, seconds=30):
    """The responder looks at its index now and then: until it has, what was revoked is good."""
    until = time.monotonic() + seconds
    while ": revoked" not in says(url, authority, certificate) and time.monotonic() < until:
        time.sleep(0.1)
