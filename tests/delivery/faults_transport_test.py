#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates and proxies that are wrong: the report waits, the key goes nowhere, and the message says what to do. Real
programs against servers on loopback.

usage: faults_transport_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from delivery_test import ACCEPTED, LATER, PROGRAMS, REJECTED  # noqa: E402  (needs the path above)
from endpoints import Certificates, pin_of, read_request, reset, server, server_that_answers, tunnel  # noqa: E402
from faults_test import NOBODY, Faults, answer  # noqa: E402

LOCAL = "DNS:localhost,IP:127.0.0.1"
LONG_AGO, NOT_LONG_AGO = "20200101000000Z", "20200201000000Z"
LATE, LATER_STILL = "20900101000000Z", "20910101000000Z"


@functools.cache
def authority():
    """A CA that every test here can use, and the certificate of a good hub."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-delivery-"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    ca = Certificates(folder, "ca")
    return ca, *ca.sign("localhost", LOCAL)


def tls_of(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Encrypted(Faults):
    def setUp(self):
        super().setUp()
        self.authority, self.certificate, self.key = authority()


class Tls(Encrypted):
    def test_a_certificate_that_does_not_prove_that_this_is_the_hub(self):
        ca = Certificates(self.folder, "own")
        other = Certificates(self.folder, "other")
        for name, (certificate, key), says in (
                ("expired", ca.sign("expired", LOCAL, (LONG_AGO, NOT_LONG_AGO)),
                 ["certificate has expired", "the hub needs a new certificate"]),
                ("not yet valid", ca.sign("early", LOCAL, (LATE, LATER_STILL)),
                 ["not yet valid", "is this machine's clock right (timedatectl)?"]),
                ("of another name", ca.sign("hub.example.org", "DNS:hub.example.org"),
                 ["no alternative certificate subject name", "is [report] hub the name that the hub's certificate is for?"]),
                ("of an unknown CA", other.sign("localhost", LOCAL),
                 ["unable to get local issuer certificate", f"the CAs trusted are those in {ca.ca}"]),
                ("self-signed", (other.ca, other.ca.with_suffix(".key")),
                 ["self-signed certificate", f"the CAs trusted are those in {ca.ca}"])):
            with self.subTest(name), server(self.hub, tls_of(certificate, key)) as port:
                self.waits(f"https://localhost:{port}", *says, ca=ca.ca)
        self.assertEqual(self.sent, [], "nothing was sent there")
        with server(self.hub, tls_of(*ca.sign("localhost", LOCAL))) as port:
            self.arrives(f"https://localhost:{port}", ca=ca.ca)

    def test_a_ca_that_only_the_folder_of_the_system_has_is_found(self):
        self.arrives_with_system_cas(in_folder=True, in_file=False)

    def test_a_ca_that_only_the_file_of_the_system_has_is_found(self):
        self.arrives_with_system_cas(in_folder=False, in_file=True)

    def arrives_with_system_cas(self, in_folder, in_file):
        if os.geteuid() != 0:
            self.skipTest("not root, so the system's CAs can't be covered by others")
        own = Certificates(self.folder, "own")
        neither = self.system_cas("neither", own.ca, own.ca)
        either = self.system_cas("either", self.authority.ca if in_folder else own.ca, self.authority.ca if in_file else own.ca)
        with server(self.hub, tls_of(self.certificate, self.key)) as port:
            self.configure(f"https://localhost:{port}")
            self.assertEqual(self.sends_with_cas_in(neither), (LATER, self.waiting))
            self.assertEqual(self.sent, [])
            self.assertEqual(self.sends_with_cas_in(either), (ACCEPTED, {}))
        self.assertTrue(self.sent == [self.report], "not sent once and whole")

    def system_cas(self, name, in_folder, in_file):
        folder = self.folder / name
        folder.mkdir()
        shutil.copy(in_folder, folder / "one.pem")
        subprocess.run(["openssl", "rehash", folder], check=True, stderr=subprocess.DEVNULL)
        shutil.copy(in_file, folder / "ca-certificates.crt")
        return folder

    def sends_with_cas_in(self, folder):
        """(exit code, what is left); to the program alone the folder is the system's."""
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                               'mount --bind "$0" /etc/ssl/certs && exec "$@"', folder,
                               PROGRAMS / "patchstate", "send", "--config", self.config, "--all"], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment, timeout=60)
        return done.returncode, self.spooled()

    def test_a_hub_that_speaks_no_newer_tls_than_1_1(self):
        warnings.simplefilter("ignore", DeprecationWarning)  # restored after each test
        context = tls_of(self.certificate, self.key)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        old = ssl.create_default_context(cafile=self.authority.ca)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1_1
        with server(self.hub, context) as port:
            with socket.create_connection(("127.0.0.1", port)) as plain:
                try:
                    with old.wrap_socket(plain, server_hostname="localhost") as spoken:
                        self.assertEqual(spoken.version(), "TLSv1.1")
                except ssl.SSLError as error:
                    self.skipTest(f"OpenSSL here speaks no TLS 1.1 at all: {error}")
            self.waits(f"https://localhost:{port}", "the hub must speak TLS 1.2 or newer", ca=self.authority.ca)
        self.assertEqual(self.sent, [])

    def test_no_tls_where_tls_is_expected(self):
        def refuse(connection):
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        with server(refuse) as port:
            self.waits(f"https://localhost:{port}", "no TLS is spoken there: is the port in [report] hub right?")

    def test_a_pinned_key_is_needed_beside_a_certificate_that_is_trusted(self):
        own = Certificates(self.folder, "own")
        with server(self.hub, tls_of(self.certificate, self.key)) as port:
            url, right, wrong = f"https://localhost:{port}", pin_of(self.certificate), pin_of(own.ca)
            self.waits(url, "public key does not match pinned public key", "another key than [report] pinned_key",
                       ca=self.authority.ca, pinned_key=wrong)
            self.waits(url, f"the CAs trusted are those in {own.ca}", ca=own.ca, pinned_key=right)
            self.assertEqual(self.sent, [])
            self.arrives(url, ca=self.authority.ca, pinned_key=f"{wrong};{right}")

    def test_a_client_certificate_that_the_hub_refuses(self):
        own = Certificates(self.folder, "own")
        good, revoked = own.sign("good"), own.sign("revoked")
        expired = own.sign("expired", valid=(LONG_AGO, NOT_LONG_AGO))
        stranger = self.authority.sign("stranger")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = tls_of(self.certificate, self.key)
            context.minimum_version = context.maximum_version = version
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(own.ca)
            context.load_verify_locations(own.revocations(revoked[0]) if version == ssl.TLSVersion.TLSv1_2 else
                                          self.folder / "own.crl")
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
            with server(self.hub, context) as port:
                url = f"https://localhost:{port}"
                for certificate, key in (revoked, expired, stranger):
                    with self.subTest(certificate.name, version=version):
                        self.waits(url, f"the hub does not take the certificate in {certificate}: it needs a new one",
                                   ca=self.authority.ca, client_certificate=certificate, client_key=key)
                self.waits(url, "the hub wants a certificate of this machine: [report] client_certificate",
                           ca=self.authority.ca)
                self.assertEqual(self.sent, [])
        of_good = {"ca": self.authority.ca, "client_certificate": good[0], "client_key": good[1]}
        with server(reset, context) as port:
            self.waits(f"https://localhost:{port}", f"hung up; perhaps it does not take the certificate in {good[0]}",
                       **of_good)
        with server(self.hub, context) as port:
            self.arrives(f"https://localhost:{port}", **of_good)

    def test_the_hub_turns_away_an_expired_certificate_and_a_revoked_machine(self):
        self.key_file.unlink()
        host = json.loads(self.report)["host"]["id"]
        hub = self.serve("--tls-cert", self.certificate, "--tls-key", self.key, "--client-ca", self.authority.ca,
                         ca=self.authority.ca)
        good = self.authority.sign(host)
        expired = Certificates.sign(self.authority, host + "-old", valid=(LONG_AGO, NOT_LONG_AGO))
        of = lambda pair: {"ca": self.authority.ca, "client_certificate": pair[0], "client_key": pair[1]}  # noqa: E731
        url = f"https://localhost:{hub.port}"
        self.waits(url, "HTTP 401", code=REJECTED, **of(expired))
        self.configure(url, **of(good))
        self.ends(ACCEPTED, "send", "--file", self.state / "last-assessment.json")
        hub.command("host", "revoke", host)
        (self.state / "accepted-report").unlink()
        self.waits(url, "HTTP 40", "enrol", code=REJECTED, **of(good))


