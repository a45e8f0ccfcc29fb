#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `patchstate.exe windows-update-probe` prints of a fake Windows Update Agent, by real COM, under Wine.

usage: probe_test.py FOLDER-OF-THE-PROGRAMS PREFIX [unittest arguments]
"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fake_updates import (MICROSOFT_UPDATE, SCAN_PACKAGE, WINDOWS_UPDATE, WSUS, FakeAgent, catalogue, many,  # noqa: E402
                          service, update, update_id)
from wine import Wine, skip_reason  # noqa: E402  (both need the path above)

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
ACCESS_VIOLATION = 0xC0000005
ENDED_WELL = 0


class Case(unittest.TestCase):
    def setUp(self):
        self.wine, self.agent, self.program = WINE, AGENT, PROGRAM

    def probe(self, *arguments):
        done = self.wine.run(self.program, "windows-update-probe", *arguments)
        self.assertEqual(done.returncode, ENDED_WELL, done.stderr)
        return json.loads(done.stdout)

    def of(self, *updates, arguments=(), **parts):
        self.agent.says(catalogue(*updates, **parts))
        return self.probe(*arguments)

    def failed(self, snapshot, call, error):
        search = snapshot["search"]
        self.assertEqual((search["failedCall"], hex(search["error"]), search["result"]), (call, error, "not_ended"))
        self.assertEqual(snapshot["updates"], [])


class Answers(Case):
    def test_every_property_of_an_update(self):
        one, = self.of(update(
            1, Title="累積更新プログラム — é", CveIDs=["CVE-2026-0001", "CVE-2026-0002"], MaxDownloadSize=6442450944,
            IsDownloaded=True, IsMandatory=True, IsBeta=True, BrowseOnly=True, PerUser=True, AutoSelection=2,
            RebootBehavior=1, Deadline="2026-12-01T00:00:30Z", MoreInfoUrls=["https://example.org/1"],
            SupersededUpdateIDs=[update_id(7)]))["updates"]
        self.assertEqual(one, {
            "id": update_id(1).lower(), "revision": 200, "title": "累積更新プログラム — é", "type": "software",
            "kbIds": ["5030001"], "cveIds": ["CVE-2026-0001", "CVE-2026-0002"],
            "categories": [{"id": "0fa1201d-4330-4fa8-8ae9-b877473b6441", "name": "Security Updates",
                            "type": "UpdateClassification"}],
            "msrcSeverity": "Important", "sizeBytes": 6442450944, "isDownloaded": True, "isMandatory": True,
            "isHidden": False, "isInstalled": False, "isBeta": True, "rebootRequired": False, "browseOnly": True,
            "perUser": True, "autoSelection": "never_auto_select", "deploymentAction": "installation",
            "eulaAccepted": True, "rebootBehavior": "always", "lastDeploymentChange": "2026-11-10T18:00:00Z",
            "deadline": "2026-12-01T00:00:30Z", "supportUrl": "https://support.example.org/",
            "moreInfoUrls": ["https://example.org/1"], "supersededIds": [update_id(7).lower()], "missing": []})

    def test_hidden_ones_and_what_waits_for_a_reboot_are_asked_for_and_drivers_are_not(self):
        snapshot = self.of(update(1), update(2, IsHidden=True), update(3, Type=2), update(4, IsInstalled=True),
                           update(5, IsInstalled=True, RebootRequired=True), update(6, DeploymentAction=4))
        self.assertEqual([one["kbIds"][0] for one in snapshot["updates"]], ["5030001", "5030002", "5030005"])
        self.assertEqual([one["isHidden"] for one in snapshot["updates"]], [False, True, False])

    def test_nothing_pending_is_a_search_that_succeeded(self):
        snapshot = self.of()
        self.assertEqual((snapshot["updates"], snapshot["problems"]), ([], []))
        self.assertEqual((snapshot["search"]["result"], snapshot["search"]["error"]), ("succeeded", 0))

    def test_titles_are_asked_for_in_english_and_the_agent_is_told_who_asks(self):
        self.of()
        self.assertEqual(self.agent.noted(), ["ClientApplicationID patchstate", "UserLocale 1033"])

    def test_a_search_with_warnings_keeps_its_updates(self):
        snapshot = self.of(update(1), search={"ResultCode": 3, "Warnings": [
            {"HResult": "0x80240437", "Message": "a server did not answer", "Context": 4}]})
        self.assertEqual(snapshot["search"]["result"], "succeeded_with_errors")
        self.assertEqual(snapshot["search"]["warnings"],
                         [{"error": 0x80240437, "message": "a server did not answer", "context": "search_incomplete"}])
        self.assertEqual(len(snapshot["updates"]), 1)

    def test_the_agent_and_its_services(self):
        snapshot = self.of(system={"RebootRequired": True}, services=[
            service(WSUS.upper(), "Windows Server Update Service", IsManaged=True, IsDefaultAUService=True,
                    ServiceUrl="https://wsus.example.org"), service(MICROSOFT_UPDATE, "Microsoft Update")])
        self.assertEqual((snapshot["agentVersion"], snapshot["apiMajor"]), ("10.0.20348.2340", 8))
        self.assertEqual((snapshot["automaticUpdatesEnabled"], snapshot["notificationLevel"]), (True, 4))
        self.assertEqual((snapshot["lastSearchSuccess"], snapshot["lastInstallationSuccess"]),
                         ("2026-11-27T03:12:45Z", "2026-11-12T02:00:00Z"))
        self.assertTrue(snapshot["rebootRequired"])
        first, second = snapshot["services"]
        self.assertEqual((first["id"], first["isManaged"], first["isDefault"], first["url"]),
                         (WSUS, True, True, "https://wsus.example.org"))
        self.assertEqual((second["id"], second["isDefault"]), (MICROSOFT_UPDATE, False))

    def test_the_last_installation_that_succeeded(self):
        entries = [{"Operation": 2, "Title": "removed", "Date": "2026-11-20T00:00:00Z"},
                   {"ResultCode": 4, "Title": "failed", "Date": "2026-11-19T00:00:00Z"},
                   {"Title": "installed", "UpdateID": update_id(3), "Date": "2026-11-18T00:00:00Z"},
                   {"Title": "older", "Date": "2026-11-17T00:00:00Z"}]
        self.assertEqual(self.of(history=entries)["lastInstallation"],
                         {"title": "installed", "updateId": update_id(3).lower(), "date": "2026-11-18T00:00:00Z"})

    def test_three_thousand_updates(self):
        updates = self.of(*many(3000, 50))["updates"]
        self.assertEqual((len(updates), sum(len(one["cveIds"]) for one in updates)), (3000, 150000))

    def test_without_a_search(self):
        snapshot = self.of(update(1), system={"RebootRequired": True}, arguments=["--system"])
        self.assertTrue(snapshot["rebootRequired"])
        self.assertEqual((snapshot["search"]["result"], snapshot["updates"]), ("not_ended", []))


