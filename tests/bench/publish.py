"""tests/bench/publish.py - from a file to a signed federation: the real one of 1,520 entities when its file is there, then
10,000 made-up ones; and what one changed entity costs."""

import json
import os
import subprocess
import sys
import time

import federation
from harness import Daemon, figure, private_kib, say


def measure(build, name, source, change=None):
    daemon = Daemon(build, settings={"workers": 1})
    try:
        # The benchmark is about both processors: signer and steward work side by side.
        subprocess.run(["sh", "-c", "for p in $(pgrep -P %d); do taskset -acp 0,1 $p; done >/dev/null" % daemon.process.pid])
        start = time.monotonic()
        out = subprocess.run([os.path.join(build, "watashictl"), "-c", daemon.file, "import", "--json", "--no-wait", source],
                             stdout=subprocess.PIPE, text=True).stdout
        imported = time.monotonic() - start
        say(f"{name}: {out[:2000]}")
        start = time.monotonic()
        daemon.ctl("publish", "--all")
        published = time.monotonic() - start
        status = json.loads(subprocess.run([os.path.join(build, "watashictl"), "-c", daemon.file, "status", "--json"],
                                           stdout=subprocess.PIPE, text=True).stdout)
        say(f"{name}: {json.dumps(status.get('publication', {}), ensure_ascii=False)}")
        figure(f"publish.{name}.import_s", imported, "s")
        figure(f"publish.{name}.all_s", published, "s")
        if change:
            change(source)
            start = time.monotonic()
            daemon.ctl("import", source)
            figure(f"publish.{name}.one_changed_s", time.monotonic() - start, "s")
        figure(f"publish.{name}.private_memory", private_kib(daemon.process.pid) / 1024, "MiB")
    finally:
        daemon.stop()


def change_one(source):
    with open(source, encoding="utf-8") as f:
        text = f.read()
    with open(source, "w", encoding="utf-8") as f:
        f.write(text.replace("idp00007.example.org/sso", "idp00007.example.org/sso2"))


def main(top, build):
    real = os.path.join(top, "../shared/data/registry/real-merged-scrubbed.xml")
    if os.path.exists(real):
        measure(build, "real", real)
    else:
        say("publish.real: left out, its file is not beside the checkout")
    made = os.path.join(build, "federation-10000.xml")
    federation.write(made, 10000)
    measure(build, "made10000", made, change_one)
    os.unlink(made)


main(sys.argv[1], sys.argv[2])
