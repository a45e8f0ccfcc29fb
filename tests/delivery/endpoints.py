# SPDX-License-Identifier: Apache-2.0
"""What patchstate-send talks to in tests: a real hub, a server that answers as it is told, and certificates."""

import contextlib
import gzip
import http.server
import json
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.request

STARTS_WITHIN = 60


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | kept | more


class Hub:
    """`patchstate-hub serve` on loopback, with an empty SQLite store in `folder`."""

    def __init__(self, program, folder, *arguments, ca=None):
        self.program = program
        self.store = folder / "hub.db"
        self.log = folder / "hub.log"
        self.arguments = arguments
        self.context = ssl.create_default_context(cafile=ca) if ca else None
        self.port = 0
        self.start()
        self.reader = self.command("token", "create", "read").strip()

    def start(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--store", self.store, "--listen", f"127.0.0.1:{self.port}", *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment())
        deadline = time.monotonic() + STARTS_WITHIN
        while not (found := re.search(r"serving (https?)://\S+:(\d+),", self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the hub did not start: {self.log.read_text()}")
            time.sleep(0.01)
        self.port = int(found[2])
        self.url = f"{found[1]}://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def command(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--store", self.store], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=environment())
        return done.stdout

    def ask(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.reader}"})
        with urllib.request.urlopen(request, timeout=60, context=self.context) as answer:
            return json.load(answer)

    def host(self, host):
        return self.ask(f"/v1/hosts/{host}")

    def updates_of(self, host):
        return {(patch["name"], patch["version"]) for patch in self.host(host)["patches"]}


def naming(report, body):
    """`body`, and if it is a JSON object with the id of the report (as it was sent)."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(answer, dict):
        return body
    return json.dumps({"assessmentActivityId": json.loads(gzip.decompress(report))["assessmentActivityId"]} | answer).encode()


@contextlib.contextmanager
def server_that_answers(status, body=b"", **header):
    """Answers each POST so; JSON with 2xx names the report, as a hub does. Yields its URL and the list of requests it got:
    (path, headers, body)."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            requests.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            said = naming(requests[-1][2], body) if self.path == "/v1/assessments" and status // 100 == 2 else body
            self.send_response(status)
            for name, value in header.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])  # how often it looks whether it should end
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Certificates:
    """A CA of our own in `folder`, and what it signs."""

    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self.ca = folder / f"{name}.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", self.ca.with_suffix(".key"), "-out", self.ca)

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sign(self, common_name, names=""):
        """Certificate and key; `names` as subjectAltName has them."""
        base = self.folder / f"{self.name}-{common_name}"
        certificate, key, request, extensions = (base.with_name(base.name + end) for end in
                                                 (".pem", ".key", ".csr", ".ext"))
        extensions.write_text(f"subjectAltName={names}\n" if names else "basicConstraints=CA:FALSE\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-subj", f"/CN={common_name}", "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca.with_suffix(".key"),
                     "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        key.chmod(0o600)
        return certificate, key
