#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`patchstate.exe check` of a machine whose Windows Update Agent is a fake: each way it can answer or fail, end to end.

usage: windows_update_test.py FOLDER-OF-THE-PROGRAMS PREFIX [unittest arguments]
"""

import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fake_updates import (MICROSOFT_UPDATE, SCAN_PACKAGE, WINDOWS_UPDATE, WSUS, FakeAgent, catalogue, many,  # noqa: E402
                          service, update, update_id)
from wine import Wine, skip_reason  # noqa: E402  (both need the path above)

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
AUTOMATIC = POLICY + r"\AU"
SERVICE = r"HKLM\SYSTEM\CurrentControlSet\Services\wuauserv"
COMPLIANT, NONCOMPLIANT, UNKNOWN = 0, 2, 3
ENVIRONMENT = {"STATE_DIRECTORY": r"C:\checked\state", "CACHE_DIRECTORY": r"C:\checked\cache"}


class Case(unittest.TestCase):
    def setUp(self):
        self.wine, self.agent, self.program = WINE, AGENT, PROGRAM
        self.forget()

    def forget(self):
        """Each test asks: an answer is kept for as long as Windows looks the same."""
        shutil.rmtree(self.wine.drive_c / "checked", ignore_errors=True)
        for folder in ("state", "cache"):
            (self.wine.drive_c / "checked" / folder).mkdir(parents=True)

    def check(self, *arguments):
        self.forget()
        done = self.wine.run(self.program, "check", "--format", "json", *arguments, environment=ENVIRONMENT)
        self.assertIn(done.returncode, (COMPLIANT, NONCOMPLIANT, UNKNOWN), done.stdout + done.stderr)
        assessment = json.loads(done.stdout)
        verdict = {COMPLIANT: "compliant", NONCOMPLIANT: "noncompliant", UNKNOWN: "unknown"}[done.returncode]
        self.assertEqual(assessment["verdict"]["value"], verdict)
        return assessment

    def of(self, *updates, arguments=(), **parts):
        self.agent.says(catalogue(*updates, **parts))
        return self.check(*arguments)

    @staticmethod
    def source(assessment):
        one, = assessment["sources"]
        return one

    def failure(self, assessment, kind, code=None):
        """A failure is never "nothing pending"."""
        failure = self.source(assessment)["failure"]
        self.assertEqual(failure["kind"], kind, failure)
        if code:
            self.assertEqual(failure["errorCode"], code)
        self.assertEqual(assessment["verdict"]["value"], "unknown")
        self.assertEqual(assessment.get("patches", []), [])
        return failure

    def warnings(self, assessment):
        return {one["code"]: one for one in self.source(assessment).get("warnings", [])}

    @staticmethod
    def states(assessment):
        return {one["kbId"]: one["state"] for one in assessment["patches"]}


class Answers(Case):
    def test_nothing_pending_is_compliant(self):
        assessment = self.of()
        self.assertEqual(assessment["verdict"]["value"], "compliant", assessment["verdict"])
        self.assertEqual(assessment["patchServiceUsed"], "WU")

    def test_a_security_update_with_its_evidence(self):
        assessment = self.of(update(1, CveIDs=["CVE-2026-0001"], MsrcSeverity="Critical", MaxDownloadSize=6442450944))
        self.assertEqual(assessment["verdict"]["value"], "noncompliant")
        one, = assessment["patches"]
        self.assertEqual((one["kbId"], one["classifications"], one["state"]), ("5030001", ["security"], "installable"))
        self.assertEqual((one["severity"], one["cves"], one["sizeBytes"]), ("critical", ["CVE-2026-0001"], 6442450944))
        self.assertEqual(one["rebootBehavior"], "can_request_reboot", one)
        self.assertIn(update_id(1).lower(), one["patchId"])

    def test_hidden_optional_superseded_ones_and_what_waits_for_a_reboot_are_told_apart(self):
        assessment = self.of(update(1, IsHidden=True), update(2, "updates", BrowseOnly=True), update(3),
                             update(4, SupersededUpdateIDs=[update_id(3).lower()]),
                             update(5, IsInstalled=True, RebootRequired=True), update(6, Type=2),
                             update(7, "definition"))
        self.assertEqual(self.states(assessment), {
            "5030001": "hidden", "5030002": "optional", "5030003": "superseded", "5030004": "installable",
            "5030005": "installed_pending_reboot", "5030007": "installable"})

    def test_a_definition_is_no_alarm(self):
        self.assertEqual(self.of(update(1, "definition"))["verdict"]["value"], "compliant")

    def test_three_thousand_updates(self):
        self.assertEqual(len(self.of(*many(3000, 50))["patches"]), 3000)

    def test_a_search_with_errors_keeps_its_updates_and_is_not_whole(self):
        warning = {"HResult": "0x80240437", "Message": "no answer", "Context": 4}
        assessment = self.of(search={"ResultCode": 3, "Warnings": [warning]})
        self.assertEqual(assessment["verdict"]["value"], "unknown")
        self.assertIn("search_with_errors", self.warnings(assessment))
        self.assertEqual(len(self.of(update(1), search={"ResultCode": 3, "Warnings": [warning]})["patches"]), 1)

    def test_properties_that_fail_cost_themselves(self):
        assessment = self.of(update(1, errors={"MaxDownloadSize": "0x80004005", "CveIDs": "0x80004005"}))
        one, = assessment["patches"]
        self.assertNotIn("sizeBytes", one)
        self.assertEqual(assessment["verdict"]["value"], "noncompliant")
        self.assertIn("properties_unreadable", self.warnings(assessment))

    def test_an_old_agent_is_read_without_what_it_lacks(self):
        assessment = self.of(update(1), versions={"IUpdate": 1, "IUpdateSession": 1, "IUpdateService": 1})
        self.assertEqual(self.states(assessment), {"5030001": "installable"})
        self.assertIn("agent_outdated", self.warnings(assessment))

    def test_a_reboot_that_the_agent_requires(self):
        self.assertTrue(self.of(update(5, IsInstalled=True, RebootRequired=True),
                                system={"RebootRequired": True})["rebootPending"])


class Sources(Case):
    WSUS_SERVICE = service(WSUS, "Windows Server Update Service", IsManaged=True, IsDefaultAUService=True)

    def policy_of_wsus(self):
        return self.wine.registry((POLICY, "WUServer", "https://user:secret@wsus.example.org:8531"),
                                  (AUTOMATIC, "UseWUServer", 1))

    def test_wsus(self):
        with self.policy_of_wsus():
            assessment = self.of(update(1), services=[self.WSUS_SERVICE])
        self.assertEqual(assessment["patchServiceUsed"], "WU-WSUS")
        self.assertNotIn("secret", json.dumps(assessment))
        self.assertIn("wsus.example.org:8531", assessment["patches"][0]["repository"])
        self.assertNotIn("update_source_disagrees", self.warnings(assessment))

    def test_microsoft_update(self):
        assessment = self.of(update(1), services=[service(MICROSOFT_UPDATE, "Microsoft Update", IsDefaultAUService=True)])
        self.assertEqual((assessment["patchServiceUsed"], assessment["patches"][0]["repository"]),
                         ("WU", "Microsoft Update"))

    def test_a_policy_that_the_agent_does_not_follow(self):
        with self.policy_of_wsus(), self.wine.registry((POLICY, "DisableDualScan", 1)):
            assessment = self.of(services=[service(WINDOWS_UPDATE, "Windows Update", IsDefaultAUService=True)])
        self.assertIn("update_source_disagrees", self.warnings(assessment))

    def test_windows_update_that_is_forbidden_or_switched_off(self):
        with self.wine.registry((POLICY, "DisableWindowsUpdateAccess", 1)):
            self.failure(self.of(update(1), faults={"IUpdateSearcher.BeginSearch": "0x8024002e"}), "disabled",
                         "WU_E_WU_DISABLED")
        self.wine.set_registry([(SERVICE, "Start", 4)])
        self.addCleanup(self.wine.set_registry, [(SERVICE, "Start", 3)])
        self.failure(self.of(update(1), faults={"UpdateSession": "0x80070422"}), "disabled")


class Failures(Case):
    def test_each_code_is_a_failure_of_its_kind_with_its_name_and_what_to_do(self):
        for error, kind, name in (("0x8024402c", "unreachable", "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"),
                                  ("0x80240438", "unreachable", "WU_E_PT_ENDPOINT_UNREACHABLE"),
                                  ("0x80070422", "disabled", None), ("0x80070005", "permission_denied", None),
                                  ("0x80004001", "unsupported", None)):
            for call in ("UpdateSession", "IUpdateSearcher.BeginSearch", "IUpdateSearcher.EndSearch"):
                with self.subTest(error=error, call=call):
                    failure = self.failure(self.of(update(1), faults={call: error}), kind, name)
                    self.assertIn(error[2:].upper(), failure["message"].upper())

    def test_a_list_with_a_hole_is_no_list(self):
        self.failure(self.of(update(1), update(2, errors={"Item": "0x8007000e"})), "tool_failed")

    def test_a_crash_is_a_failure_with_its_exception(self):
        failure = self.failure(self.of(update(1), faults={"the search": "crash"}), "tool_failed", "0xC0000005")
        self.assertIn("crashed", failure["message"])

    def test_services_and_history_that_fail_leave_the_updates(self):
        assessment = self.of(update(1), faults={"UpdateServiceManager": "0x80040154",
                                                "IUpdateSearcher.QueryHistory": "0x80248007"}, history=[{"Title": "one"}])
        self.assertEqual(assessment["verdict"]["value"], "noncompliant")


class Offline(Case):
    PARTS = {"scanPackage": {"ServiceID": SCAN_PACKAGE, "Name": "patchstate offline scan", "IsScanPackageService": True,
                             "IssueDate": "2026-11-10T08:00:00Z", "updates": [update(9)]}}

    def setUp(self):
        super().setUp()
        (self.wine.drive_c / "wsusscn2.cab").write_bytes(b"MSCF")

    def scan(self, file=r"C:\wsusscn2.cab", **parts):
        return self.of(update(1), arguments=["--offline-cab", file], **{**self.PARTS, **parts})

    def test_the_package_is_asked_and_the_result_says_that_it_is_security_only(self):
        assessment = self.scan()
        self.assertEqual(self.states(assessment), {"5030009": "installable"})
        self.assertIn("security_updates_only", self.warnings(assessment))
        self.assertIn(f"RemoveService {SCAN_PACKAGE}", self.agent.noted())

    def test_a_package_that_is_not_there_or_not_trusted_is_a_failure(self):
        self.failure(self.scan(r"C:\none.cab"), "tool_failed")
        self.failure(self.scan(r"\\server\share\wsusscn2.cab"), "tool_failed")
        self.scan(faults={"IUpdateServiceManager.AddScanPackageService": "0x800b0100"})


class WithoutTheFake(Case):
    """Wine's own stub, which does not search."""

    def setUp(self):
        super().setUp()
        self.agent.unregister()
        self.addCleanup(self.agent.register)

    def test_an_agent_that_cannot_search_is_unsupported_and_nothing_else(self):
        self.failure(self.check(), "unsupported", "E_NOTIMPL")


if __name__ == "__main__":
    if reason := skip_reason():
        print(f"not run: {reason}")
        sys.exit(77)
    PROGRAMS = pathlib.Path(sys.argv.pop(1))
    PROGRAM = PROGRAMS / "patchstate.exe"
    with Wine(sys.argv.pop(1), PROGRAMS) as WINE:
        AGENT = FakeAgent(WINE, PROGRAMS / "fakewua.dll")
        unittest.main()
