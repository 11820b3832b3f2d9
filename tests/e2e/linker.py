"""tests/e2e/linker.py - a platform operator that tells which certificates are one person's: tools/demo-linker, with what a test says it knows.

    python3 linker.py PEOPLE TOKEN ASKED      prints its port

PEOPLE is a JSON file, read for each question: {"person": {"complete": true, "certificates": [{"purpose", "medium", "issuer_key_id",
"serial"}]}}; a number "delay" among them is for how many seconds each answer is kept back. What is asked is written to ASKED, a line
each. By itself it tests nothing.
"""

import importlib.machinery
import importlib.util
import json
import os
import sys
import time

sys.dont_write_bytecode = True
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/demo-linker")


def tool():
    """The program as a module: its name has no ending."""
    loader = importlib.machinery.SourceFileLoader("demo_linker", TOOL)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def known(path):
    with open(path, encoding="utf-8") as f:
        people = json.load(f)
    time.sleep(people.pop("delay", 0))
    return people


def note(path, body):
    with open(path, "ab") as log:
        log.write(body + b"\n")


if __name__ == "__main__":
    server = tool().Linker(0, sys.argv[2], lambda: known(sys.argv[1]), lambda body: note(sys.argv[3], body))
    print(server.server_address[1], flush=True)
    server.serve_forever()
