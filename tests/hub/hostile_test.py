#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bodies, names and paths that nobody means well with.

usage: hostile_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import csv
import gzip
import io
import json
import random
import socket
import string
import unittest
import urllib.parse
import zlib

import reports
from hub_process import Scenarios, take_program_from_arguments
from ingest_test import OneHost
from reports import full, heartbeat, patch
from stores import on_both_stores

HOSTILE = ["'; DROP TABLE hosts; --", '" OR ""="', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
           "../../../etc/passwd", "%s%n%{}{0}", "=cmd|' /C calc'!A0", "$1", "a\\b'c\"d", "naïve-日本-🐧"]


def with_field(report, path, value):
    """A copy with one field replaced; `path` is a JSON pointer."""
    copy = json.loads(json.dumps(report))
    place = copy
    *parents, last = path.strip("/").split("/")
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return copy


class Bodies(OneHost):
    def post(self, body, encoding=None):
        header = {"Content_Encoding": encoding} if encoding else {}
        return self.hub.ask("POST", "/v1/assessments", body, self.key, **header)

    def refuses(self, status, body, encoding=None, pointer=None):
        answer = self.post(body, encoding)
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.problem.get("pointer"), pointer, answer)
        self.assertTrue(answer.problem["title"])
        return answer

    def stores_nothing_and_goes_on(self):
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 0)
        self.assertEqual(self.reason(self.hub, "web-1"), "never_reported")
        self.accepts(full("web-1"))


