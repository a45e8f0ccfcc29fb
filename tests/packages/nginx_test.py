#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/deploy/nginx.conf in Debian's nginx, between real agents and a real hub, on loopback.

usage: nginx_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/delivery"))
import delivery_test  # noqa: E402  (needs the path above; takes the folder of the programs)
from endpoints import Certificates  # noqa: E402

NGINX = shutil.which("nginx", path=f"/usr/sbin:{TOP}/build/tools/usr/sbin")
WITHIN = 60  # seconds
AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def setUpModule():
    if not NGINX:
        reason = "no nginx here: `./dev test` puts one into build/tools/"
        print(reason)
        raise unittest.SkipTest(reason)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Proxy(delivery_test.Case):
    def setUp(self):
        super().setUp()
        self.authority = Certificates(self.folder, "ca")
        self.machines = Certificates(self.folder, "client-ca")
        self.hub = self.serve("--trusted-proxy", "127.0.0.1")
        self.plain, self.secure = free_port(), free_port()
        certificate, key = self.authority.sign("hub.example.org", "DNS:localhost")
        site = (TOP / "docs/deploy/nginx.conf").read_text()
        for shown, here in (("listen 80;", f"listen 127.0.0.1:{self.plain};"), ("listen 443", f"listen 127.0.0.1:{self.secure}"),
                            ("127.0.0.1:8750;", f"127.0.0.1:{self.hub.port};"), ("/etc/patchstate-hub/hub.pem", certificate),
                            ("/etc/patchstate-hub/hub.key", key), ("/etc/patchstate-hub/client-ca.pem", self.machines.ca)):
            self.assertIn(shown, site)
            site = site.replace(shown, str(here))
        (self.folder / "site.conf").write_text(site)
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder))
        self.nginx = subprocess.Popen([NGINX, "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"],
                                      stdin=subprocess.DEVNULL)
        self.addCleanup(self.nginx.wait, WITHIN)
        self.addCleanup(self.nginx.terminate)
        self.wait_for_port(self.secure)
        self.context = ssl.create_default_context(cafile=self.authority.ca)
        self.address = f"https://localhost:{self.secure}"

    def wait_for_port(self, port):
        deadline = time.monotonic() + WITHIN
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                self.assertIsNone(self.nginx.poll(), "nginx has ended")
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def status_of(self, path, body=None, **headers):
        request = urllib.request.Request(self.address + path, data=body,
                                         headers={name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=WITHIN, context=self.context) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_a_machine_enrols_and_reports_through_it(self):
        self.configure(self.address, ca=self.authority.ca)
        host = self.enroll(self.hub)
        self.assess()
        self.ends(delivery_test.ACCEPTED, "send", says="accepted the full report")
        self.assertIn("verdict", self.hub.host(host))
        self.assertEqual(self.status_of("/healthz"), 200)

    def test_a_machine_s_certificate_stands_for_its_key_and_its_name_can_not_be_claimed(self):
        self.configure(self.address, ca=self.authority.ca)
        host = self.enroll(self.hub)
        report = self.assess()
        self.key_file.unlink()
        claimed = self.status_of("/v1/assessments", b"{}", X_Client_Subject=host, Content_Type="application/json")
        self.assertEqual(claimed, 401)
        certificate, key = self.machines.sign(host)
        self.configure(self.address, ca=self.authority.ca, client_certificate=certificate, client_key=key)
        self.ends(delivery_test.ACCEPTED, "send", says="accepted")
        self.assertEqual(self.hub.host(host)["verdict"]["value"], report["verdict"]["value"])
        stranger, key = self.authority.sign("stranger")
        self.configure(self.address, ca=self.authority.ca, client_certificate=stranger, client_key=key)
        self.assertNotEqual(self.run_it("send", "--full").returncode, delivery_test.ACCEPTED)

    def test_plain_http_leads_to_https_and_what_is_too_long_is_refused_by_the_hub(self):
        with socket.create_connection(("127.0.0.1", self.plain), timeout=WITHIN) as connection:
            connection.sendall(b"GET /hosts?x=1 HTTP/1.0\r\nHost: hub.example.org\r\n\r\n")
            answer = connection.makefile("rb").read().decode()
        self.assertIn("301", answer.splitlines()[0])
        self.assertIn("Location: https://hub.example.org/hosts?x=1\r\n", answer)
        self.configure(self.address, ca=self.authority.ca)
        self.enroll(self.hub)
        authorization = f"Bearer {self.key_file.read_text().strip()}"
        self.assertEqual(self.status_of("/v1/assessments", b" " * (8 << 20 | 1), Authorization=authorization,
                                        Content_Type="application/json"), 413)


if __name__ == "__main__":
    unittest.main(verbosity=2)
