#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every figure that the pages show is the API's.

usage: figures_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import re
import unittest

import fleets
import reports
from page_scenarios import Pages, main


def age(text):
    """A time of the API as the pages tell it: "19 days"."""
    if text is None:
        return ""
    days = (reports.now() - datetime.datetime.fromisoformat(text)).days
    return f"{days} day{'' if days == 1 else 's'}"


class Overview(Pages):
    def setUp(self):
        super().setUp()
        self.sign_in()
        self.open("/")
        self.summary = self.api("/v1/summary")

    def figures(self):
        """What the tiles say: each figure by where it leads and what is said with it."""
        found = {}
        for tile in self.browser.texts(".tiles a"):
            number, words = re.fullmatch(r"([\d,]+)\s+(.*)", " ".join(tile.split())).groups()
            found[words] = int(number.replace(",", ""))
        return found

    def figure(self, pattern):
        found = [number for words, number in self.figures().items() if re.search(pattern, words)]
        self.assertEqual(len(found), 1, f"{pattern}: {self.figures()}")
        return found[0]

    def test_the_sentence_is_the_apis(self):
        heading = self.browser.find("h1").text_content
        rest = self.browser.find(".lead").text_content if self.browser.all(".lead") else ""
        said = " ".join(f"{heading}: {rest}".split()).rstrip(".: ")
        self.assertEqual(said, self.summary["sentence"].rstrip("."))

    def test_every_tile_is_a_figure_of_the_summary(self):
        for pattern, name in ((r"^noncompliant\b", "noncompliant"), (r"^unknown\b", "unknown"),
                              (r"^compliant\b", "compliant"), (r"^machines?$", "hosts"),
                              (r"^reboots? pending$", "rebootsPending"),
                              (r"^other updates?$", "otherPatchCount"), (r"^past the end of support$", "pastEndOfSupport")):
            self.assertEqual(self.figure(pattern), self.summary[name], name)
        details = " ".join(self.browser.texts(".tiles .detail"))
        self.assertEqual(re.findall(r"(\d+) security updates? missing", details),
                         [str(self.summary["criticalAndSecurityPatchCount"])] if self.summary["noncompliant"] else [])
        for words, name in (("not reporting", "notReporting"), ("never reported", "neverReported")):
            expected = [str(self.summary[name])] if self.summary[name] else []
            self.assertEqual(re.findall(rf"(\d+) {words}", details), expected)

    def test_every_tile_leads_to_the_list_of_what_it_counts(self):
        for tile in self.browser.all(".tiles:not(.small) a"):
            number = int(tile.find(".figure").text_content)
            path = tile.attribute("href").replace("/machines", "/v1/hosts")
            self.assertEqual(len(self.api(path + "&limit=1000")["hosts"]), number, path)

    def test_the_worst_machines_are_those_the_api_lists_first(self):
        worst = self.api("/v1/hosts?verdict=noncompliant&sort=-security&limit=10")["hosts"]
        self.assertEqual([(row["Machine"], row["Security"], row["Oldest"]) for row in self.rows("Machines that miss most")],
                         [(one["hostname"], str(one["criticalAndSecurityPatchCount"]), age(one.get("oldestPendingSince")))
                          for one in worst])

    def test_the_updates_missing_on_most_machines_are_those_the_api_lists_first(self):
        updates = self.api("/v1/updates?security=true&limit=10")["updates"]
        self.assertEqual([(row["Update"], row["Severity"], row["Machines"])
                          for row in self.rows("Updates missing on most machines")],
                         [(f"{one['name']} {one['version']}", one["severity"], str(one["missingOn"])) for one in updates])

    def test_the_operating_systems_are_the_summarys(self):
        self.assertEqual([(row["System"], row["Machines"], row["Security updates missing"])
                          for row in self.rows("Operating systems")],
                         [(one["name"], str(one["hosts"]), str(one["criticalAndSecurityPatchCount"]))
                          for one in self.summary["operatingSystems"]])


class OverviewOfTheMixedFleet(Overview, unittest.TestCase):
    def test_the_sentence_is_the_one_an_auditor_wants(self):
        self.assertIn("not completed", self.browser.find("h1").text_content)
        self.assertIn("7 of 73 machines miss 31 security updates; the oldest has been pending 19 days; 3 machines are not "
                      "reporting", self.main_text())

    def test_the_days_of_the_chart_are_told_as_a_table_too(self):
        rows = self.rows("Exposure over time")
        self.assertEqual([row["Day"] for row in rows], sorted((row["Day"] for row in rows), reverse=True))
        self.assertGreaterEqual(len(rows), 89)
        stored = self.place.store.rows("SELECT security_updates, noncompliant FROM fleet_days ORDER BY day DESC LIMIT 89")
        self.assertEqual([(row["Security updates missing"], row["Noncompliant"]) for row in rows][:89], stored)
        label = self.browser.find(".chart svg").attribute("aria-label")
        for value in (stored[0][0], stored[-1][0], max((row[0] for row in stored), key=int)):
            self.assertIn(value, label)


class OverviewOfTheSmallFleet(Overview, unittest.TestCase):
    fleet = fleets.small


class OverviewOfAHubWithoutMachines(Overview, unittest.TestCase):
    fleet = fleets.empty


if __name__ == "__main__":
    main()
