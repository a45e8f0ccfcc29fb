#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TLS by certificate files, client certificates, and connections that never say anything.

usage: tls_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import hashlib
import http.client
import os
import resource
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from hub_process import Hub, Scenarios, take_program_from_arguments
from reports import full, heartbeat
from stores import on_both_stores

OPENSSL = shutil.which("openssl")
HALF_OPEN = 2000


class Authority:
    """A certificate authority of one test."""

    def __init__(self, folder, name):
        self.folder = folder / name
        self.folder.mkdir()
        self.key, self.certificate = self.folder / "ca.key", self.folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, days="30", extension="subjectAltName=IP:127.0.0.1", to=None):
        """Paths of a certificate and its key; `to`: the pair that is overwritten."""
        files = to or (self.folder / f"{name}.pem", self.folder / f"{name}.key")
        new = [path.with_suffix(path.suffix + ".new") for path in files]
        request, extensions = self.folder / "request", self.folder / "extensions"
        extensions.write_text(extension + "\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", new[1], "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days",
                days, "-extfile", extensions, "-out", new[0])
        for before, after in zip(new, files):
            before.replace(after)
        return files


def openssl(*arguments):
    subprocess.run([OPENSSL, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@unittest.skipIf(OPENSSL is None, "no openssl")
class Tls(Scenarios):
    def setUp(self):
        super().setUp()
        self.ca = Authority(self.folder, "authority")
        self.certificate, self.key = self.ca.issue("hub")

    def context(self, *client):
        context = ssl.create_default_context(cafile=self.ca.certificate)
        if client:
            context.load_cert_chain(*client)
        return context

    def serve_tls(self, *arguments):
        return self.serve("--tls-cert", str(self.certificate), "--tls-key", str(self.key), *arguments)

    @staticmethod
    def connection(hub, context):
        return http.client.HTTPSConnection("127.0.0.1", hub.port, timeout=30, context=context)

    def ask(self, hub, context, *arguments, **header):
        connection = self.connection(hub, context)
        try:
            return hub.ask(*arguments, connection=connection, **header)
        finally:
            connection.close()

    def send(self, hub, context, report, key=None):
        connection = self.connection(hub, context)
        try:
            return hub.send(report, key, connection=connection)
        finally:
            connection.close()

    def served(self, hub):
        """Fingerprint of what a new connection is shown."""
        with socket.create_connection(("127.0.0.1", hub.port), timeout=30) as plain:
            with self.context().wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                return hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()

    def on_disk(self):
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.certificate.read_text())).hexdigest()