class Policies(Case):
    def test_what_a_policy_says_is_read_as_it_stands(self):
        with self.wine.registry(
                (POLICY, "WUServer", "https://wsus.example.org:8531"), (POLICY, "DisableDualScan", 1),
                (POLICY, "SetPolicyDrivenUpdateSourceForQualityUpdates", 1), (POLICY + r"\AU", "UseWUServer", 1),
                (POLICY + r"\AU", "UseUpdateClassPolicySource", 1), (POLICY + r"\AU", "AUOptions", 3)):
            policy = self.of()["policy"]
        self.assertEqual(policy, {"wuServer": "https://wsus.example.org:8531", "useWuServer": 1, "auOptions": 3,
                                  "disableDualScan": 1, "useUpdateClassPolicySource": 1, "sourceForQualityUpdates": 1,
                                  "wuauservStart": 3})
        self.assertEqual(self.of()["policy"], {"wuauservStart": 3})


class Failures(Case):
    def test_any_call_of_the_search_can_fail_with_any_code(self):
        for call, failed_call in (
                ("UpdateSession", "UpdateSession"),
                ("IUpdateSession.CreateUpdateSearcher",) * 2,
                ("IUpdateSearcher.BeginSearch",) * 2,
                ("IUpdateSearcher.EndSearch",) * 2):
            for error in ("0x8024402c", "0x80070422"):
                with self.subTest(call=call, error=error):
                    self.failed(self.of(update(1), faults={call: error}), failed_call, error)

    def test_a_list_that_is_not_whole_says_so(self):
        snapshot = self.of(update(1), update(2, errors={"Item": "0x8007000e"}), update(3))
        self.assertEqual((snapshot["search"]["failedCall"], hex(snapshot["search"]["error"])),
                         ("IUpdateCollection.Item", "0x8007000e"))
        self.assertEqual([one["kbIds"][0] for one in snapshot["updates"]], ["5030001", "5030003"])
        for call in ("ISearchResult.Updates", "IUpdateCollection.Count"):
            snapshot = self.of(update(1), faults={call: "0x80004005"})
            self.assertEqual((snapshot["search"]["failedCall"], snapshot["updates"]), (call, []))

    def test_what_is_beside_the_search_costs_only_itself(self):
        faults = {"AutomaticUpdates": "0x80070005", "SystemInformation": "0x80040154", "UpdateServiceManager": "0x80070422",
                  "IUpdateSearcher.QueryHistory": "0x80248007", "WindowsUpdateAgentInfo": "0x80040111"}
        snapshot = self.of(update(1), faults=faults, history=[{"Title": "installed"}])
        self.assertEqual(len(snapshot["updates"]), 1)
        self.assertEqual({one["property"]: f"{one['error']:#x}" for one in snapshot["problems"]}, faults)
        for absent in ("services", "rebootRequired", "agentVersion", "automaticUpdatesEnabled", "lastInstallation"):
            self.assertNotIn(absent, snapshot)

    def test_services_that_cannot_be_listed_are_not_an_empty_list(self):
        snapshot = self.of(faults={"IUpdateServiceManager.Services": "0x80248014"})
        self.assertNotIn("services", snapshot)
        self.assertEqual(snapshot["problems"], [{"property": "IUpdateServiceManager.Services", "error": 0x80248014}])

    def test_a_property_that_fails_costs_that_property_alone(self):
        errors = {"MaxDownloadSize": "0x80004005", "MsrcSeverity": "0x80240007", "CveIDs": "0x80004001",
                  "Categories": "0x8007000e", "IsHidden": "0x80240fff", "InstallationBehavior": "0x80004005"}
        one, = self.of(update(1, errors=errors))["updates"]
        self.assertEqual({missing["property"] for missing in one["missing"]},
                         {f"IUpdate{'2' if name == 'CveIDs' else ''}.{name}" for name in errors})
        self.assertEqual((one["id"], one["kbIds"]), (update_id(1).lower(), ["5030001"]))
        for absent in ("sizeBytes", "msrcSeverity", "cveIds", "isHidden"):
            self.assertNotIn(absent, one)

    def test_even_an_update_without_an_identity_is_told(self):
        one, = self.of(update(1, errors={"Identity": "0x80004005"}))["updates"]
        self.assertNotIn("id", one)
        self.assertEqual(one["kbIds"], ["5030001"])

    def test_an_old_agent_lacks_interfaces_and_is_read_without_them(self):
        versions = {"IUpdate": 1, "IUpdateSession": 1, "IUpdateServiceManager": 1, "IUpdateService": 1,
                    "IAutomaticUpdates": 1}
        snapshot = self.of(update(1, CveIDs=["CVE-2026-1"]), update(2), versions=versions)
        self.assertEqual(snapshot["missingInterfaces"],
                         ["IAutomaticUpdates2", "IUpdateServiceManager2", "IUpdateService2", "IUpdateSession2",
                          "IUpdate2", "IUpdate3", "IUpdate4", "IUpdate5"])
        self.assertEqual([one["missing"] for one in snapshot["updates"]], [[], []])
        self.assertNotIn("cveIds", snapshot["updates"][0])

    def test_one_version_less_costs_what_came_with_it(self):
        snapshot = self.of(update(1, BrowseOnly=True, PerUser=True), versions={"IUpdate": 3})
        self.assertEqual(snapshot["missingInterfaces"], ["IUpdate4", "IUpdate5"])
        self.assertTrue(snapshot["updates"][0]["browseOnly"])
        self.assertNotIn("perUser", snapshot["updates"][0])


