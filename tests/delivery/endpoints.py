# SPDX-License-Identifier: Apache-2.0
"""What patchstate-send talks to in tests: a real hub, a server that answers as it is told, and certificates."""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import re
import select
import socket
import ssl
import struct
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

    def __init__(self, program, folder, *arguments, ca=None, address="127.0.0.1"):
        self.program = program
        self.address = address
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
                [self.program, "serve", "--store", self.store, "--listen", f"{self.address}:{self.port}", *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment())
        deadline = time.monotonic() + STARTS_WITHIN
        while not (found := re.search(r"serving (https?)://\S+:(\d+),", self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the hub did not start: {self.log.read_text()}")
            time.sleep(0.01)
        self.port = int(found[2])
        self.url = f"{found[1]}://{self.address}:{self.port}"

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


@contextlib.contextmanager
def server_that_answers(status, body=b"", **header):
    """Answers each POST so. Yields its URL and the list of requests it got: (path, headers, body)."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            requests.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in header.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

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


@contextlib.contextmanager
def server(converse, tls=None):
    """Calls `converse(connection)` for each connection, each in a thread of its own. Yields the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    open_connections, threads = [], []

    def talk(connection):
        with contextlib.suppress(OSError):
            try:
                if tls:
                    connection.do_handshake()
            except ssl.SSLError:  # the alert is lost where a connection is closed with something unread
                socket.socket.shutdown(connection, socket.SHUT_WR)
                while socket.socket.recv(connection, 65536):
                    pass
            else:
                converse(connection)
        with contextlib.suppress(OSError):
            connection.close()

    def accept():
        with contextlib.suppress(OSError):
            while True:
                accepted = listener.accept()[0]
                if tls:
                    accepted = tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
                open_connections.append(accepted)
                threads.append(threading.Thread(target=talk, args=[open_connections[-1]]))
                threads[-1].start()

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        for one in (listener, *open_connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join()


def read_request(connection):
    """Head and body of a request with a Content-Length; without one the body is empty."""
    read = b""
    while b"\r\n\r\n" not in read:
        if not (piece := connection.recv(65536)):
            raise ConnectionError("no request")
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head, body


def reset(connection):
    """Hangs up without a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def tunnel(connection, port):
    """What a forward proxy does after CONNECT."""
    with socket.create_connection(("127.0.0.1", port)) as other:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ways = {connection: other, other: connection}
        while True:
            for ready in select.select(list(ways), [], [])[0]:
                if not (piece := ready.recv(65536)):
                    return
                ways[ready].sendall(piece)


class Certificates:
    """A CA of our own in `folder`, and what it signs; `key_kind` as `openssl req -newkey` takes it."""

    def __init__(self, folder, name, key_kind=("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")):
        self.folder = folder
        self.name = name
        self.key_kind = key_kind
        self.ca = folder / f"{name}.pem"
        self.openssl("req", "-x509", "-newkey", *key_kind, "-nodes", "-days", "2", "-subj", f"/CN={name}",
                     "-keyout", self.ca.with_suffix(".key"), "-out", self.ca)

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sign(self, common_name, names="", valid=None):
        """Certificate and key; `names` as subjectAltName has them, `valid` as (first, last) of `openssl ca`."""
        base = self.folder / f"{self.name}-{common_name}"
        certificate, key, request, extensions = (base.with_name(base.name + end) for end in
                                                 (".pem", ".key", ".csr", ".ext"))
        extensions.write_text(f"subjectAltName={names}\n" if names else "basicConstraints=CA:FALSE\n")
        self.openssl("req", "-newkey", *self.key_kind, "-nodes", "-subj", f"/CN={common_name}", "-keyout", key, "-out", request)
        if valid:
            self.with_database("-in", request, "-startdate", valid[0], "-enddate", valid[1], "-extfile", extensions,
                               "-notext", "-out", certificate)
        else:
            self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca.with_suffix(".key"),
                         "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def revocations(self, *certificates):
        """The list that names them."""
        for certificate in certificates:
            self.with_database("-revoke", certificate)
        path = self.folder / f"{self.name}.crl"
        self.with_database("-gencrl", "-crldays", "2", "-out", path)
        return path

    def with_database(self, *arguments):
        database, config = self.folder / f"{self.name}.index", self.folder / f"{self.name}.cnf"
        database.touch()
        config.write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\nnew_certs_dir={self.folder}\nrand_serial=yes\n"
                          "default_md=sha256\nunique_subject=no\npolicy=b\n[b]\ncommonName=supplied\n")
        self.openssl("ca", "-batch", "-config", config, "-cert", self.ca, "-keyfile", self.ca.with_suffix(".key"), *arguments)


def pin_of(certificate):
    """As `[report] pinned_key` takes it."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, stdout=subprocess.PIPE)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], check=True, input=key.stdout, stdout=subprocess.PIPE)
    return "sha256//" + base64.b64encode(hashlib.sha256(der.stdout).digest()).decode()
