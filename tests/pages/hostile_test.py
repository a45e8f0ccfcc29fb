#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What machines and people may write is text on every page, never a part of it.

usage: hostile_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import re
import unittest
import urllib.parse

import checkers
import fleets
from page_scenarios import NARROW, Pages, main

# Of a page: what none of ours has, and what would run.
STRANGE = """
const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT).nextNode() ? ["a comment"] : [];
return comments.concat(Array.from(document.querySelectorAll("*")).flatMap(one => {
  const found = [];
  if (one.matches("img, iframe, object, embed, base, style, textarea:not([name]), body script")) found.push(one.localName);
  for (const attribute of one.attributes) {
    if (/^on/i.test(attribute.name)) found.push(one.localName + " " + attribute.name);
    if (["href", "src", "action", "formaction"].includes(attribute.name) && !/^(\\/(?!\\/)|#)/.test(attribute.value) &&
        !/^https?:\\/\\/[\\w.-]+\\//.test(attribute.value)) found.push(attribute.name + "=" + attribute.value);
  }
  return found;
}));
"""
# Texts that turn the line around, where something else is on the line and no element keeps that to itself.
LOOSE_TURNS = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) {
  const text = walker.currentNode.data;
  if (!/[\\u202a-\\u202e\\u2066-\\u2069]/.test(text)) continue;
  let one = walker.currentNode.parentElement;
  const style = () => getComputedStyle(one);
  while (style().display === "inline" && style().unicodeBidi === "normal") one = one.parentElement;
  if (style().display !== "inline" && one.textContent.trim() !== text.trim()) found.push(one.outerHTML.slice(0, 200));
}
return found;
"""


class Hostile(Pages, unittest.TestCase):
    fleet = fleets.hostile

    def setUp(self):
        super().setUp()
        self.sign_in()

    @property
    def hosts(self):
        return self.place.made

    def all_pages(self):
        """Of this fleet: lists, each machine, each update, each CVE."""
        found = ["/", "/machines", "/updates", "/plan", "/risks", "/groups", "/audit", "/people"]
        found += [f"/machines/{host}" for host in self.hosts]
        for update in self.api("/v1/updates?limit=1000")["updates"]:
            found.append(f"/updates/{update['updateId']}")
            found += [f"/cves/{urllib.parse.quote(cve, safe='')}" for cve in update["cves"] if len(cve) < 500]
        for text in fleets.HOSTILE.values():
            quoted = urllib.parse.quote(text, safe="")
            found += [f"/machines?q={quoted}", f"/machines?tag={quoted}", f"/updates?package={quoted}", f"/{quoted}",
                      f"/machines?sort={quoted}", f"/sign-in?next={quoted}"]
        return found

    def test_nothing_runs_nothing_is_loaded_and_no_element_comes_from_a_text(self):
        self.browser.requested()
        for path in self.all_pages():
            with self.subTest(path[:120]):
                self.open(path)
                self.assertFalse(self.browser.has_dialog(), "a script ran")
                self.assertEqual(self.browser.run(STRANGE), [])
                self.assertEqual(len(self.browser.all("main")), 1)
                said = [one for one in self.browser.said() if "server responded with a status of 4" not in one]
                self.assertEqual(said, [])
                self.assertEqual([one for one in self.browser.requested() if not one.startswith(self.place.address("/"))], [])

    def test_a_machines_name_is_shown_as_it_is(self):
        self.open("/machines")
        shown = self.browser.run("return Array.from(document.querySelectorAll('main tbody a'), one => one.textContent)")
        stored = [one["hostname"] for one in self.api("/v1/hosts?limit=1000")["hosts"]]
        self.assertEqual(shown, stored)
        for text in (fleets.HOSTILE["script"], fleets.HOSTILE["template"], fleets.HOSTILE["entity"]):
            self.assertIn(text, shown)
        for host in self.hosts:
            self.open(f"/machines/{host}")
            self.assertIn(" ".join(self.api(f"/v1/hosts/{host}")["hostname"].split()), self.main_text())

    def test_an_updates_name_is_shown_as_it_is_and_as_long_as_the_store_keeps_it(self):
        updates = self.api("/v1/updates?limit=1000")["updates"]
        self.assertGreaterEqual(max(len(one["name"]) for one in updates), 1000, "of 4,000 characters")
        for update in updates:
            self.open(f"/updates/{update['updateId']}")
            self.assertIn(" ".join(update["name"].split()), self.main_text())

    def test_what_turns_a_line_around_turns_only_itself(self):
        for path in ("/", "/machines", "/updates", "/groups", "/plan", "/audit",
                     *(f"/machines/{host}" for host, text in self.hosts.items() if text == fleets.RIGHT_TO_LEFT)):
            with self.subTest(path):
                self.open(path)
                self.assertEqual(self.browser.run(LOOSE_TURNS), [])

    def test_the_longest_names_don_t_widen_a_page_on_a_narrow_screen(self):
        self.browser.width(NARROW)
        long = next(host for host, text in self.hosts.items() if text == fleets.LONG)
        key = max(self.api("/v1/updates?limit=1000")["updates"], key=lambda one: len(one["name"]))["updateId"]
        for path in ("/", "/machines", "/updates", "/plan", "/groups", f"/machines/{long}", f"/updates/{key}"):
            with self.subTest(path):
                self.open(path)
                self.assertLessEqual(*self.browser.run("""
                    return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"""))
                self.assertEqual("\n".join(checkers.accessibility(self.browser)), "")

    def test_no_cell_of_a_csv_file_is_a_formula(self):
        for path in ("/machines?format=csv", "/updates?format=csv", "/groups?format=csv", "/audit?format=csv"):
            with self.subTest(path):
                rows = self.csv(path)
                self.assertTrue(rows)
                cells = [cell for row in rows for cell in row.values() if cell]
                self.assertEqual([cell for cell in cells if re.match(r"[=+@\t\r]|-(?!\d)", cell)], [])
        self.assertTrue(any("cmd|" in row["hostname"] for row in self.csv("/machines?format=csv")))

    def test_what_a_person_searches_for_comes_back_as_text(self):
        for text in ("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{form_token}}", fleets.RIGHT_TO_LEFT):
            with self.subTest(text):
                self.open("/machines?q=" + urllib.parse.quote(text, safe=""))
                expected = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)  # as the hub takes them out of hostnames
                self.assertEqual(self.browser.find("form.filters [name=q]").property("value"), expected)
                self.assertIn(expected, self.browser.find("main").text_content)


if __name__ == "__main__":
    main()