class Proxies(Encrypted):
    def setUp(self):
        super().setUp()
        self.asked = []
        self.clean_environment = dict(self.environment)

    def proxy(self, connection):
        head, _ = read_request(connection)
        self.asked.append(head)
        tunnel(connection, int(re.match(rb"CONNECT \S+:(\d+) ", head)[1]))

    @contextlib.contextmanager
    def hub_and_proxy(self):
        with server(self.hub, tls_of(self.certificate, self.key)) as port, server(self.proxy) as proxy:
            yield f"https://localhost:{port}", f"http://127.0.0.1:{proxy}"

    def test_a_proxy_of_the_configuration_sees_neither_report_nor_key(self):
        with self.hub_and_proxy() as (url, proxy):
            self.environment["https_proxy"] = NOBODY
            self.arrives(url, ca=self.authority.ca, proxy=proxy)
        head, = self.asked
        self.assertIn(b"CONNECT localhost:", head)
        self.assertNotIn(b"psh_", head)
        self.assertNotIn(b"Authorization", head)

    def test_a_proxy_of_the_environment_is_taken_unless_no_proxy_names_the_hub(self):
        with self.hub_and_proxy() as (url, proxy):
            for name, expected in (("https_proxy", 1), ("HTTPS_PROXY", 1), ("all_proxy", 1), ("http_proxy", 0)):
                with self.subTest(name):
                    self.environment = self.clean_environment | {name: proxy}
                    self.configure(url, ca=self.authority.ca)
                    self.ends(ACCEPTED, "send", "--full", says="accepted the full report")
                    self.assertEqual(len(self.asked), expected)
                    self.asked.clear()
            for excepted in ("localhost", "*", "example.org,localhost"):
                with self.subTest(excepted):
                    self.environment = self.clean_environment | {"https_proxy": proxy, "no_proxy": excepted}
                    self.ends(ACCEPTED, "send", "--full")
                    self.assertEqual(self.asked, [])
            self.environment["no_proxy"] = "example.org"
            self.ends(ACCEPTED, "send", "--full")
            self.assertEqual(len(self.asked), 1)

    def test_without_tls_a_key_goes_to_no_proxy(self):
        with server(self.proxy) as port, server_that_answers(202, b"{}") as (url, requests):
            proxy = f"http://127.0.0.1:{port}"
            self.environment |= {name: proxy for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")}
            self.configure(url, proxy=proxy)
            self.ends(ACCEPTED, "send", "--all")
            self.assertEqual(len(requests), 1)
        self.assertEqual(self.asked, [])

    def test_a_hub_that_is_not_trusted_is_told_from_a_proxy_that_is_wrong(self):
        other = Certificates(self.folder, "other")
        with self.hub_and_proxy() as (url, proxy):
            self.waits(url, f"the CAs trusted are those in {other.ca}", ca=other.ca, proxy=proxy)
            self.environment |= {"https_proxy": proxy, "no_proxy": "localhost"}
            self.waits(url, f"the CAs trusted are those in {other.ca}", ca=other.ca)
        self.assertEqual((len(self.asked), self.sent), (1, []))

    def test_a_proxy_that_does_not_lead_to_the_hub_is_named_with_a_remedy(self):
        def says(bytes_said):
            def converse(connection):
                self.asked.append(read_request(connection)[0])
                connection.sendall(bytes_said)
            return converse

        wrong = [("asks for a password", answer(407, b"", 'Proxy-Authenticate: Basic realm="x"'), "407", "the proxy wants a password"),
                 ("forbids it", answer(403), "403", "the proxy's operator can say why"),
                 ("finds no hub", answer(502, b"<p>no route"), "502", "the proxy's operator can say why"),
                 ("speaks something else", b"SSH-2.0-OpenSSH_9.2p1\r\n", "cannot send", "is it a proxy that"),
                 ("says nothing", b"", "cannot send", "is it a proxy that")]
        for name, said, *expected in wrong:
            with self.subTest(name), server(says(said)) as port:
                self.through(f"http://127.0.0.1:{port}", *expected)
        self.assertEqual(len(self.asked), 2 * len(wrong))
        self.assertNotIn(b"psh_", b"".join(self.asked))
        with contextlib.closing(socket.socket()) as silent:  # bound, and nobody listens
            silent.bind(("127.0.0.1", 0))
            self.through(f"http://127.0.0.1:{silent.getsockname()[1]}", "the proxy", " running, and ")
        self.through("http://proxy.invalid:3128", "Could not resolve proxy: proxy.invalid", "is the proxy running, and ")
        self.environment = self.clean_environment
        self.arrives()

    def through(self, proxy, *says):
        hub = "https://hub.example.org"
        self.environment = self.clean_environment
        self.waits(hub, f"through the proxy {proxy} ([report] proxy)", *says, proxy=proxy)
        self.environment = self.clean_environment | {"https_proxy": proxy.replace("://", "://user:word@"), "no_proxy": "example.net"}
        address = proxy.partition("://")[2]
        done = self.waits(hub, f"through the proxy {address} (the environment's https_proxy, unless no_proxy", *says)
        self.assertNotIn("word@", done.stderr)


if __name__ == "__main__":
    unittest.main()
