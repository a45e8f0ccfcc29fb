#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that goes wrong between the agent and its hub: the report waits, nothing is lost, and the message says what to
do. Real programs against servers on loopback.

usage: faults_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import contextlib
import email.utils
import gzip
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import delivery_test  # noqa: E402  (needs the path above)
from delivery_test import ACCEPTED, LATER, PROGRAMS, REJECTED, Case  # noqa: E402
from endpoints import read_request, reset, server, server_that_answers  # noqa: E402

NOBODY = "http://127.0.0.1:9"  # the discard port: nobody listens
PROBLEM = b'{"title":"the report is not valid","detail":"expected a string","pointer":"/patches/3/state"}'
PAGE = b"<!doctype html><title>Welcome to the hotel</title><form>password</form>"
UNENDING = 100_000_000


def answer(status, body=b"", *header):
    lines = [f"HTTP/1.1 {status} x", *header, f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Faults(Case):
    """One report waits. Every server keeps in `sent` what it was sent in whole."""

    def setUp(self):
        super().setUp()
        self.pretend_enrolled(NOBODY)
        self.waiting = self.spooled()
        self.assertEqual(len(self.waiting), 1)
        self.report, = self.waiting.values()
        self.sent = []

    def spooled(self, below=""):
        return {path.name: path.read_bytes() for path in (self.state / "spool/hub" / below).glob("*.json")}

    def receive(self, connection):
        head, body = read_request(connection)
        self.sent.append(gzip.decompress(body))
        return head, body

    def waits(self, hub, *says, code=LATER, **config):
        """Sent to this hub nothing is lost, and it says so."""
        self.configure(hub, **config)
        done = self.ends(code, "send", "--all", says=[hub, *says])
        self.assertEqual(self.spooled(), self.waiting, done.stderr)
        self.assertNotIn("accepted", done.stdout)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done

    def arrives(self, hub=None, **config):
        """In the end, and as it was all the time."""
        with server_that_answers(202, b"{}") as (url, requests):
            self.configure(hub or url, **config)
            self.ends(ACCEPTED, "send", "--all", says="accepted the full report")
        self.sent += [gzip.decompress(body) for _, _, body in requests]
        self.assertEqual(self.spooled(), {})
        self.assertEqual(set(self.sent), {self.report}, "sent twice with another content")

    def hub(self, connection):
        """Converses as one that takes it."""
        self.receive(connection)
        connection.sendall(answer(202, b"{}"))


class Connections(Faults):
    def test_whenever_the_hub_hangs_up_the_report_waits(self):
        def before(connection):
            reset(connection)

        def during(connection):
            connection.recv(100)
            reset(connection)

        def after(connection):
            self.receive(connection)
            reset(connection)

        def without_an_answer(connection):
            self.receive(connection)

        def in_the_head(connection):
            self.receive(connection)
            connection.sendall(b"HTTP/1.1 202 Acc")

        def in_the_answer(connection):
            self.receive(connection)
            connection.sendall(answer(202, b"{}")[:-1])

        for converse in (before, during, after, without_an_answer, in_the_answer):
            with self.subTest(converse.__name__), server(converse) as port:
                self.waits(f"http://127.0.0.1:{port}", "cannot send to http://127", "hung up: the hub's log may say why")
        with server(in_the_head) as port:
            self.waits(f"http://127.0.0.1:{port}", "not sent, try again later")
        self.arrives()

    def test_a_hub_that_never_comes_to_an_end_can_be_left_at_any_moment(self):
        """That it is left by itself after a minute, tests/agent/https_endpoint_test.cpp shows with a shorter one."""
        def drip(connection):
            self.receive(connection)
            for byte in itertools.chain(answer(202)[:-1], itertools.repeat(ord(" "))):
                connection.sendall(bytes([byte]))
                began.sendall(b"x")
                time.sleep(0.01)

        began, seen = socket.socketpair()
        with began, seen, server(drip) as port:
            self.configure(f"http://127.0.0.1:{port}")
            process = subprocess.Popen([PROGRAMS / "patchstate", "send", "--all", "--config", self.config],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
            seen.recv(1)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.communicate(timeout=60), ("", "\npatchstate: stopped\n"))
        self.assertEqual(process.returncode, LATER)
        self.assertEqual(self.spooled(), self.waiting)
        self.arrives()

    def test_a_hub_whose_name_is_unknown_is_asked_for(self):
        self.waits("https://hub.invalid", "Could not resolve host: hub.invalid", "[report] hub right")
        self.arrives()

    def test_a_hub_at_an_address_of_ipv6_gets_it(self):
        with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
            try:
                probe.bind(("::1", 0))
            except OSError as error:
                self.skipTest(f"there is no ::1 here: {error}")
        hub = self.serve(address="[::1]")
        self.configure(hub.url)
        host = self.enroll(hub)
        self.ends(ACCEPTED, "send", "--all", says="accepted the full report")
        self.assertEqual(hub.ask(f"/v1/hosts/{host}/assessment"), json.loads(self.report))


class Answers(Faults):
    def test_each_status_says_what_to_do_and_only_a_report_that_is_refused_itself_is_put_aside(self):
        for status, code, body, header, says in (
                (500, LATER, b"", {}, ["HTTP 500; the log of the hub"]),
                (502, LATER, PAGE, {}, ["HTTP 502; the log of the hub, or of what stands before it"]),
                (503, LATER, b'{"title":"busy"}', {"Retry-After": "120"}, ["try again in 120 s", "HTTP 503: busy\n"]),
                (429, LATER, b"", {"Retry-After": "7"}, ["try again in 7 s", "HTTP 429;", "less often"]),
                (408, LATER, b"", {}, ["HTTP 408;"]),
                (404, LATER, PAGE, {}, ["HTTP 404; is a patchstate-hub at that address?"]),
                (405, LATER, b"", {}, ["HTTP 405;", "is a patchstate-hub"]), (421, LATER, b"", {}, ["HTTP 421;"]),
                (400, LATER, b"<title>400 No required SSL certificate was sent</title>", {}, ["HTTP 400;"]),
                (401, REJECTED, b"", {}, ["HTTP 401; `patchstate enroll"]),
                (403, REJECTED, PAGE, {}, ["HTTP 403; the hub, or something before it, does not let"])):
            with self.subTest(status=status), server_that_answers(status, body, **header) as (url, requests):
                self.waits(url, *says, code=code)
                self.sent += [gzip.decompress(sent) for _, _, sent in requests]
        self.arrives()
        for status, body, says in ((400, PROBLEM, "HTTP 400: the report is not valid"), (422, PROBLEM, "(at /patches/3/state)"),
                                   (422, b"", "HTTP 422"), (410, b"", "HTTP 410"), (415, b"", "HTTP 415"), (413, PAGE, "HTTP 413; the hub, or something before it, must allow")):
            with self.subTest(status=status), server_that_answers(status, body) as (url, _):
                self.assess()
                report, = self.spooled().values()
                self.configure(url)
                self.ends(REJECTED, "send", "--all", says=says)
                self.assertEqual(self.spooled(), {})
                self.assertIn(report, self.spooled("rejected").values(), "it is kept")

    def test_a_time_to_come_again_can_be_a_date(self):
        date = email.utils.formatdate(time.time() + 7200, usegmt=True)
        with server_that_answers(503, b"", Retry_After=date) as (url, requests):
            done = self.waits(url, "HTTP 503")
            self.assertIn(int(re.search(r"try again in (\d+) s", done.stderr)[1]), range(3600, 7201))
            self.ends(LATER, "send", "--due")
            self.assertEqual(len(requests), 1, "it is left alone")

    def test_what_is_no_answer_of_a_hub_is_no_receipt(self):
        for name, said, says in (
                ("no HTTP", b"220 mail.example.org ESMTP\r\n", "what answers there is no hub"),
                ("zeros", bytes(4096), "what answers there is no hub"),
                ("a page", answer(200, PAGE), "HTTP 200, but the answer is no hub's"),
                ("a list", answer(202, b"[]"), "is a patchstate-hub at that address?"),
                ("nonsense", answer(202, b"\xff\x00\x1b[31m"), "the answer is no hub's"),
                ("a deep one", answer(202, b"[" * 60000), "the answer is no hub's"),
                ("an absurd status", answer(999), "HTTP 999")):
            def converse(connection, said=said):
                self.receive(connection)
                connection.sendall(said)

            with self.subTest(name), server(converse) as port:
                self.waits(f"http://127.0.0.1:{port}", says)
        self.arrives()

    def test_an_answer_without_end_takes_no_memory(self):
        def poured(head, piece, count=UNENDING):
            def converse(connection):
                self.receive(connection)
                connection.sendall(head)
                for _ in range(count // len(piece)):
                    connection.sendall(piece)
            return converse

        ok, mebi = b"HTTP/1.1 202 Accepted\r\n", bytes(1 << 20)
        bomb = gzip.compress(bytes(30_000_000))
        self.assertLess(len(bomb), 60_000)
        with server(self.hub) as port:  # what sending takes at all
            self.configure(f"http://127.0.0.1:{port}")
            usual = self.most_memory("send", "--file", self.state / "last-assessment.json", code=ACCEPTED)
        for name, converse in (
                ("of a length", poured(ok + b"Content-Length: %d\r\n\r\n" % UNENDING, mebi)),
                ("until it closes", poured(ok + b"\r\n", mebi)),
                ("in chunks", poured(ok + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + mebi + b"\r\n")),
                ("of header lines", poured(ok, b"X-More: " + b"x" * 1000 + b"\r\n")),
                ("of one header line", poured(ok + b"X-More: ", b"x" * 1000)),
                ("of answers before the answer", poured(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
                ("a gzip bomb", poured(ok + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb), bomb, len(bomb)))):
            with self.subTest(name), server(converse) as port:
                self.configure(f"http://127.0.0.1:{port}")
                self.assertLess(self.most_memory("send", "--all", code=LATER), usual + 16 * 1024)
                self.assertEqual(self.spooled(), self.waiting)

    def most_memory(self, *arguments, code):
        """In KiB."""
        process = subprocess.Popen([PROGRAMS / "patchstate", *arguments, "--config", self.config], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        with process.stderr:
            said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, code, said)
        return used.ru_maxrss

    def test_a_redirect_is_not_followed_and_the_key_is_not_sent_there(self):
        elsewhere = []
        with server(elsewhere.append) as other:
            for status in (301, 302, 303, 307, 308):
                for place in (f"http://127.0.0.1:{other}/v1/assessments", f"//localhost:{other}/"):
                    with self.subTest(status=status, place=place), server_that_answers(status, b"", Location=place) as (url, _):
                        self.waits(url, f"HTTP {status}", "elsewhere", "write the address itself into [report] hub")
            self.assertEqual(elsewhere, [])
        self.arrives()


if __name__ == "__main__":
    del delivery_test.Case  # its own tests are another program's
    unittest.main()
