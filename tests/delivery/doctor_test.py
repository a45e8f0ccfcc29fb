#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`patchstate doctor` names what is wrong, and nothing else. Real programs, loopback.

usage: doctor_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import delivery_test  # noqa: E402  (needs the path above)
from delivery_test import Case  # noqa: E402
from endpoints import Certificates, server_that_answers  # noqa: E402

GOOD, FAULTS = 0, 1


class Doctor(Case):
    def lines(self, code, *arguments):
        """What each line is about -> (mark, text)."""
        done = self.ends(code, "doctor", *arguments)
        self.assertEqual(done.stderr, "")
        return {line[6:20].strip(): (line[:4].strip(), line[21:]) for line in done.stdout.splitlines()}

    def faults(self, *arguments):
        return {what: text for what, (mark, text) in self.lines(FAULTS, *arguments).items() if mark == "FAIL"}

    def test_a_machine_that_reports_has_no_fault(self):
        self.enrolled()
        self.assess()
        self.ends(GOOD, "send")
        lines = self.lines(GOOD)
        self.assertEqual({mark for mark, _ in lines.values()}, {"ok"}, lines)
        self.assertEqual(set(lines), {"configuration", "state folder", "collectors", "last result", "queue", "host key", "hub",
                                      "clock", "enrolment"})

    def test_without_a_hub_it_says_that_nothing_is_sent(self):
        self.config.write_text("")
        self.assertIn("nothing is sent", self.lines(GOOD)["hub"][1])

    def test_a_wrong_configuration_is_named_with_its_line(self):
        self.config.write_text("[report]\ninterval = 6\n")
        self.assertIn(f"{self.config}:2:12", self.faults()["configuration"])

    def test_a_key_that_others_can_read_comes_with_the_command_that_mends_it(self):
        self.enrolled()
        self.key_file.chmod(0o644)
        self.assertEqual(list(self.faults()), ["host key"])
        self.assertIn(f"chmod 600 {self.key_file}", self.faults()["host key"])

    def test_a_key_that_the_hub_does_not_take_any_more(self):
        hub, host = self.enrolled()
        hub.command("host", "revoke", host)
        self.assertEqual(list(self.faults()), ["enrolment"])
        self.assertIn("`patchstate enroll`", self.faults()["enrolment"])

    def test_a_hub_that_is_not_there_or_is_none(self):
        self.pretend_enrolled("http://127.0.0.1:9")
        self.assertIn("is the hub running", self.faults()["hub"])
        with server_that_answers(202) as (url, _):
            self.pretend_enrolled(url)
            self.assertIn("is a patchstate-hub there?", self.faults()["hub"])

    def test_a_certificate_of_an_unknown_ca(self):
        certificate, key = Certificates(self.folder, "ca").sign("localhost", names="DNS:localhost")
        hub = self.serve("--tls-cert", certificate, "--tls-key", key)
        self.pretend_enrolled(f"https://localhost:{hub.port}")
        self.assertIn("--ca", self.faults()["hub"])

    def test_a_state_folder_that_cannot_be_written(self):
        self.config.write_text("")
        self.environment["STATE_DIRECTORY"] = "/proc/patchstate"
        self.assertIn("/proc/patchstate", self.faults()["state folder"])


if __name__ == "__main__":
    del delivery_test.Case  # its own tests are another program's
    unittest.main()
