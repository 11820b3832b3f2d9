"""TCP ports for what a test starts: below those the kernel gives outgoing connections, and no two tests the same one."""
import random
import socket

FIRST, LAST = 20000, 32000
held = []  # A name of its own for each port given out: nobody else gets the port while this process lives.


def free_port():
    while True:
        port = random.randint(FIRST, LAST)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket.socket() as trial:
            try:
                claim.bind(f"\0watashi-test-port-{port}")
                trial.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        held.append(claim)
        return port
