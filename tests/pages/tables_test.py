#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Filtering, sorting, paging, exporting and printing what the tables show; with and without the page's script.

usage: tables_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import csv
import io
import unittest
import urllib.parse

import checkers
import fleets
import reports
from page_scenarios import ADMINISTRATOR, Pages, main

ROWS_OF_A_PAGE = 100


class Machines(Pages):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def names(self):
        """Of the machines that the page lists, without the tags that stand below them."""
        return self.browser.texts("main tbody th a")

    def api_hosts(self, query):
        return self.api(f"/v1/hosts?limit=1000&{query}")["hosts"]

    def export(self):
        """What the page's own link to a CSV file gives."""
        link = next(one for one in self.browser.all("main a") if "CSV" in one.text_content)
        return self.csv(link.attribute("href"))

    def choose(self, **fields):
        """Fills in the form of filters and sends it by its button."""
        with_script = self.browser.run("return document.querySelector('form.filters[data-apply]') !== null") and self.script
        for name, value in fields.items():
            field = self.browser.find(f"form.filters [name={name}]")
            if field.property("tagName") != "SELECT":
                field.fill(value)
                continue
            option = self.browser.find(f"form.filters [name={name}] option[value='{value}']")
            if with_script:
                self.browser.follow(option)
            else:
                option.click()
        if not with_script or any(not self.is_select(name) for name in fields):
            self.browser.follow(self.browser.find("form.filters button"))

    def is_select(self, name):
        return self.browser.find(f"form.filters [name={name}]").property("tagName") == "SELECT"


class ATable(Machines):
    """Once as the page is with its script, once without any."""

    script = True

    def setUp(self):
        super().setUp()
        self.browser.scripts(self.script)

    def test_a_filter_shows_the_rows_that_the_api_finds_and_so_does_its_address(self):
        for fields in ({"verdict": "noncompliant"}, {"verdict": "unknown"}, {"tag": "production"}, {"package": "sudo"},
                       {"cve": "CVE-2026-2003"}, {"pendingFor": "14d"}, {"reboot": "pending"}, {"q": "host-1"},
                       {"q": "host-0", "verdict": "compliant"}):
            with self.subTest(fields):
                self.open("/machines")
                self.choose(**fields)
                expected = [one["hostname"] for one in self.api_hosts(urllib.parse.urlencode(fields))]
                self.assertTrue(expected)
                self.assertEqual(self.names(), expected)
                self.assertEqual({name: value for name, value in self.query_of_address().items() if value}, fields)
                self.open("/machines?" + urllib.parse.urlencode(fields))
                self.assertEqual(self.names(), expected)
                for name, value in fields.items():
                    self.assertEqual(self.browser.find(f"form.filters [name={name}]").property("value"), value)

    def test_a_filter_can_be_taken_away_again(self):
        self.open("/machines?verdict=noncompliant&q=host-00")
        self.assertEqual(len(self.rows()), 1)
        self.browser.follow(self.browser.find(".chips a[href*='verdict=noncompliant']"))
        self.assertEqual(self.query_of_address(), {"verdict": "noncompliant"})
        self.assertEqual(len(self.rows()), 7)

    def test_what_only_a_link_can_filter_by_stays_when_the_form_is_sent(self):
        self.open("/machines?severity=critical&sort=-security")
        self.choose(q="host-00")
        query = {name: value for name, value in self.query_of_address().items() if value}
        self.assertEqual(query, {"severity": "critical", "sort": "-security", "q": "host-00"})
        self.assertEqual(self.names(), ["host-00.example.org"])

    def test_a_heading_sorts_and_says_so_and_the_other_way_round_when_asked_again(self):
        for heading, sort in (("Machine", "hostname"), ("Security", "security"), ("Oldest", "oldest"),
                              ("Last word", "received")):
            with self.subTest(heading):
                self.open("/machines?verdict=noncompliant")
                seen = set()
                for _ in range(2):
                    self.browser.follow(next(one for one in self.browser.all("main thead a")
                                             if one.text_content.strip(" ▲▼\n") == heading))
                    query = self.query_of_address()
                    self.assertEqual(query["sort"].lstrip("-"), sort)
                    self.assertEqual(query["verdict"], "noncompliant", "the filter stays")
                    seen.add(query["sort"])
                    expected = [one["hostname"] for one in self.api_hosts(urllib.parse.urlencode(query))]
                    self.assertEqual(self.names(), expected)
                    marked = self.browser.all("main thead th[aria-sort]")
                    self.assertEqual([one.text_content.strip(" ▲▼\n") for one in marked], [heading])
                    self.assertIn(marked[0].attribute("aria-sort"), ("ascending", "descending"))
                self.assertEqual(len(seen), 2, "both ways")

    def test_the_rows_say_what_the_api_says(self):
        self.open("/machines?sort=hostname")
        hosts = self.api_hosts("sort=hostname")
        rows = self.rows()
        self.assertEqual(len(rows), 73)
        tags = {"host-00": "production, web", "host-01": "production", "host-10": "staging"}
        for row, host in zip(rows, hosts):
            verdict = host["verdict"]
            self.assertEqual(row["Machine"], host["hostname"] + tags.get(host["id"], ""))
            self.assertTrue(row["Verdict"].startswith(verdict["value"]), row)
            if verdict["value"] != "compliant":
                self.assertIn(verdict["reasons"][0]["message"], row["Verdict"])
            self.assertEqual((row["Security"], row["Other"], row["System"]),
                             (self.missing(host, "criticalAndSecurityPatchCount"), self.missing(host, "otherPatchCount"),
                              host["os"]["name"]))

    @staticmethod
    def missing(host, count):
        """Who can't prove its state misses at least what it said: a 0 there would be a lie."""
        if host["verdict"]["value"] != "unknown":
            return str(host[count])
        return f"≥ {host[count]}" if host[count] else "?"

    def test_the_csv_file_has_the_rows_of_the_filter_and_of_the_apis_export(self):
        for query in ("", "verdict=noncompliant&sort=-security", "q=host-1"):
            with self.subTest(query):
                self.open(f"/machines?{query}")
                exported = self.export()
                self.assertEqual([row["hostname"] for row in exported], self.names())
                words = urllib.parse.parse_qs(query)
                words.pop("sort", None)
                answer = self.place.hub.get(f"/v1/export?format=csv&{urllib.parse.urlencode(words, doseq=True)}",
                                            self.place.reader)
                expected = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
                self.assertEqual(sorted(exported, key=lambda row: row["id"]), sorted(expected, key=lambda row: row["id"]))

    def test_paper_has_the_date_the_filter_and_who_printed_it(self):
        self.open("/machines?verdict=noncompliant&q=host-0")
        words = " ".join(checkers.words_of_pdf(self.browser.printed()).split())
        self.assertRegex(words, reports.now().strftime(r"%Y-%m-%d \d\d:\d\d UTC"))
        self.assertRegex(words, r"[Ff]ilter: .*host-0")
        self.assertRegex(words, r"[Ff]ilter: .*noncompliant")
        self.assertIn(ADMINISTRATOR, words)
        for name in self.names():
            self.assertIn(name, words)
        for on_screen in ("Sign out", "Misses package"):
            self.assertNotIn(on_screen, words)


