#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges every export of every sample by something that isn't ours: a JSON Schema validator, an OpenMetrics parser,
promtool, a CSV reader, the monitoring plugins' guidelines and OCSF's field rules.

usage: exports_test.py EXPORT_SAMPLES_PROGRAM
"""

import csv
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import unittest

try:
    import jsonschema
    from prometheus_client.openmetrics import parser as openmetrics
except ImportError as error:
    sys.exit(f"exports_test.py: {error}; install python3-jsonschema and python3-prometheus-client (./dev test does)")

PROMTOOL = shutil.which("promtool")
FOLDER = None
SAMPLES = ["compliant", "only_others", "noncompliant", "failed", "partly_failed", "stale", "no_source", "everything",
           "hostile"]
UNKNOWN = ["failed", "stale", "no_source"]  # nothing known to be missing, and nothing proved
NOBODY_ANSWERED = ["failed", "no_source"]


def text_of(sample, kind):
    return (FOLDER / f"{sample}.{kind}").read_bytes().decode("utf-8")


def report(sample):
    return json.loads(text_of(sample, "json"))


class Schema(unittest.TestCase):
    def setUp(self):
        self.schema = json.loads((FOLDER / "schema").read_text(encoding="utf-8"))
        formats = jsonschema.FormatChecker()
        # The package for this format is not everywhere, and without it the validator would pass any text.
        formats.checks("date-time")(lambda text: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text) is not None)
        self.validator = jsonschema.Draft202012Validator(self.schema, format_checker=formats)

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_every_report_is_valid(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                errors = [f"{e.json_path}: {e.message}" for e in self.validator.iter_errors(report(sample))]
                self.assertEqual(errors, [])

    def test_every_report_names_every_field_of_the_schema(self):
        """... taken together; and none that the schema does not know."""
        known, used = set(), set()

        def walk_schema(node, place):
            node = {**self.schema["$defs"][node["$ref"].split("/")[-1]], **node} if "$ref" in node else node
            for key, child in node.get("properties", {}).items():
                known.add(f"{place}/{key}")
                walk_schema(child, f"{place}/{key}")
            if "items" in node:
                walk_schema(node["items"], place)

        def walk_report(node, place):
            if isinstance(node, list):
                for child in node:
                    walk_report(child, place)
            elif isinstance(node, dict):
                for key, child in node.items():
                    used.add(f"{place}/{key}")
                    if key != "availablePatchCountByClassification":
                        walk_report(child, f"{place}/{key}")

        walk_schema(self.schema, "")
        for sample in SAMPLES:
            walk_report(report(sample), "")
        self.assertEqual(used, known)

    def test_the_keys_come_in_the_order_of_the_schema(self):
        order = list(self.schema["properties"])
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                self.assertEqual(list(report(sample)), order)
        for name, part in (("patch", report("everything")["patches"][0]), ("host", report("everything")["host"]),
                           ("source", report("everything")["sources"][0])):
            with self.subTest(part=name):
                order = [key for key in self.schema["$defs"][name]["properties"] if key in part]
                self.assertEqual(list(part), order)

    def test_what_is_wrong_is_not_valid(self):
        wrong = {
            "a failed source with warnings": lambda r: r["sources"][2].update(warnings=[]),
            "a source with nothing": lambda r: r["sources"][0].pop("metadata"),
            "both": lambda r: r["sources"][0].update(failure={"kind": "internal", "message": ""}),
            "a failure that is said to have succeeded": lambda r: r["sources"][2].update(status="succeeded"),
            "a word that isn't one": lambda r: r["patches"][0].update(state="gone"),
            "a missing verdict": lambda r: r.pop("verdict"),
            "reboot as text": lambda r: r.update(rebootPending="no"),
            "a time that isn't one": lambda r: r["patches"][0].update(firstSeen="yesterday"),
            "another version": lambda r: r.update(schemaVersion=2),
            "a negative count": lambda r: r.update(otherPatchCount=-1),
        }
        for name, change in wrong.items():
            with self.subTest(name):
                changed = report("everything")
                change(changed)
                self.assertFalse(self.validator.is_valid(changed))

    def test_unknown_fields_are_valid(self):
        changed = report("everything")
        changed["new"] = changed["patches"][0]["new"] = changed["host"]["new"] = 1
        self.assertTrue(self.validator.is_valid(changed))

    def test_a_failure_never_reads_as_nothing_pending(self):
        for sample in NOBODY_ANSWERED:
            with self.subTest(sample=sample):
                counts = {k: v for k, v in report(sample).items() if "Count" in k}
                self.assertEqual(set(counts.values()), {None})
                self.assertEqual(len(counts), 6)


class Azure(unittest.TestCase):
    # VirtualMachineAssessPatchesResult and VirtualMachineSoftwarePatchProperties of Azure's compute API.
    FIELDS = {"status", "assessmentActivityId", "rebootPending", "criticalAndSecurityPatchCount", "otherPatchCount",
              "startDateTime", "availablePatches", "error"}
    PATCH_FIELDS = {"patchId", "name", "version", "kbId", "classifications", "rebootBehavior", "activityId",
                    "publishedDate", "lastModifiedDateTime", "assessmentState"}
    CLASSIFICATIONS = {"Critical", "Security", "Other", "Unclassified", "UpdateRollUp", "FeaturePack", "ServicePack",
                       "Definition", "Tools", "Updates"}
    REBOOT = {"NeverReboots", "AlwaysRequiresReboot", "CanRequestReboot", "Unknown"}
    STATES = {"Installed", "Failed", "Excluded", "NotSelected", "Pending", "Available"}

    def test_shape(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                result = json.loads(text_of(sample, "azure"))
                self.assertEqual(set(result), self.FIELDS)
                for patch in result["availablePatches"] or []:
                    self.assertLessEqual(set(patch), self.PATCH_FIELDS)
                    self.assertLessEqual(set(patch["classifications"]), self.CLASSIFICATIONS)
                    self.assertIn(patch["rebootBehavior"], self.REBOOT)
                    self.assertIn(patch["assessmentState"], self.STATES)

    def test_status_and_error_belong_together(self):
        expected = {"compliant": "Succeeded", "only_others": "Succeeded", "noncompliant": "Succeeded",
                    "failed": "Failed", "no_source": "Failed", "partly_failed": "CompletedWithWarnings",
                    "stale": "CompletedWithWarnings", "everything": "CompletedWithWarnings",
                    "hostile": "CompletedWithWarnings"}
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                result = json.loads(text_of(sample, "azure"))
                self.assertEqual(result["status"], expected[sample])
                self.assertEqual(result["error"] is None, result["status"] == "Succeeded")
                if result["error"]:
                    for key in ("code", "message", "details"):
                        self.assertTrue(result["error"][key])

    def test_counts(self):
        result = json.loads(text_of("noncompliant", "azure"))
        self.assertEqual((result["criticalAndSecurityPatchCount"], result["otherPatchCount"]), (9, 5))
        states = [patch["assessmentState"] for patch in result["availablePatches"]]
        self.assertEqual({s: states.count(s) for s in set(states)},
                         {"Available": 13, "Pending": 1, "Excluded": 1, "NotSelected": 1})
        for sample in NOBODY_ANSWERED:
            with self.subTest(sample=sample):
                result = json.loads(text_of(sample, "azure"))
                self.assertIsNone(result["criticalAndSecurityPatchCount"])
                self.assertIsNone(result["otherPatchCount"])
                self.assertIsNone(result["availablePatches"])


class Ocsf(unittest.TestCase):
    """Field rules of OCSF 1.5: required attributes, enums with their captions, constraints, types."""

    SEVERITY = {0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
    INSTALL_STATE = {0: "Unknown", 1: "Installed", 2: "Not Installed", 3: "Installed Pending Reboot"}

    def events(self, sample):
        text = text_of(sample, "ocsf")
        self.assertTrue(text.endswith("\n"))
        return [json.loads(line) for line in text.split("\n")[:-1]]

    def check_event(self, event):
        for key in ("activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "time", "status_id"):
            self.assertIsInstance(event[key], int, key)
        self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
        self.assertEqual(event["category_uid"], event["class_uid"] // 1000)
        self.assertEqual(event["severity"], self.SEVERITY[event["severity_id"]])
        self.assertEqual(event["time"], 1795502247000)
        self.assertEqual(event["metadata"]["version"], "1.5.0")
        self.assertEqual(event["metadata"]["product"]["name"], "patchstate")
        self.assertTrue(event["metadata"]["product"]["vendor_name"])
        device = event["device"]
        self.assertIn(device["type_id"], (0, 6))
        self.assertTrue({"uid", "hostname", "name", "instance_uid"} & set(device))
        self.check_os(device["os"])

    def check_os(self, os):
        self.assertTrue(os["name"])
        self.assertIn(os["type_id"], (0, 100, 200))
        self.assertTrue(os["version"])  # patch_state: at least one of sp_name, sp_ver, version

    def check_install_state(self, item):
        if item["install_state_id"] == 99:
            self.assertIn(item["install_state"], report_states())
        else:
            self.assertEqual(item["install_state"], self.INSTALL_STATE[item["install_state_id"]])

    def check_patch_state(self, event):
        self.assertEqual((event["class_uid"], event["activity_id"]), (5004, 2))
        self.assertIn(event["status_id"], (1, 2, 99))
        for article in event.get("kb_article_list", []):
            self.assertTrue(article["uid"])
            self.assertIsInstance(article["severity"], str)
            self.assertIsInstance(article["is_superseded"], bool)
            self.check_install_state(article)
            self.check_os(article["os"])

    def check_finding(self, event):
        self.assertEqual((event["class_uid"], event["activity_id"]), (2002, 1))
        self.assertIn(event["status_id"], (1, 2, 3, 4, 5))
        self.assertTrue(event["finding_info"]["uid"] and event["finding_info"]["title"])
        self.assertEqual(len(event["vulnerabilities"]), 1)
        vulnerability = event["vulnerabilities"][0]
        self.assertEqual(("advisory" in vulnerability) + ("cve" in vulnerability), 1)
        self.assertTrue(vulnerability.get("advisory", vulnerability.get("cve"))["uid"])
        if "advisory" in vulnerability:
            self.check_install_state(vulnerability["advisory"])
        for package in vulnerability.get("affected_packages", []):
            self.assertTrue(package["name"] and package["version"])
        self.assertTrue(vulnerability["remediation"]["desc"])

    def test_field_rules(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                first, *findings = self.events(sample)
                self.check_event(first)
                self.check_patch_state(first)
                for finding in findings:
                    self.check_event(finding)
                    self.check_finding(finding)

    def test_pending_is_2_and_pending_reboot_is_3(self):
        articles = self.events("noncompliant")[0]["kb_article_list"]
        states = [article["install_state_id"] for article in articles]
        self.assertEqual({s: states.count(s) for s in set(states)}, {2: 13, 3: 1, 99: 2})

    def test_unset_severity_is_0(self):
        self.assertEqual(self.events("partly_failed")[0]["severity_id"], 0)
        self.assertEqual(self.events("noncompliant")[0]["severity_id"], 5)
        self.assertEqual(self.events("compliant")[0]["severity_id"], 1)
        for sample in UNKNOWN:
            with self.subTest(sample=sample):
                self.assertEqual(self.events(sample)[0]["severity_id"], 0)

    def test_one_finding_for_each_advisory_or_cve(self):
        uids = [event["finding_info"]["uid"].split("/")[-1] for event in self.events("noncompliant")[1:]]
        self.assertEqual(uids, ["CVE-2026-0001", "CVE-2026-0002", "DSA-6001-1"])
        packages = self.events("noncompliant")[1]["vulnerabilities"][0]["affected_packages"]
        self.assertEqual([p["name"] + ":" + p["architecture"] for p in packages], ["libssl3:amd64", "libssl3:i386"])

    def test_a_failure_has_no_list(self):
        for sample in NOBODY_ANSWERED:
            with self.subTest(sample=sample):
                (event,) = self.events(sample)
                self.assertEqual((event["status_id"], event["status"]), (2, "Failure"))
                self.assertNotIn("kb_article_list", event)
        for sample in UNKNOWN:
            with self.subTest(sample=sample):
                self.assertIn("unknown: ", self.events(sample)[0]["message"])


class OpenMetrics(unittest.TestCase):
    def samples(self, sample):
        return {(s.name, tuple(sorted(s.labels.items()))): s.value
                for family in openmetrics.text_string_to_metric_families(text_of(sample, "openmetrics"))
                for s in family.samples}

    def test_parsed_by_prometheus(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                self.assertTrue(text_of(sample, "openmetrics").endswith("# EOF\n"))
                self.assertEqual(self.samples(sample)[("patchstate_assessment_timestamp_seconds", ())], 1795502247)

    def test_promtool_has_nothing_to_say(self):
        self.assertIsNotNone(PROMTOOL, "promtool is missing; install prometheus (./dev test does)")
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                done = subprocess.run([PROMTOOL, "check", "metrics"], input=text_of(sample, "openmetrics").encode(),
                                      capture_output=True, check=False, timeout=60)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_exactly_one_verdict_holds(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                verdict = {dict(labels)["value"]: value for (name, labels), value in self.samples(sample).items()
                           if name == "patchstate_verdict"}
                expected = report(sample)["verdict"]["value"]
                self.assertEqual(verdict, {v: float(v == expected) for v in ("compliant", "noncompliant", "unknown")})

    def test_no_zero_stands_where_nothing_is_proved(self):
        for sample in UNKNOWN + ["partly_failed", "everything", "hostile"]:
            with self.subTest(sample=sample):
                failed = {s["name"] for s in report(sample)["sources"] if s["status"] != "succeeded"}
                unproved = report(sample)["verdict"]["value"] == "unknown"
                for (name, labels), value in self.samples(sample).items():
                    if name in ("patchstate_pending_updates", "patchstate_not_installable_updates"):
                        if unproved or dict(labels)["source"] in failed:
                            self.assertGreater(value, 0)

    def test_values(self):
        values = self.samples("noncompliant")
        pending = {dict(labels)["classification"]: value for (name, labels), value in values.items()
                   if name == "patchstate_pending_updates"}
        self.assertEqual(pending, {"security": 9, "other": 4, "unclassified": 1})
        self.assertEqual(values[("patchstate_reboot_pending", ())], 1)
        self.assertEqual(values[("patchstate_metadata_age_seconds", (("source", "apt"),))], 3 * 3600)
        self.assertNotIn(("patchstate_reboot_pending", ()), self.samples("failed"))
        up = {dict(labels)["source"]: value for (name, labels), value in self.samples("partly_failed").items()
              if name == "patchstate_source_up"}
        self.assertEqual(up, {"apt": 1, "zypper": 0})


class Nagios(unittest.TestCase):
    """https://nagios-plugins.org/doc/guidelines.html: one line, performance data, exit code."""

    LINE = re.compile(r"PATCHSTATE (OK|WARNING|CRITICAL|UNKNOWN) - ([^|\n]+) \| ([^|\n]+)\n")
    VALUE = r"(?:-?[0-9.]+|U)"
    RANGE = r"(?:@?(?:(?:-?[0-9.]+|~):)?(?:-?[0-9.]+)?)?"
    UNIT = r"(?:us|ms|s|%|B|KB|MB|TB|c)?"
    PERFORMANCE = re.compile(rf"('[^'=]+'|[^\s'=]+)={VALUE}{UNIT};{RANGE};{RANGE};[0-9.-]*(;[0-9.-]*)?")
    CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}

    def parsed(self, sample, kind="nagios"):
        text = text_of(sample, kind)
        self.assertEqual(len(text.splitlines()), 1)
        self.assertLess(len(text.encode()), 1024)
        line = self.LINE.fullmatch(text)
        self.assertIsNotNone(line, text)
        state, words, performance = line.groups()
        self.assertEqual(self.CODES[state], int(text_of(sample, kind + "_exit_code")))
        for item in performance.split(" "):
            self.assertIsNotNone(self.PERFORMANCE.fullmatch(item), item)
        return state, words, dict(item.split("=") for item in performance.split(" "))

    def test_guidelines(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                for kind in ("nagios", "nagios_strict"):
                    self.parsed(sample, kind)

    def test_states(self):
        expected = {"compliant": "OK", "only_others": "OK", "noncompliant": "CRITICAL", "failed": "UNKNOWN",
                    "partly_failed": "CRITICAL", "stale": "UNKNOWN", "no_source": "UNKNOWN", "hostile": "CRITICAL"}
        for sample, state in expected.items():
            with self.subTest(sample=sample):
                self.assertEqual(self.parsed(sample)[0], state)
                strict = "WARNING" if sample == "only_others" else state
                self.assertEqual(self.parsed(sample, "nagios_strict")[0], strict)

    def test_what_is_not_known_is_no_number(self):
        for sample in UNKNOWN:
            with self.subTest(sample=sample):
                self.assertEqual(self.parsed(sample)[2]["security"], "U;;0;0")
        self.assertEqual(self.parsed("noncompliant")[2]["security"], "9;;0;0")
        self.assertEqual(self.parsed("compliant")[2]["security"], "0;;0;0")


class Csv(unittest.TestCase):
    def records(self, sample):
        return list(csv.DictReader(io.StringIO(text_of(sample, "csv"), newline=""), strict=True))

    def test_rfc_4180(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                text = text_of(sample, "csv")
                self.assertTrue(text.endswith("\r\n"))
                outside_quotes = "".join(text.split('"')[::2])
                self.assertNotIn("\n", outside_quotes.replace("\r\n", ""))
                for record in csv.reader(io.StringIO(text, newline=""), strict=True):
                    self.assertEqual(len(record), 24)

    def test_the_verdict_is_the_first_record_and_failures_have_one(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                first, *rest = self.records(sample)
                self.assertEqual((first["record"], first["state"]), ("verdict", report(sample)["verdict"]["value"]))
                self.assertTrue(first["reason"])
                failed = [s for s in report(sample)["sources"] if "failure" in s]
                self.assertEqual(sum(r["record"] == "failure" for r in rest), len(failed))
                self.assertEqual(sum(r["record"] == "update" for r in rest), len(report(sample)["patches"]))

    def test_no_cell_is_a_formula(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                for record in csv.reader(io.StringIO(text_of(sample, "csv"), newline="")):
                    for cell in record:
                        self.assertNotRegex(cell, r"^[=+\-@\t\r\n＝＋－＠]")


class Table(unittest.TestCase):
    def test_the_verdict_comes_first(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                word = report(sample)["verdict"]["value"].upper()
                self.assertTrue(text_of(sample, "table80").startswith(word + "  "))

    def test_nothing_reaches_the_terminal_that_it_would_obey(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                plain = re.sub(r"\x1b\[(0|1|1;3[123])m", "", text_of(sample, "table_color"))
                for text in [plain] + [text_of(sample, f"table{width}") for width in (20, 40, 80, 120, 200)]:
                    bad = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
                    self.assertEqual(bad, set())

    def test_unknown_is_never_green_and_only_compliant_is(self):
        for sample in SAMPLES:
            with self.subTest(sample=sample):
                is_compliant = report(sample)["verdict"]["value"] == "compliant"
                self.assertEqual("\x1b[1;32m" in text_of(sample, "table_color"), is_compliant)

    def test_lines_fit_and_names_are_whole(self):
        for sample in [s for s in SAMPLES if s != "hostile"]:
            with self.subTest(sample=sample):
                for width in (20, 40, 80, 120, 200):
                    text = text_of(sample, f"table{width}")
                    words = text.split()
                    for patch in report(sample)["patches"]:
                        self.assertTrue({patch["name"], patch["name"] + ":" + patch.get("arch", "")} & set(words))
                        self.assertIn(patch["version"], words)
                    for line in text.splitlines():
                        if width >= 80:
                            self.assertLessEqual(len(line), width, line)


def report_states():
    return {"held", "phased", "kept_back", "excluded", "blocked_by_pin", "needs_subscription", "hidden", "optional",
            "superseded"}


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: exports_test.py EXPORT_SAMPLES_PROGRAM")
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = pathlib.Path(folder)
        subprocess.run([sys.argv.pop(1), folder], check=True, timeout=60)
        unittest.main(verbosity=0)