class Deadlines(Case):
    def test_a_slow_search_is_waited_for(self):
        self.assertEqual(len(self.of(update(1), search={"delayMs": 700}, arguments=["--deadline", "60"])["updates"]), 1)

    def test_a_search_that_hangs_is_aborted(self):
        snapshot = self.of(update(1), search={"hang": True}, arguments=["--deadline", "1"])
        self.assertTrue(snapshot["search"]["timedOut"])
        self.failed(snapshot, "IUpdateSearcher.EndSearch", "0x8024000b")
        self.assertIn("RequestAbort", self.agent.noted())

    def test_a_search_that_does_not_even_abort_is_left_behind(self):
        snapshot = self.of(update(1), search={"hang": True, "ignoreAbort": True}, arguments=["--deadline", "1"])
        self.assertTrue(snapshot["search"]["timedOut"])
        self.assertEqual((snapshot["search"]["result"], snapshot["updates"]), ("not_ended", []))

    def test_a_crash_of_the_agent_is_the_end_of_the_probe_alone(self):
        self.agent.says(catalogue(update(1), faults={"the search": "crash"}))
        done = self.wine.run(self.program, "windows-update-probe")
        self.assertEqual((done.returncode, done.stdout), (ACCESS_VIOLATION, ""))


class Offline(Case):
    PARTS = {"services": [service(WINDOWS_UPDATE, "Windows Update", IsDefaultAUService=True)],
             "scanPackage": {"ServiceID": SCAN_PACKAGE, "Name": "patchstate offline scan", "IsScanPackageService": True,
                             "IssueDate": "2026-11-10T08:00:00Z", "updates": [update(9)]}}

    def setUp(self):
        super().setUp()
        self.cab = self.wine.drive_c / "wsusscn2.cab"
        self.cab.write_bytes(b"MSCF")

    def scan(self, file=r"C:\wsusscn2.cab", deadline="60", **parts):
        return self.of(update(1), arguments=["--offline-cab", file, "--deadline", deadline], **{**self.PARTS, **parts})

    def removed(self):
        return [line.split()[1] for line in self.agent.noted() if line.startswith("RemoveService")]

    def test_the_package_is_asked_instead_of_the_server_and_is_removed_again(self):
        snapshot = self.scan()
        search = snapshot["search"]
        self.assertEqual((search["selection"], search["serviceId"], search["offlinePackage"], search["result"]),
                         ("others", SCAN_PACKAGE, True, "succeeded"))
        self.assertEqual([one["kbIds"][0] for one in snapshot["updates"]], ["5030009"])
        self.assertEqual(snapshot["services"][-1]["issued"], "2026-11-10T08:00:00Z")
        self.assertIn(r"AddScanPackageService patchstate offline scan 0 C:\wsusscn2.cab", self.agent.noted())
        self.assertEqual(self.removed(), [SCAN_PACKAGE])

    def test_the_package_is_removed_after_a_failure_and_after_a_timeout(self):
        self.failed(self.scan(faults={"IUpdateSearcher.BeginSearch": "0x8007000e"}), "IUpdateSearcher.BeginSearch",
                    "0x8007000e")
        self.assertEqual(self.removed(), [SCAN_PACKAGE])
        self.assertTrue(self.scan(search={"hang": True}, deadline="1")["search"]["timedOut"])
        self.assertEqual(self.removed(), [SCAN_PACKAGE])
        self.assertTrue(self.scan(search={"hang": True, "ignoreAbort": True}, deadline="1")["search"]["timedOut"])
        self.assertEqual(self.removed(), [SCAN_PACKAGE])

    def test_a_package_that_cannot_be_removed_is_a_problem(self):
        snapshot = self.scan(faults={"IUpdateServiceManager.RemoveService": "0x80070005"})
        self.assertIn({"property": "IUpdateServiceManager.RemoveService", "error": 0x80070005}, snapshot["problems"])
        self.assertEqual(len(snapshot["updates"]), 1)

    def test_a_package_that_a_run_left_behind_is_removed_first(self):
        self.scan(services=[*self.PARTS["services"], service("0ld", "patchstate offline scan", IsScanPackageService=True),
                            service("f0e", "somebody else's", IsScanPackageService=True)])
        self.assertEqual(self.removed(), ["0ld", SCAN_PACKAGE])

    def test_a_package_that_is_refused_fails_the_search(self):
        call = "IUpdateServiceManager.AddScanPackageService"
        self.failed(self.scan(faults={call: "0x800b0100"}), call, "0x800b0100")
        self.failed(self.scan(r"C:\none.cab"), call, "0x80070002")
        self.assertEqual(self.removed(), [])

    def test_a_package_on_a_share_is_refused_before_the_agent_is_asked(self):
        for path in (r"\\server\share\wsusscn2.cab", "wsusscn2.cab"):
            self.failed(self.scan(path), "IUpdateServiceManager.AddScanPackageService", "0x8007007b")
            self.assertNotIn("AddScanPackageService", " ".join(self.agent.noted()))


class Invocation(Case):
    def test_arguments_that_are_not_understood(self):
        for arguments in (["--deadline"], ["--deadline", "0"], ["--deadline", "ten"], ["--offline-cab"], ["more"]):
            done = self.wine.run(self.program, "windows-update-probe", *arguments)
            self.assertEqual((done.returncode, done.stdout), (64, ""), arguments)


class WithoutTheFake(Case):
    """Wine's own stub, which does not search."""

    def setUp(self):
        super().setUp()
        self.agent.unregister()
        self.addCleanup(self.agent.register)

    def test_a_search_that_is_not_implemented_has_failed(self):
        self.failed(self.probe(), "IUpdateSearcher.BeginSearch", "0x80004001")


if __name__ == "__main__":
    if reason := skip_reason():
        print(f"not run: {reason}")
        sys.exit(77)
    PROGRAMS = pathlib.Path(sys.argv.pop(1))
    PROGRAM = PROGRAMS / "patchstate.exe"
    with Wine(sys.argv.pop(1), PROGRAMS) as WINE:
        AGENT = FakeAgent(WINE, PROGRAMS / "fakewua.dll")
        unittest.main()