@on_both_stores
class Refusing(Bodies):
    def test_what_is_not_a_report_is_refused_with_its_reason(self):
        self.refuses(400, b"")
        self.refuses(400, b"   ")
        self.refuses(400, b"not json")
        self.refuses(400, b'{"schemaVersion":1')
        self.refuses(400, b'{"a":1e999999}')
        self.refuses(400, b'{"a":"\xff\xfe"}')
        self.refuses(400, b'{"a":"\xed\xa0\x80"}')
        self.refuses(400, b'{"a":"\\ud800"}')
        self.refuses(400, b'{"a":' + b"9" * 400 + b"}")
        for body in (b"[]", b"null", b"1", b'"text"', b"true"):
            with self.subTest(body):
                self.refuses(422, body)
        self.refuses(422, b"{}", pointer="/assessmentActivityId")
        self.refuses(422, b'{"heartbeat":true}', pointer="/schemaVersion")
        self.refuses(422, b'{"heartbeat":"yes"}', pointer="/heartbeat")
        self.stores_nothing_and_goes_on()

    def test_what_is_not_what_its_encoding_says_is_refused(self):
        whole = reports.packed(full("web-1"))
        for body in (whole[:-9], whole[:20], b"", b"\x1f\x8b", json.dumps(full("web-1")).encode(), whole + b"more",
                     whole + whole, whole[:-6] + b"\0" * 6):
            with self.subTest(body[:10]):
                self.refuses(400, body, "gzip")
        for encoding in ("br", "deflate", "gzip, gzip", "nonsense"):
            with self.subTest(encoding):
                self.refuses(415, whole, encoding)
        self.stores_nothing_and_goes_on()
        self.assertEqual(self.post(reports.packed(full("web-1")), "GZIP").status, 202, "a coding's name has no case")

    def test_a_bomb_costs_its_limit_and_no_more(self):
        self.refuses(413, gzip.compress(b" " * (40 << 20), 1), "gzip")
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        block = b"[" * (1 << 20)
        bomb = b"".join(packer.compress(block) for _ in range(256)) + packer.flush()
        self.refuses(413, bomb, "gzip")
        self.stores_nothing_and_goes_on()

    def test_what_is_too_large_is_refused_however_it_is_sent(self):
        self.refuses(413, b" " * (9 << 20))
        self.refuses(413, (b" " * (1 << 20) for _ in range(9)))
        self.stores_nothing_and_goes_on()

    def test_what_is_nested_too_deeply_is_refused(self):
        self.refuses(400, gzip.compress(b"[" * (10 << 20), 1), "gzip")
        self.refuses(400, b"[" * (7 << 20))
        self.refuses(400, b'{"a":' * 1000 + b"1" + b"}" * 1000)
        self.stores_nothing_and_goes_on()

    def test_a_key_that_stands_twice_is_refused_wherever_it_stands(self):
        text = json.dumps(full("web-1", [patch("openssl")]))
        many = ",".join(f'"k{number}":1' for number in range(200))
        for place, twice in (('"schemaVersion"', '"schemaVersion":1,'), ('"patchId"', '"patchId":"other",'),
                             ('"checkedAt"', '"checkedAt":null,'), ('"idLike"', f'{many},"k150":2,')):
            with self.subTest(place):
                answer = self.refuses(422, text.replace(place, twice + place, 1).encode())
                self.assertIn("twice", answer.problem["detail"])
        self.stores_nothing_and_goes_on()

    def test_a_wrong_type_anywhere_is_refused_with_its_place(self):
        report = full("web-1", [patch("openssl", advisories=[reports.advisory("DSA-1-1")], cves=["CVE-2026-1"],
                                      sizeBytes=1, firstSeen=reports.text_of(reports.now()))],
                      rebootReasons=[{"source": "a", "evidence": "b", "strength": "weak"}],
                      warnings=[{"code": "a", "message": "b", "incomplete": False}])
        read = ["assessmentActivityId", "startDateTime", "lastModifiedDateTime", "verdict", "host", "host/id", "host/os",
                "host/os/idLike", "host/os/name", "host/container", "sources", "sources/0", "sources/0/name",
                "sources/0/durationMs", "sources/0/metadata", "sources/0/metadata/checkedAt", "sources/0/warnings",
                "sources/0/metadata/repositories", "patches", "patches/0", "patches/0/patchId", "patches/0/name",
                "patches/0/version", "patches/0/classifications", "patches/0/classifications/0", "patches/0/state",
                "patches/0/severity", "patches/0/advisories", "patches/0/advisories/0", "patches/0/advisories/0/id",
                "patches/0/cves", "patches/0/cves/0", "patches/0/sizeBytes", "patches/0/firstSeen", "patches/0/source",
                "rebootPending", "rebootReasons", "rebootReasons/0/strength", "warnings/0/incomplete", "agent",
                "agent/intervalSeconds", "schemaVersion", "stateHash"]
        for path in read:
            place = report
            for key in path.split("/"):
                place = place[int(key) if isinstance(place, list) else key]
            wrong = {str: 17, int: "text", bool: "true", list: {"a": 1}, dict: [1]}[type(place)]
            for value in (wrong, 1.5, {}):
                if isinstance(place, dict) and value == {}:
                    continue
                with self.subTest(path, value=value):
                    pointer = self.refuses(422, reports.packed(with_field(report, path, value)), "gzip",
                                           "/" + path).problem["pointer"]
                    self.assertEqual(pointer, "/" + path)
        self.stores_nothing_and_goes_on()

    def test_what_must_be_there_and_is_not_is_named(self):
        report = full("web-1", [patch("openssl")])
        for path in ("assessmentActivityId", "lastModifiedDateTime", "host", "host/id", "sources", "patches",
                     "patches/0/state", "patches/0/name", "sources/0/name", "verdict", "agent", "schemaVersion"):
            with self.subTest(path):
                self.refuses(422, reports.packed(with_field(report, path, None)), "gzip", "/" + path)
        beat = heartbeat(report)
        for path in ("assessmentActivityId", "lastModifiedDateTime", "host/id", "stateHash", "agent"):
            with self.subTest(path, beat=True):
                self.refuses(422, reports.packed(with_field(beat, path, None)), "gzip", "/" + path)
        self.stores_nothing_and_goes_on()

    def test_ids_and_times_and_versions_that_are_none_are_refused(self):
        report = full("web-1")
        for path, value in (("assessmentActivityId", "17"), ("assessmentActivityId", "'; DROP TABLE reports; --"),
                            ("lastModifiedDateTime", "yesterday"), ("lastModifiedDateTime", "2026-13-45T99:00:00Z"),
                            ("schemaVersion", 2), ("schemaVersion", 1 << 62), ("host/id", ""), ("host/id", "a\0b"),
                            ("host/id", "a\nb"), ("host/id", "x" * 5000)):
            with self.subTest(path, value=value):
                self.refuses(422, reports.packed(with_field(report, path, value)), "gzip", "/" + path)
        self.stores_nothing_and_goes_on()


