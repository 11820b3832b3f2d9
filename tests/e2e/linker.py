"""tests/e2e/linker.py - a platform operator that tells which certificates are one person's: a process of its own.

    python3 linker.py PEOPLE TOKEN ASKED      prints its port

PEOPLE is a JSON file, read for each question: {"person": {"complete": true, "certificates": [{"purpose", "medium", "issuer_key_id",
"serial"}]}}. What is posted to /v1/jpki/linkage (schemas/jpki-linkage.schema.json) with the bearer token is written to ASKED, a line
each. By itself it tests nothing.
"""

import http.server
import json
import sys
import time

KIND = ("purpose", "medium")
NAME = ("issuer_key_id", "serial")


def linked(people, asked):
    for person in people.values():
        if any(all(c[k] == asked[k] for k in KIND + NAME) for c in person["certificates"]):
            found = [{k: c[k] for k in NAME} for c in person["certificates"]
                     if all(c[k] == asked["wanted"][k] for k in KIND) and c["serial"] != asked["serial"]]
            return {"linked": found, "complete": person["complete"]}
    return {"linked": []}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/jpki/linkage" or self.headers["Authorization"] != f"Bearer {sys.argv[2]}":
            self.send_response(401)
            self.end_headers()
            return
        with open(sys.argv[3], "ab") as log:
            log.write(body + b"\n")
        with open(sys.argv[1], encoding="utf-8") as f:
            people = json.load(f)
        time.sleep(people.pop("delay", 0))
        answer = {**linked(people, json.loads(body)), "this_update": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
