#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A Windows machine and a real hub: enrolment and reports over Schannel, and the hubs that are refused.

Wine's Schannel takes any certificate where no CA file is given, so every test here gives one; what Windows makes of its own
store of roots is in the check list of docs/windows.md.

usage: https_test.py FOLDER-OF-THE-PROGRAMS PREFIX [unittest arguments]
"""

import contextlib
import pathlib
import struct
import sys
import tempfile
import unittest
import uuid

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "delivery")]

import endpoints  # noqa: E402  (these need the path above)
from fake_updates import FakeAgent, catalogue, update  # noqa: E402
from wine import KEY_KIND, Wine, skip_reason  # noqa: E402

# The hub runs on Linux only.
HUB = pathlib.Path(__file__).resolve().parents[2] / "build/test/bin/patchstate-hub"
LATER = 75


class Https(unittest.TestCase):
    def setUp(self):
        self.wine, self.agent = WINE, AGENT
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        # Wine remembers CAs by their names.
        self.ca = self.certificates(f"ca-{uuid.uuid4()}")
        self.config = self.folder / "patchstate.toml"
        self.agent.says(catalogue(update(1), update(2, "updates")))

    def certificates(self, name):
        return endpoints.Certificates(self.folder, name, KEY_KIND)

    def start_hub(self, names="DNS:localhost", *arguments):
        certificate, key = self.ca.sign("hub", names)
        hub = endpoints.Hub(HUB, self.folder, "--tls-cert", certificate, "--tls-key", key, *arguments, ca=self.ca.ca)
        self.addCleanup(hub.stop)
        hub.context.check_hostname = False
        self.url = f"https://localhost:{hub.port}"
        return hub

    def configure(self, ca=None, **more):
        values = {"hub": self.url, "ca": self.wine.windows_path(ca or self.ca.ca), **more}
        self.config.write_text("[report]\n" + "".join(f"{key} = '{value}'\n" for key, value in values.items()))

    def patchstate(self, *arguments, timeout=120):
        """Its state is kept in a folder of this test."""
        state = self.folder / "state"
        state.mkdir(mode=0o700, exist_ok=True)
        environment = {"STATE_DIRECTORY": self.wine.windows_path(state), "CACHE_DIRECTORY": self.wine.windows_path(state)}
        return self.wine.run(PROGRAMS / "patchstate.exe", *arguments, "--config", self.wine.windows_path(self.config),
                             timeout=timeout, environment=environment)

    def enrol(self, hub):
        token = self.folder / "token"
        token.write_text(hub.command("token", "create", "enrol"))
        token.chmod(0o600)
        return self.patchstate("enroll", "--token-file", self.wine.windows_path(token))

    def succeed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_machine_enrols_is_assessed_and_its_report_reaches_the_hub(self):
        hub = self.start_hub()
        self.configure()
        said = self.succeed(self.enrol(hub))
        host = said.split(" as host ")[1].split(";")[0]
        self.succeed(self.patchstate("assess"))
        self.succeed(self.patchstate("send", "--due"))
        seen = hub.host(host)
        self.assertEqual(seen["verdict"]["value"], "noncompliant")
        self.assertEqual(len(seen["patches"]), 2)
        self.assertEqual(seen["os"]["id"], "windows")

    def test_a_hub_of_another_ca_and_one_of_another_name_are_refused(self):
        other = self.certificates("other")
        hub = self.start_hub()
        self.configure(ca=other.ca)
        done = self.enrol(hub)
        self.assertEqual(done.returncode, LATER, done.stdout + done.stderr)
        self.assertIn("the CAs trusted are those in", done.stderr)
        self.assertIn("cannot send to https://localhost", done.stderr)

        wrong = self.start_hub("DNS:elsewhere.example.org")
        self.configure()
        done = self.enrol(wrong)
        self.assertEqual(done.returncode, LATER, done.stdout + done.stderr)
        self.assertIn("is [report] hub the name that the hub's certificate is for?", done.stderr)

    def test_a_hub_knows_a_machine_by_a_certificate_of_the_systems_store(self):
        clients = self.certificates("clients")
        hub = self.start_hub("DNS:localhost", "--client-ca", clients.ca)
        self.configure()
        host = self.succeed(self.enrol(hub)).split(" as host ")[1].split(";")[0]
        self.succeed(self.patchstate("assess"))
        (self.folder / "state" / "host-key").unlink()
        for _ in range(10):
            self.configure(client_certificate=self.certificate_in_store(clients, host))
            sent = self.patchstate("send", "--all")
            # Wine's TLS can't use a key one of whose numbers happens to be short; another one then.
            if "SEC_E_INTERNAL_ERROR" not in sent.stderr:
                break
        self.succeed(sent)
        self.assertEqual(hub.host(host)["verdict"]["value"], "noncompliant")

    def certificate_in_store(self, clients, host):
        """A new one that names the host, and its place."""
        certificate, key = clients.sign(host)
        package = self.folder / "client.p12"
        clients.openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:secret", "-legacy",
                        "-out", package)
        return self.wine.checked(PROGRAMS / "import_certificate.exe", self.wine.windows_path(package)).strip()

    def test_a_proxy_of_the_machine_is_taken_where_nothing_else_is_said(self):
        hub = self.start_hub()
        self.configure()
        seen = []

        def converse(connection):
            head, _ = endpoints.read_request(connection)
            seen.append(head.split(b"\r\n")[0])
            endpoints.tunnel(connection, hub.port)

        with endpoints.server(converse) as port, machine_proxy(self.wine, f"127.0.0.1:{port}"):
            self.succeed(self.enrol(hub))
        self.assertEqual(seen, [f"CONNECT localhost:{hub.port} HTTP/1.1".encode()])

    def test_doctor_says_what_is_wrong_with_the_way_to_the_hub(self):
        hub = self.start_hub()
        self.configure()
        self.succeed(self.enrol(hub))
        done = self.patchstate("doctor")
        self.assertIn("answers", done.stdout)
        hub.stop()
        done = self.patchstate("doctor")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("is the hub running", done.stdout)


@contextlib.contextmanager
def machine_proxy(wine, address):
    """As `netsh winhttp set proxy` keeps it (WINHTTP_PROXY_INFO), and then none."""
    name = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"

    def blob(access, proxy):
        return struct.pack("<IIII", 0x18, 0, access, len(proxy)) + proxy + struct.pack("<I", 0)

    wine.set_registry([(name, "WinHttpSettings", blob(3, address.encode()))])
    try:
        yield
    finally:
        wine.set_registry([(name, "WinHttpSettings", blob(1, b""))])


if __name__ == "__main__":
    if reason := skip_reason() or (None if HUB.exists() else f"there is no {HUB}: ./dev test builds it"):
        print(f"not run: {reason}")
        sys.exit(77)
    PROGRAMS = pathlib.Path(sys.argv.pop(1))
    with Wine(sys.argv.pop(1), PROGRAMS) as WINE:
        AGENT = FakeAgent(WINE, PROGRAMS / "fakewua.dll")
        unittest.main()