@on_both_stores
class Server(Tls):
    def test_reports_are_taken_over_tls(self):
        hub = self.serve_tls()
        self.assertIn("serving https://", hub.said())
        answer = self.ask(hub, self.context(), "POST", "/v1/enroll",
                          '{"token":"%s","hostId":"web-1"}' % self.enrol_token())
        self.assertEqual(self.send(hub, self.context(), full("web-1"), answer.json["hostKey"]).status, 202)
        self.stops_cleanly(hub)

    def test_old_versions_and_plain_http_get_no_answer(self):
        hub = self.serve_tls()
        old = self.context()
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.ask(hub, old, "GET", "/healthz")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            hub.get("/healthz")
        self.assertEqual(self.ask(hub, self.context(), "GET", "/healthz").status, 200)

    def test_a_certificate_that_was_replaced_is_served_with_the_next_connection(self):
        hub = self.serve_tls()
        first = self.served(hub)
        self.assertEqual(first, self.on_disk())
        open_before = self.connection(hub, self.context())
        self.assertEqual(hub.ask("GET", "/healthz", connection=open_before).status, 200)
        self.ca.issue("hub", to=(self.certificate, self.key))
        second = self.on_disk()
        self.assertNotEqual(first, second)
        self.assertEqual(self.served(hub), second)
        self.assertEqual(hub.ask("GET", "/healthz", connection=open_before).status, 200, "open ones live on")
        open_before.close()

    def test_while_the_files_are_damaged_the_certificate_before_is_served_and_the_log_says_why(self):
        hub = self.serve_tls()
        first = self.served(hub)
        good = self.certificate.read_bytes(), self.key.read_bytes()
        for certificate, key in ((b"", good[1]), (good[0][:100], good[1]), (good[0], b"nonsense"),
                                 (self.ca.certificate.read_bytes(), good[1])):
            self.certificate.write_bytes(certificate)
            self.key.write_bytes(key)
            for _ in range(3):
                self.assertEqual(self.served(hub), first)
        complaints = [line for line in hub.said().splitlines() if "the certificate stays as it was: " in line]
        self.assertEqual(len(complaints), 4, "said once of each")
        self.assertIn(f"{self.key} is not the key of the certificate in {self.certificate}", complaints[-1])
        self.certificate.unlink()
        self.assertEqual(self.served(hub), first)
        self.ca.issue("hub", to=(self.certificate, self.key))
        self.assertEqual(self.served(hub), self.on_disk())

    def test_files_that_are_no_certificate_are_named_at_the_start(self):
        for certificate, key in ((self.folder / "none", self.key), (self.certificate, self.ca.key),
                                 (self.key, self.key)):
            with self.assertRaises(RuntimeError) as refused:
                self.serve("--tls-cert", str(certificate), "--tls-key", str(key))
            self.assertRegex(str(refused.exception), f"{certificate}|{key}")

    def test_plain_http_where_others_could_listen_is_refused_at_the_start(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            done = self.run_it("serve", "--listen", address)
            self.assertEqual(done.returncode, 3)
            self.assertIn("--tls-cert", done.stderr)
        hub = Hub(self.store, self.folder, "--tls-cert", str(self.certificate), "--tls-key", str(self.key),
                  listen="0.0.0.0:0")
        self.addCleanup(hub.kill)
        self.assertEqual(self.ask(hub, self.context(), "GET", "/healthz").status, 200)


@on_both_stores
class ClientCertificates(Tls):
    def setUp(self):
        super().setUp()
        self.hub = self.serve_tls("--client-ca", str(self.ca.certificate))

    def test_a_certificate_reports_for_the_host_that_it_names(self):
        mine = self.context(*self.ca.issue("web-1"))
        report = full("web-1")
        self.assertEqual(self.send(self.hub, mine, report).status, 202)
        self.assertEqual(self.send(self.hub, mine, heartbeat(report)).json["sendFull"], False)
        self.assertEqual(self.send(self.hub, mine, full("web-2")).problem["status"], 403)
        self.assertEqual(self.store.rows("SELECT id, verdict FROM hosts"), [("web-1", "compliant")])

    def test_the_certificate_of_a_host_that_was_revoked_or_removed_reports_nothing_until_it_enrols_again(self):
        mine = self.context(*self.ca.issue("web-1"))
        for how in (["revoke"], ["remove"], ["remove", "--forget"]):
            with self.subTest(how):
                self.assertEqual(self.send(self.hub, mine, full("web-1")).status, 202)
                self.assertEqual(self.ask(self.hub, mine, "GET", "/v1/enroll").json, {"hostId": "web-1"})
                self.succeeds("host", *how, "web-1")
                self.assertEqual(self.ask(self.hub, mine, "GET", "/v1/enroll").problem["status"], 403)
                self.assertEqual(self.send(self.hub, mine, full("web-1")).problem["status"], 403)
                self.assertEqual(self.send(self.hub, mine, full("web-1")).problem["status"], 403)
                answer = self.ask(self.hub, mine, "POST", "/v1/enroll",
                                  '{"token":"%s","hostId":"web-1"}' % self.enrol_token())
                self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.send(self.hub, mine, full("web-1")).status, 202)

    def test_a_certificate_of_another_authority_reports_nothing(self):
        stranger = self.context(*Authority(self.folder, "stranger").issue("web-1"))
        try:
            self.assertEqual(self.send(self.hub, stranger, full("web-1")).problem["status"], 401)
        except (ssl.SSLError, ConnectionError):
            pass  # the handshake itself failed: as good
        self.assertEqual(self.count("SELECT COUNT(*) FROM hosts"), 0)

    def test_a_certificate_that_has_expired_reports_nothing(self):
        expired = self.context(*self.ca.issue("web-1", days="-1"))
        try:
            self.assertEqual(self.send(self.hub, expired, full("web-1")).problem["status"], 401)
        except (ssl.SSLError, ConnectionError):
            pass
        self.assertEqual(self.count("SELECT COUNT(*) FROM hosts"), 0)

    def test_a_host_without_a_certificate_may_use_its_key(self):
        answer = self.ask(self.hub, self.context(), "POST", "/v1/enroll",
                          '{"token":"%s","hostId":"web-1"}' % self.enrol_token())
        self.assertEqual(self.send(self.hub, self.context(), full("web-1"), answer.json["hostKey"]).status, 202)
        self.assertEqual(self.send(self.hub, self.context(), full("web-1")).problem["status"], 401)


@on_both_stores
class Patience(Scenarios):
    def test_two_thousand_connections_that_say_half_a_word_stop_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = HALF_OPEN + 200
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.skipTest(f"only {hard} open files are allowed here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        open_ones = []
        try:
            for number in range(HALF_OPEN):
                one = socket.create_connection(("127.0.0.1", hub.port), timeout=30)
                one.sendall((b"G", b"GET /healthz HTTP/1.1\r\nHost: a\r\n",
                             b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{")[number % 3])
                open_ones.append(one)
            deadline = time.monotonic() + 60
            while len(os.listdir(f"/proc/{hub.process.pid}/fd")) < HALF_OPEN and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertGreater(len(os.listdir(f"/proc/{hub.process.pid}/fd")), HALF_OPEN, "all of them are held at once")
            begin = time.monotonic()
            self.assertEqual(hub.get("/healthz").status, 200)
            self.accepted(hub, full("web-1"), key)
            self.assertLess(time.monotonic() - begin, 10)
        finally:
            for one in open_ones:
                one.close()
        self.stops_cleanly(hub)

    def test_a_body_that_ends_too_early_is_no_report(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        with socket.create_connection(("127.0.0.1", hub.port), timeout=30) as one:
            one.sendall(b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key.encode() +
                        b"\r\nContent-Length: 1000\r\n\r\n{}")
        self.accepted(hub, full("web-1"), key)
        self.stops_cleanly(hub)
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 1)

    def test_a_client_that_goes_away_before_its_answer_does_no_harm(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        for _ in range(50):
            connection = hub.connect()
            connection.request("POST", "/v1/assessments", b"{}", {"Authorization": f"Bearer {key}"})
            connection.close()
        self.assertEqual(hub.get("/healthz").status, 200)
        self.stops_cleanly(hub)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
