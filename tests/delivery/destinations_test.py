#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Destinations beside the hub: an address, a folder, a file, standard output; each with its own format and queue.

usage: destinations_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import delivery_test  # noqa: E402  (needs the path above)
from delivery_test import ACCEPTED, LATER, REJECTED, Case  # noqa: E402
from endpoints import server_that_answers  # noqa: E402

NOBODY = "http://127.0.0.1:9"  # the discard port: nobody listens


class Destinations(Case):
    def destinations(self, *sections, hub=None, interval="6h"):
        """Writes the configuration; each section is a dictionary."""
        lines = ["[report]", f'interval = "{interval}"'] + ([f'hub = "{hub}"'] if hub else [])
        for section in sections:
            lines.append("[[destination]]")
            lines += [f"{key} = {json.dumps(str(value) if isinstance(value, pathlib.Path) else value)}"
                      for key, value in section.items()]
        self.config.write_text("\n".join(lines) + "\n")

    def queue(self, name):
        return sorted((self.state / "spool" / name).glob("*.json"))

    def test_an_address_gets_each_new_state_in_its_format_with_its_headers_and_no_signs_of_life(self):
        headers = self.write_secret("headers", "# of the SIEM\nX-Api-Key: s3cret\nX-Team: ops")
        with server_that_answers(200, b"thanks") as (url, requests):
            self.destinations({"name": "siem", "url": url + "/in?source=a", "format": "ocsf", "headers_file": headers})
            self.assess()
            self.assess()
            done = self.ends(ACCEPTED, "send", "--all", says="accepted the full report")
            self.assertEqual(done.stdout.count("accepted"), 1)
            self.ends(ACCEPTED, "send", "--all", says="nothing waits")
            (path, header, body), = requests
            self.assertEqual(path, "/in?source=a")
            self.assertEqual((header["X-Api-Key"], header["X-Team"]), ("s3cret", "ops"))
            self.assertEqual(header["Content-Type"], "application/x-ndjson")
            self.assertNotIn("Content-Encoding", header)
            self.assertNotIn("Authorization", header)
            for line in body.decode().splitlines():
                self.assertIn(json.loads(line)["class_uid"], (5004, 2002))
            self.destinations({"name": "siem", "url": url, "format": "json"}, interval="7h")  # another state
            report = self.assess()
            self.ends(ACCEPTED, "send", "--all")
            self.assertEqual(json.loads(requests[1][2]), report)

    def test_a_dead_one_delays_no_other_and_loses_nothing(self):
        hub = self.serve()
        self.configure(hub.url)
        host = self.enroll(hub)
        folder = self.folder / "reports"
        self.destinations({"name": "dead", "url": NOBODY}, {"name": "files", "folder": folder}, hub=hub.url)
        report = self.assess()
        self.ends(LATER, "send", "--due", says="not sent, try again later")
        self.assertEqual(hub.ask(f"/v1/hosts/{host}/assessment")["assessmentActivityId"], report["assessmentActivityId"])
        file, = folder.iterdir()
        self.assertEqual(json.loads(file.read_text()), report)
        self.assertTrue(file.name.endswith(report["assessmentActivityId"] + ".json"), file.name)
        waiting, = self.queue("dead")
        self.assertEqual(json.loads(waiting.read_text()), report)
        self.assertEqual(self.queue("hub") + self.queue("files"), [])
        status = json.loads(self.run_it("status", "--format", "json").stdout)
        self.assertEqual(status["delivery"]["failures"], 0)
        self.assertEqual([(one["name"], one["waiting"], one["failures"]) for one in status["destinations"]],
                         [("dead", 1, 1), ("files", 0, 0)])
        with server_that_answers(204) as (url, requests):
            self.destinations({"name": "dead", "url": url}, {"name": "files", "folder": folder}, hub=hub.url)
            self.ends(ACCEPTED, "send", "--all")
            self.assertEqual([json.loads(body) for _, _, body in requests], [report])

    def test_what_may_be_a_secret_in_an_address_is_never_shown(self):
        secret = "T0K3N"
        for address, says in ((f"{NOBODY}/{secret}/x?key={secret}", "is the server running"),
                              (f"https://hook.invalid/{secret}?key={secret}", "Could not resolve host")):
            self.destinations({"name": "hook", "url": address})
            self.assess()
            said = self.ends(LATER, "send", "--all", says=says)
            everything = said.stdout + said.stderr + self.run_it("status").stdout + self.run_it("doctor").stdout
            self.assertIn("hook.invalid" if "hook" in address else "127.0.0.1:9", everything)
            self.assertNotIn(secret, everything + (self.state / "spool/hook/delivery-state").read_text())
            self.assertNotIn("the hub", said.stderr)

    def test_a_new_one_gets_the_state_at_once_although_nothing_changed(self):
        self.destinations({"name": "one", "folder": self.folder / "one"})
        self.assess()
        self.destinations({"name": "one", "folder": self.folder / "one"}, {"name": "two", "folder": self.folder / "two"})
        self.assess()
        self.assertEqual((len(self.queue("one")), len(self.queue("two"))), (1, 1))

    def test_somebody_who_checks_in_between_takes_nothing_from_it(self):
        self.destinations({"name": "one", "folder": self.folder / "one"})
        self.run_it("check")
        self.assess()
        self.assertEqual(len(self.queue("one")), 1)

    def test_a_file_always_holds_the_last_report(self):
        file = self.folder / "metrics.prom"
        self.destinations({"name": "metrics", "file": file, "format": "openmetrics"})
        self.assess()
        self.ends(ACCEPTED, "send", "--due")
        self.assertTrue(file.read_text().endswith("# EOF\n"))
        self.destinations({"name": "metrics", "file": file, "format": "csv"}, interval="7h")
        self.assess()
        self.ends(ACCEPTED, "send", "--due")
        self.assertIn(",", file.read_text().splitlines()[0])

    def test_on_standard_output_there_is_nothing_but_reports(self):
        folder = self.folder / "reports"
        self.destinations({"name": "output", "standard_output": True, "format": "json"}, {"name": "files", "folder": folder})
        report = self.assess()
        done = self.ends(ACCEPTED, "send", "--all")
        self.assertEqual(json.loads(done.stdout), report)
        self.assertIn("accepted the full report", done.stderr)

    def test_a_report_that_is_refused_is_put_aside_in_its_own_queue(self):
        with server_that_answers(422, b"no such field") as (url, _):
            self.destinations({"name": "siem", "url": url})
            self.assess()
            self.ends(REJECTED, "send", "--all", says="HTTP 422")
        self.assertEqual(self.queue("siem"), [])
        self.assertEqual(len(list((self.state / "spool/siem/rejected").glob("*.json"))), 1)

    def test_headers_that_others_can_read_or_that_are_none_keep_the_report_and_say_what_mends_it(self):
        for text, mode, says in (("X-Api-Key: s3cret", 0o644, "chmod"), ("no header", 0o600, "Name: value"),
                                 ("X: a\x01b", 0o600, "Name: value"), (": value", 0o600, "Name: value")):
            with self.subTest(text), server_that_answers(200) as (url, requests):
                self.destinations({"name": "siem", "url": url, "headers_file": self.write_secret("headers", text, mode)})
                self.assess()
                self.ends(LATER, "send", "--all", says=says)
                self.assertEqual((len(self.queue("siem")), requests), (1, []))
                self.assertIn(says, self.run_it("doctor").stdout)

    def test_a_secret_that_is_not_there_keeps_no_other_from_its_report(self):
        self.destinations({"name": "siem", "url": NOBODY, "headers_file": self.folder / "missing"},
                          {"name": "files", "folder": self.folder / "reports"})
        self.assess()
        self.ends(LATER, "send", "--due", says="missing")
        self.assertEqual((len(self.queue("siem")), len(self.queue("files"))), (1, 0))

    def test_what_is_wrong_in_the_configuration_is_named_with_its_place(self):
        good = {"name": "a", "folder": "/srv/a"}
        for sections, says in (([{"folder": "/srv/a"}], "name is missing"),
                               ([good, good], "two with the name a"),
                               ([{"name": "hub", "folder": "/srv/a"}], "name: expected"),
                               ([{"name": "../a", "folder": "/srv/a"}], "name: expected"),
                               ([{"name": "a"}], "expected one of url, folder, file and standard_output"),
                               ([good | {"url": "https://a.example.org"}], "expected one of url"),
                               ([{"name": "a", "url": "http://a.example.org/"}], "plain http"),
                               ([{"name": "a", "url": "ftp://a.example.org/"}], "url: expected https://"),
                               ([good | {"format": "xml"}], "format: expected table"),
                               ([good | {"proxy": "http://proxy.example.org:3128"}], "proxy goes with url"),
                               ([good | {"folder": "srv"}], "a path from the root"),
                               ([good | {"colour": "red"}], 'unknown key "colour" in [destination]')):
            with self.subTest(says):
                self.destinations(*sections)
                self.ends(3, "send", "--all", says=says)


if __name__ == "__main__":
    del delivery_test.Case  # its own tests are another program's
    unittest.main()