@on_both_stores
class Taking(Bodies):
    """What is strange and still a report."""

    def test_huge_numbers_do_no_harm(self):
        report = full("web-1", [patch("openssl", sizeBytes=(1 << 63) - 1)])
        report["sources"][0]["durationMs"] = (1 << 63) - 1
        report["agent"]["intervalSeconds"] = (1 << 63) - 1
        self.accepts(report)
        self.assertEqual(self.verdict(self.hub, "web-1"), "noncompliant")
        self.assertEqual(self.host(self.hub, "web-1")["intervalSeconds"], 7 * 24 * 3600, "the longest that is believed")
        for number in (-1, -(1 << 63), 0):
            self.accepts(full("web-1", agent={"version": "1", "intervalSeconds": number}))
            self.assertEqual(self.host(self.hub, "web-1")["intervalSeconds"], 60)
        for path in ("sources/0/durationMs", "agent/intervalSeconds", "patches/0/sizeBytes"):
            with self.subTest(path):
                self.refuses(422, reports.packed(with_field(report, path, 1 << 63)), "gzip", "/" + path)

    def test_a_clock_at_either_end_of_time_does_no_harm(self):
        for year in ("0001", "1970", "9999"):
            with self.subTest(year):
                self.assertIn(self.hub.send(full("web-1") | {"lastModifiedDateTime": f"{year}-01-01T00:00:00Z"},
                                            self.key).status, (202, 422))
                self.host(self.hub, "web-1")
                self.read(self.hub, "/v1/summary")

    def test_metadata_checked_in_the_future_proves_nothing_for_longer(self):
        report = full("web-1")
        self.accepts(report)
        self.accepts(heartbeat(report, checked=reports.now() + 10_000 * reports.HOUR))
        good_until = self.count("SELECT good_until FROM contacts")
        self.assertLessEqual(good_until, int((reports.now() + 49 * reports.HOUR).timestamp()))

    def test_nul_in_text_goes_and_the_rest_stays(self):
        report = full("web-1", [patch("open\0ssl", cves=["CVE\0-2026-1"], repository="a\0b", origin="\0",
                                      advisories=[reports.advisory("D\0SA")])], hostname="we\0b")
        report["host"]["os"]["name"] = "De\0bian"
        report["agent"]["version"] = "\0001"
        report["futureField\0"] = "\0"
        self.accepts(report)
        host = self.host(self.hub, "web-1")
        self.assertEqual(len(host["patches"]), 1)
        self.assertNotIn("\0", json.dumps(host, ensure_ascii=False))
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment"), report)
        self.assertEqual(len(self.read(self.hub, "/v1/updates")["updates"]), 1)

    def test_sql_and_html_come_back_as_text(self):
        report = full("web-1", [patch(name, cves=[name], advisories=[reports.advisory(name)], repository=name,
                                      origin=name) for name in HOSTILE], hostname="<b>'; DROP TABLE hosts; --</b>")
        self.accepts(report)
        host = self.host(self.hub, "web-1")
        self.assertEqual(host["hostname"], "<b>'; DROP TABLE hosts; --</b>")
        self.assertEqual({one["name"] for one in host["patches"]}, set(HOSTILE))
        self.assertEqual({one["cves"][0] for one in host["patches"]}, set(HOSTILE))
        for name in HOSTILE:
            for filter_ in ("package", "cve"):
                with self.subTest(name, filter_=filter_):
                    query = urllib.parse.urlencode({filter_: name})
                    self.assertEqual(len(self.read(self.hub, f"/v1/updates?{query}")["updates"]), 1)
                    self.assertEqual(len(self.read(self.hub, f"/v1/hosts?{query}")["hosts"]), 1)
        self.assertEqual(len(self.read(self.hub, "/v1/hosts?q=%25")["hosts"]), 0, "% is no wildcard")
        self.assertEqual(len(self.read(self.hub, "/v1/hosts?" + urllib.parse.urlencode({"q": "'; DROP"}))["hosts"]), 1)
        answer = self.hub.get("/v1/hosts/web-1", self.reader)
        self.assertEqual(answer.header["content-type"], "application/json")
        self.assertEqual(answer.header["x-content-type-options"], "nosniff")

    def test_a_cell_of_a_table_is_no_formula(self):
        self.accepts(full("web-1", hostname="=HYPERLINK(\"http://x\",\"a,b\")\nnext"))
        answer = self.hub.get("/v1/export?format=csv", self.reader)
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        self.assertEqual(len(rows), 2)
        self.assertTrue(rows[1][1].startswith("'="), rows)

    def test_names_of_4000_characters_are_stored(self):
        # Random ones: text that compresses well fits where other text does not.
        letters = random.Random(1)
        long = ["".join(letters.choices(string.ascii_letters + string.digits, k=4000)) for _ in range(12)]
        report = full("web-1", [patch(long[0], long[1], patchId=long[2], cves=[long[3]], repository=long[4],
                                      origin=long[5], advisories=[reports.advisory(long[6])], arch=long[7],
                                      installedVersion=long[8])], hostname=long[9])
        report["stateHash"] = long[10]
        report["host"]["os"]["name"] = long[11]
        self.accepts(report)
        host = self.host(self.hub, "web-1")
        self.assertEqual(host["verdict"]["value"], "noncompliant")
        self.assertTrue(host["patches"][0]["name"].startswith(long[0][:200]))
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment"), report)

    def test_many_keys_are_read_in_the_time_of_so_many(self):
        body = full("web-1") | {"futureField": {f"{number:06}": 1 for number in range(300_000)}}
        self.accepts(body)

    def test_one_update_twice_in_a_report_is_one(self):
        self.accepts(full("web-1", [patch("openssl"), patch("openssl"), patch("openssl", arch="i386")]))
        self.assertEqual(len(self.host(self.hub, "web-1")["patches"]), 1)
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"][0]["missingOn"], 1)

    def test_twenty_thousand_updates_are_taken(self):
        self.accepts(full("web-1", [patch(f"package-{number}") for number in range(20_000)]))
        self.assertEqual(self.host(self.hub, "web-1")["criticalAndSecurityPatchCount"], 20_000)