class ATableWithScript(ATable, unittest.TestCase):
    def test_the_rows_on_the_page_are_narrowed_while_typing(self):
        self.open("/machines")
        field = self.browser.find("input[data-narrows]")
        field.type("HOST-03")
        shown = self.browser.run("return Array.from(document.querySelectorAll('main tbody tr')).filter(row => "
                                 "row.offsetParent !== null).map(row => row.querySelector('a').textContent)")
        self.assertEqual(shown, ["host-03.example.org"])
        self.assertRegex(self.browser.find("[role=status]").text_content, r"^1\b")


class ATableWithoutScript(ATable, unittest.TestCase):
    script = False


def many(place, hub):
    """250 machines: more than two pages of them."""
    keys = place.enrol(hub, *(f"many-{number:03}" for number in range(250)))
    for number, key in enumerate(keys):
        patches = [fleets.waiting(number % 9, f"package-{one}") for one in range(number % 4)]
        place.accepted(hub, fleets.full(f"many-{number:03}", patches), key)


class Paging(Machines, unittest.TestCase):
    fleet = many

    def setUp(self):
        super().setUp()
        self.browser.scripts(False)

    def walk(self, path):
        """Names on all pages, by their links."""
        self.open(path)
        found = self.names()
        while following := self.browser.all("a[rel=next]"):
            self.assertEqual(len(self.names()), ROWS_OF_A_PAGE)
            self.browser.follow(following[0])
            found += self.names()
            self.assertLessEqual(len(found), 250)
        return found

    def test_all_pages_together_are_the_apis_list_whatever_the_order_and_the_filter(self):
        for query in ("", "sort=-security", "sort=oldest", "verdict=noncompliant&sort=-hostname"):
            with self.subTest(query):
                self.assertEqual(self.walk(f"/machines?{query}"), [one["hostname"] for one in self.api_hosts(query)])

    def test_from_a_later_page_there_is_a_way_to_the_first(self):
        self.open("/machines")
        first = self.names()
        self.browser.follow(self.browser.find("a[rel=next]"))
        self.assertNotEqual(self.names(), first)
        self.browser.follow(next(one for one in self.browser.all("main a") if one.text_content.strip() == "First page"))
        self.assertEqual(self.names(), first)

    def test_the_csv_file_has_every_page(self):
        self.open("/machines")
        self.browser.follow(self.browser.find("a[rel=next]"))
        self.assertEqual([row["hostname"] for row in self.export()], [one["hostname"] for one in self.api_hosts("")])


if __name__ == "__main__":
    main()
