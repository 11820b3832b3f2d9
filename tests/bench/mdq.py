"""tests/bench/mdq.py - MDQ beside nginx: one worker each, the same 10,000 documents and header fields, access logs alike.

nginx sends files (`sendfile off`, its faster way here) from the page cache; watashid sends rows of its store. CPU of
every process of each server, 64 connections, documents at random; the median over pairs of runs.
"""

import http.client
import os
import signal
import subprocess
import sys

import federation
from harness import Daemon, SERVER_CPU, cpu_per_request, figure, free_port, paired, private_kib, say, wait_for

COUNT, PAIRS, SECONDS = 10000, 9, 3
TYPE = "application/samlmetadata+xml"

NGINX = """
worker_processes 1;
daemon off;
pid {home}/nginx.pid;
error_log {home}/nginx.error.log crit;
events {{ worker_connections 512; }}
http {{
  log_format like '$time_iso8601 $remote_addr $request_method $uri $status $body_bytes_sent $request_time';
  access_log {home}/nginx.access.log like buffer=64k flush=1s;
  sendfile off;
  tcp_nodelay on;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 75s;
  types {{ }}
  default_type {type};
  open_file_cache max=20000 inactive=600s;
  open_file_cache_valid 600s;
  client_body_temp_path {home}/nginx.body; proxy_temp_path {home}/nginx.proxy; fastcgi_temp_path {home}/nginx.fastcgi;
  uwsgi_temp_path {home}/nginx.uwsgi; scgi_temp_path {home}/nginx.scgi;
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {home}/tls.pem; ssl_certificate_key {home}/tls.key; ssl_protocols TLSv1.2 TLSv1.3;
    root {home}/documents;
    add_header Cache-Control "max-age=21600";
    add_header Vary "Accept, Accept-Encoding";
    add_header X-Content-Type-Options nosniff;
  }}
}}
"""


def fetch_all(port, keep=None):
    """Every document's ETag; with `keep`, the bodies go to files."""
    etags = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for n in range(COUNT):
        path = f"/entities/{federation.entity_id(n)}"
        connection.request("GET", path, headers={"Accept": TYPE})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        etags.append(answer.getheader("ETag"))
        if keep:
            with open(os.path.join(keep, federation.entity_id(n)), "wb") as f:
                f.write(body)
    return etags


def script(path, etags=None):
    """A wrk script that asks for documents at random; with `etags`, for those it has already."""
    with open(path, "w") as f:
        f.write("local wanted = {\n")
        for n in range(COUNT):
            extra = f"If-None-Match: {etags[n]}\\r\\n" if etags else ""
            extra = extra.replace('"', '\\"')
            f.write(f'  "GET /entities/{federation.entity_id(n)} HTTP/1.1\\r\\nHost: localhost\\r\\nAccept: {TYPE}\\r\\n{extra}\\r\\n",\n')
        f.write("}\nmath.randomseed(7)\nrequest = function() return wanted[math.random(#wanted)] end\n")
    return path


def main(build):
    # What stands for certificates is noise (federation.py).
    daemon = Daemon(build, settings={"validation": {"rules": {"key.certificate-unreadable": "off"}}})
    nginx = None
    try:
        home = daemon.home
        source = os.path.join(home, "federation.xml")
        federation.write(source, COUNT)
        say(f"importing and publishing {COUNT} entities")
        daemon.ctl("import", source)
        documents = os.path.join(home, "documents", "entities")
        os.makedirs(documents)
        ours = fetch_all(daemon.plain, documents)
        ports = {"plain": free_port(), "tls": free_port()}
        config = os.path.join(home, "nginx.conf")
        with open(config, "w") as f:
            f.write(NGINX.format(home=home, type=TYPE, **ports))
        subprocess.run(["chmod", "-R", "a+rX", home], check=True)
        nginx = subprocess.Popen(["taskset", "-c", SERVER_CPU, "nginx", "-c", config, "-p", home])
        wait_for(ports["plain"])
        theirs = fetch_all(ports["plain"])
        fresh = script(os.path.join(home, "fresh.lua"))
        known = {daemon.process.pid: script(os.path.join(home, "known-ours.lua"), ours),
                 nginx.pid: script(os.path.join(home, "known-theirs.lua"), theirs)}
        cases = [("plain", "http", fresh), ("tls", "https", fresh), ("304", "http", None)]
        results = []
        for name, scheme, lua in cases:
            which = "tls" if scheme == "https" else "plain"
            urls = {daemon.process.pid: f"{scheme}://localhost:{getattr(daemon, which)}",
                    nginx.pid: f"{scheme}://localhost:{ports[which]}"}

            def run(pid):
                return cpu_per_request(pid, urls[pid].replace("localhost", "127.0.0.1"), lua or known[pid], SECONDS)[0]

            run(daemon.process.pid), run(nginx.pid)
            ratio, we, they = paired(name, lambda: run(daemon.process.pid), lambda: run(nginx.pid), PAIRS)
            results += [(f"mdq.{name}.cpu_us", we, "us"), (f"mdq.{name}.nginx_cpu_us", they, "us"),
                        (f"mdq.{name}.cpu_vs_nginx", ratio, "ratio")]
        results.append(("mdq.private_memory", private_kib(daemon.process.pid) / 1024, "MiB"))
        results.append(("mdq.nginx_private_memory", private_kib(nginx.pid) / 1024, "MiB"))
        for result in results:
            figure(*result)
    finally:
        if nginx:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(10)
        daemon.stop()


main(sys.argv[2])