@on_both_stores
class Paths(Scenarios):
    def test_paths_lead_nowhere_else(self):
        hub = self.serve()
        key = self.enrol(hub, "a/../b c?%&#ü")
        self.accepted(hub, full("a/../b c?%&#ü"), key)
        path = "/v1/hosts/" + urllib.parse.quote("a/../b c?%&#ü", safe="")
        self.assertEqual(self.read(hub, path)["id"], "a/../b c?%&#ü")
        self.assertEqual(self.read(hub, path + "/assessment")["host"]["id"], "a/../b c?%&#ü")
        self.assertEqual(self.read(hub, path + "/history")["id"], "a/../b c?%&#ü")
        for path in ("/v1/hosts/../../etc/passwd", "/v1/hosts/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/v1/hosts/", "/v1/hosts/x",
                     "/v1/hosts/%00", "/v1/hosts/%ff%fe", "/v1/hosts/%ed%a0%80", "//v1/summary", "/v1/summary/",
                     "/v1/hosts/" + "x" * 8000, "/v2/summary", "/", "/.git/config", "/v1/hosts/a%00b/assessment"):
            with self.subTest(path[:40]):
                answer = hub.get(path, self.reader)
                self.assertEqual(answer.problem["status"], 404, answer)
        self.stops_cleanly(hub)

    def test_questions_in_bytes_that_are_no_text_are_answered(self):
        hub = self.serve()
        for query in ("q=%ff%fe", "q=%00", "package=%ed%a0%80", "cve=%c0%80", "tag=%ff", "os=%ff:%fe", "q=%f0%9f"):
            with self.subTest(query):
                self.assertEqual(self.read(hub, f"/v1/hosts?{query}")["hosts"], [])
        for cursor in ("_w", "MXz__g", "MXwAAA", "nonsense", "x" * 3000, "MXw", "fA"):
            with self.subTest(cursor):
                self.assertIn(hub.get(f"/v1/hosts?cursor={cursor}", self.reader).status, (200, 400))
                self.assertEqual(hub.get(f"/v1/hosts?sort=security&cursor={cursor}", self.reader).status, 400)
                self.assertEqual(hub.get(f"/v1/updates?cursor={cursor}", self.reader).status, 400)
        self.assertNotIn("the store", hub.said().split("serving", 1)[1].split("\n", 1)[1], "the store was not at fault")

    def test_what_is_not_http_gets_no_further(self):
        hub = self.serve()
        for junk in (b"\0" * 1000, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                     b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * 100_000 + b"\r\n\r\n"):
            with self.subTest(junk[:20]), socket.create_connection(("127.0.0.1", hub.port), timeout=30) as one:
                try:
                    one.sendall(junk)
                    one.shutdown(socket.SHUT_WR)
                    answer = one.recv(100)
                except OSError:  # reset while it was written, or (ENOTCONN, no ConnectionError) before it was shut down
                    answer = b""
                self.assertNotIn(b" 20", answer[:12])
        self.assertEqual(hub.get("/healthz").body, b"ok\n")
        self.stops_cleanly(hub)

    def test_another_method_is_refused_and_the_right_one_named(self):
        hub = self.serve()
        for method, path, allowed in (("DELETE", "/v1/hosts/x", "GET, HEAD"), ("PUT", "/v1/summary", "GET, HEAD"),
                                      ("POST", "/v1/summary", "GET, HEAD"), ("GET", "/v1/assessments", "POST"),
                                      ("PUT", "/v1/enroll", "GET, HEAD, POST"), ("PUT", "/v1/assessments", "POST")):
            with self.subTest(method, path=path):
                answer = hub.ask(method, path, None, self.reader)
                self.assertEqual(answer.problem["status"], 405, answer)
                self.assertEqual(answer.header["allow"], allowed)
        head = hub.ask("HEAD", "/v1/summary", None, self.reader)
        self.assertEqual((head.status, head.body), (200, b""))


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
