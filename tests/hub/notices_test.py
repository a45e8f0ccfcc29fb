#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a hub tells a webhook: each thing once, signed, again until it is taken. The receiver is a real one.

usage: notices_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import hashlib
import hmac
import http.server
import json
import os
import queue
import re
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.parse

import reports
from hub_process import Scenarios, environment, take_program_from_arguments
from stores import on_both_stores

TELLS_WITHIN = 60
SECRET = "correct horse battery staple"
DAY = datetime.timedelta(days=1)


class Receiver:
    """Answers 200, or what `answers` says first: a status, "nothing" (the connection is closed) or "never"."""

    def __init__(self, tls=None):
        self.got = queue.Queue()
        self.answers = []
        self.retry_after = None
        self.ended = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                receiver.got.put((self.headers, body, answer))
                if answer == "nothing":
                    self.close_connection = True
                    return
                if answer == "never":
                    self.connection.recv(1)  # nothing comes: it returns when the hub hangs up
                    receiver.ended.set()
                    return
                self.send_response(answer)
                if receiver.retry_after:
                    self.send_header("Retry-After", receiver.retry_after)
                if answer in (301, 307):
                    self.send_header("Location", "/elsewhere")
                said = b"ok, taken\n"
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a hub that is stopped, or does not trust it, hangs up
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/hook?token=very-secret"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def next(self):
        return self.got.get(timeout=TELLS_WITHIN)

    def next_notice(self):
        return json.loads(self.next()[1])

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Proxy:
    """What a hub asks of a proxy: the first line. It is refused."""

    def __init__(self):
        self.asked = queue.Queue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.refuse)
        self.thread.start()

    def refuse(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as lines:
                first = lines.readline()
                if not first:
                    return
                self.asked.put(first.decode().strip())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def close(self):
        with socket.create_connection(self.listener.getsockname()):
            pass
        self.thread.join()
        self.listener.close()


@on_both_stores
class Notices(Scenarios):
    def receiver(self, **options):
        one = Receiver(**options)
        self.addCleanup(one.close)
        return one

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        os.chmod(path, mode)
        return str(path)

    def wait_until(self, is_so):
        deadline = time.monotonic() + TELLS_WITHIN
        while not is_so():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def hub_looks(self):
        """The hub has looked for news, from beginning to end, since this was called."""
        for _ in range(2):  # what begins a look and not yet its end is seen of the first
            self.store.rows("INSERT INTO noticed (kind, subject, since) VALUES ('host_silent', -1, 1)")
            self.wait_until(lambda: self.count("SELECT COUNT(*) FROM noticed WHERE subject = -1 AND over > 0"))
            self.store.rows("DELETE FROM noticed WHERE subject = -1")

    def not_taken(self, tries):
        """The hub has noted that so many tries came to nothing."""
        said = f"SELECT COUNT(*) FROM notices WHERE tries = {tries} AND answer <> ''"
        self.wait_until(lambda: self.count(said))

    def signed_in(self, hub, name, role):
        """A cookie."""
        self.succeeds("admin", "create", name, "--role", role, "--password-file", self.file(name, SECRET))
        return self.post(hub, "/sign-in", "", name=name, password=SECRET).header["set-cookie"].split(";")[0]

    @staticmethod
    def post(hub, path, cookie, **fields):
        return hub.ask("POST", path, urllib.parse.urlencode(fields), Cookie=cookie,
                       Content_Type="application/x-www-form-urlencoded")

    def kinds_until_all_compliant(self, receiver):
        kinds = []
        while not kinds or kinds[-1] != "all_compliant":
            kinds.append(receiver.next_notice()["kind"])
        return kinds

    def test_a_machine_that_begins_to_miss_security_updates_is_told_once_and_so_is_that_all_are_compliant(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url)
        key = self.enrol(hub, "web-1")
        self.accepted(hub, reports.full("web-1", [reports.patch("openssl")]), key)
        told = receiver.next_notice()
        self.assertEqual((told["kind"], told["hostCount"]), ("host_noncompliant", 1))
        self.assertEqual([(one["id"], one["criticalAndSecurityPatchCount"]) for one in told["hosts"]], [("web-1", 1)])
        self.assertIn("web-1.example.org misses security updates", told["text"])
        self.assertEqual((told["summary"]["hosts"], told["summary"]["noncompliant"], told["summary"]["completed"]),
                         (1, 1, False))
        self.accepted(hub, reports.full("web-1"), key)
        self.assertEqual(receiver.next_notice()["kind"], "all_compliant")
        # It flaps: nothing of it is news for a day. What comes next is about another machine.
        self.accepted(hub, reports.full("web-1", [reports.patch("openssl")]), key)
        self.hub_looks()
        other = self.enrol(hub, "web-2")
        self.accepted(hub, reports.full("web-2", [reports.patch("openssl")]), other)
        self.assertEqual(receiver.next_notice()["hosts"][0]["id"], "web-2")
        self.stops_cleanly(hub)

    def test_a_hub_that_was_restarted_tells_nothing_twice(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url)
        key = self.enrol(hub, "web-1")
        self.accepted(hub, reports.full("web-1", [reports.patch("openssl")]), key)
        self.assertEqual(receiver.next_notice()["kind"], "host_noncompliant")
        self.wait_until(lambda: self.count("SELECT COUNT(*) FROM notices WHERE delivered = 1"))
        self.stops_cleanly(hub)
        hub = self.serve("--notify", receiver.url)
        self.hub_looks()
        self.accepted(hub, reports.full("web-1"), key)
        self.assertEqual(self.kinds_until_all_compliant(receiver), ["all_compliant"])

    def test_two_hubs_on_one_store_tell_it_once(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url)
        self.serve("--notify", receiver.url)
        hosts = [f"web-{number}" for number in range(5)]
        for host, key in zip(hosts, self.enrol(hub, *hosts)):
            self.accepted(hub, reports.full(host, [reports.patch("openssl")]), key)
        told = sorted(receiver.next_notice()["hosts"][0]["id"] for _ in hosts)
        self.assertEqual(told, hosts)
        for host in hosts:
            self.succeeds("host", "remove", host)
        self.accepted(hub, reports.full("last"), self.enrol(hub, "last"))
        self.assertEqual(self.kinds_until_all_compliant(receiver), ["all_compliant"])
        self.assertEqual(self.count("SELECT COUNT(*) FROM notices"), 6)

    def test_many_machines_at_once_are_one_notice_and_those_that_follow_are_gathered(self):
        receiver = self.receiver()
        hub = self.serve()
        hosts = [f"web-{number:02}" for number in range(25)]
        keys = dict(zip(hosts, self.enrol(hub, *hosts)))
        for host in hosts[:24]:
            self.accepted(hub, reports.full(host, [reports.patch("openssl")]), keys[host])
        self.stops_cleanly(hub)
        hub = self.serve("--notify", receiver.url)
        told = receiver.next_notice()
        self.assertEqual((told["kind"], told["hostCount"], len(told["hosts"])), ("host_noncompliant", 24, 10))
        self.assertEqual(told["hosts"][0]["id"], "web-00")
        self.assertIn("24 machines miss security updates: web-00.example.org, ", told["text"])
        self.assertIn(" and 14 more", told["text"])
        self.accepted(hub, reports.full("web-24", [reports.patch("openssl")]), keys["web-24"])
        self.hub_looks()
        for host in hosts:
            self.accepted(hub, reports.full(host), keys[host])
        self.assertEqual(self.kinds_until_all_compliant(receiver), ["all_compliant"])

    def test_a_machine_that_falls_silent_is_told(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url)
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        self.assertEqual(receiver.next_notice()["kind"], "all_compliant")
        self.store.rows("UPDATE contacts SET silent = 1000, received = 900")
        told = receiver.next_notice()
        self.assertEqual((told["kind"], told["summary"]["notReporting"]), ("host_silent", 1))
        self.assertIn("web-1.example.org is not reporting", told["text"])

    def test_a_security_update_that_is_missing_for_too_long_is_told(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url, "--notify-after", "3d")
        key = self.enrol(hub, "web-1")
        self.accepted(hub, reports.full("web-1", [reports.patch("openssl")]), key)
        self.assertEqual(receiver.next_notice()["kind"], "host_noncompliant")
        aged = int((reports.now() - 4 * DAY).timestamp())
        self.store.rows(f"UPDATE hosts SET oldest_pending = {aged}")
        told = receiver.next_notice()
        self.assertEqual((told["kind"], told["hosts"][0]["id"]), ("update_overdue", "web-1"))
        self.assertIn("misses a security update for longer than it may (4 days)", told["text"])

    def test_a_notice_is_signed_and_has_an_id_that_stays_the_same_with_each_try(self):
        receiver = self.receiver()
        receiver.answers = [500, "nothing", 307]
        hub = self.serve("--notify", receiver.url, "--notify-secret", self.file("secret", SECRET + "\n"))
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        tries = [receiver.next()]
        for number in (1, 2, 3):
            self.not_taken(number)
            self.store.rows("UPDATE notices SET next_try = 0, answer = ''")
            tries.append(receiver.next())
        self.assertEqual(len({headers["X-Patchstate-Delivery"] for headers, _, _ in tries}), 1)
        self.assertEqual(len({body for _, body, _ in tries}), 1)
        for headers, body, _ in tries:
            self.assertEqual(headers["X-Patchstate-Event"], "all_compliant")
            self.assertEqual(json.loads(body)["id"], headers["X-Patchstate-Delivery"])
            at, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["X-Patchstate-Signature"]).groups()
            expected = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
            self.assertEqual(signature, expected)
        self.wait_until(lambda: self.count("SELECT COUNT(*) FROM notices WHERE delivered = 1"))
        self.stops_cleanly(hub)
        self.assertIn('did not take "all_compliant": 500 ok, taken', hub.said())
        self.assertNotIn("very-secret", hub.said())
        self.assertEqual(self.store.rows("SELECT tries, delivered FROM notices"), [("4", "1")])

    def test_what_was_not_taken_is_kept_over_a_restart_and_given_up_after_three_days(self):
        receiver = self.receiver()
        receiver.answers = [503] * 2
        hub = self.serve("--notify", receiver.url)
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        receiver.next()
        self.not_taken(1)
        self.stops_cleanly(hub)
        self.store.rows(f"UPDATE notices SET next_try = 0, created = created - {4 * 86400}")
        hub = self.serve("--notify", receiver.url)
        receiver.next()
        self.wait_until(lambda: "given up" in hub.said())
        self.assertEqual(self.store.rows("SELECT delivered FROM notices WHERE ended > 0"), [("0",)])

    def test_a_server_that_asks_for_more_time_gets_it_and_up_to_an_hour(self):
        receiver = self.receiver()
        receiver.answers, receiver.retry_after = [503, 503], "1800"
        hub = self.serve("--notify", receiver.url)
        before = int(time.time())
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        for tries, (granted, asked_next) in enumerate(((1800, "999999"), (3600, None)), 1):
            receiver.next()
            self.not_taken(tries)
            next_try = int(self.store.rows("SELECT next_try FROM notices")[0][0])
            self.assertTrue(before + granted <= next_try <= time.time() + granted, (before, next_try))
            receiver.retry_after = asked_next
            self.store.rows("UPDATE notices SET next_try = 0, answer = ''")

    def test_a_proxy_of_the_environment_is_used_for_https_and_never_for_this_machine(self):
        proxy, receiver = Proxy(), self.receiver()
        self.addCleanup(proxy.close)
        hub = self.serve("--notify", "https://hook.example.org/secret", "--notify", receiver.url,
                         env=environment(https_proxy=proxy.url, http_proxy=proxy.url, all_proxy=proxy.url))
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        self.assertEqual(receiver.next_notice()["kind"], "all_compliant")
        self.assertEqual(proxy.asked.get(timeout=TELLS_WITHIN), "CONNECT hook.example.org:443 HTTP/1.1")
        self.wait_until(lambda: "did not take" in hub.said())
        self.stops_cleanly(hub)
        self.assertEqual(proxy.asked.qsize(), 0, "nothing went there in plain text")

    def test_a_server_that_never_answers_is_left_when_the_hub_ends(self):
        receiver = self.receiver()
        receiver.answers = ["never"]
        hub = self.serve("--notify", receiver.url)
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        receiver.next()
        self.stops_cleanly(hub)
        self.assertTrue(receiver.ended.wait(TELLS_WITHIN))
        self.assertEqual(self.store.rows("SELECT tries, ended FROM notices"), [("0", "0")])

    def test_a_destination_that_does_not_answer_keeps_nothing_from_another(self):
        dead, receiver = self.receiver(), self.receiver()
        dead.answers = ["nothing"] * 1000
        hub = self.serve("--notify", dead.url, "--notify", receiver.url)
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        self.assertEqual(receiver.next_notice()["kind"], "all_compliant")

    def test_https_is_verified(self):
        certificate, key = str(self.folder / "server.pem"), str(self.folder / "server.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=hook", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", certificate], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        receiver = self.receiver(tls=(certificate, key))
        hub = self.serve("--notify", receiver.url)
        self.accepted(hub, reports.full("web-1"), self.enrol(hub, "web-1"))
        self.wait_until(lambda: "did not take" in hub.said())
        self.assertIn("certificate", hub.said())
        self.stops_cleanly(hub)
        self.store.rows("UPDATE notices SET next_try = 0")
        self.serve("--notify", receiver.url, env=environment(SSL_CERT_FILE=certificate))
        self.assertEqual(receiver.next_notice()["kind"], "all_compliant")

    def test_a_name_from_a_machine_is_no_command_to_a_chat_program(self):
        receiver = self.receiver()
        hub = self.serve("--notify", receiver.url)
        report = reports.full("web-1", [reports.patch("openssl")], hostname="<!channel> @everyone [x](http://evil)")
        self.accepted(hub, report, self.enrol(hub, "web-1"))
        text = receiver.next_notice()["text"]
        for hostile in "<>@[]()":
            self.assertNotIn(hostile, text.removesuffix(re.search(r" \([^)]*\)$|$", text)[0]))

    def test_destinations_that_would_give_something_away_are_refused(self):
        for arguments, says in ((("--notify", "http://hook.example.org/"), "use https"),
                                (("--notify", "ftp://hook.example.org/"), "expected https"),
                                (("--notify", "https://me:pass@hook.example.org/"), "leave it out"),
                                (("--notify", "@" + self.file("url", "https://hook.example.org/x", 0o644)), "chmod"),
                                (("--notify", "https://hook.example.org/", "--notify-secret",
                                  self.file("loose", SECRET, 0o644)), "chmod"),
                                (("--notify-secret", self.file("tight", SECRET)), "--notify")):
            done = self.run_it("serve", "--listen", "127.0.0.1:0", *arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(says, done.stderr)
            self.assertNotIn("me:pass", done.stderr)

    def test_an_administrator_sees_what_became_of_notices_and_sends_a_test(self):
        receiver = self.receiver()
        url = self.file("url", receiver.url + "\n")
        hub = self.serve("--notify", "@" + url)
        ada = self.signed_in(hub, "ada", "administrator")
        page = hub.ask("GET", "/notifications", Cookie=ada)
        self.assertEqual(page.status, 200, page)
        self.assertNotIn(b"very-secret", page.body)
        self.assertIn(f"http://127.0.0.1:{receiver.port}/…".encode(), page.body)
        token = re.search(rb'name="form_token" value="([^"]+)"', page.body)[1].decode()
        self.assertEqual(self.post(hub, "/notifications/test", ada, form_token=token).status, 303)
        self.assertEqual(receiver.next_notice()["kind"], "test")
        self.wait_until(lambda: b"200 ok, taken" in hub.ask("GET", "/notifications", Cookie=ada).body)
        self.assertEqual(self.count("SELECT COUNT(*) FROM audit WHERE action = 'notice_tested' AND who = 'ada'"), 1)
        victor = self.signed_in(hub, "victor", "viewer")
        self.assertEqual(hub.ask("GET", "/notifications", Cookie=victor).status, 403)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main(verbosity=2)
