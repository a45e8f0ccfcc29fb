#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages by keyboard alone: everything is reached, in the order it stands, and one sees where one is.

usage: keyboard_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import unittest

from page_scenarios import ADMINISTRATOR, NARROW, PASSWORD, THEMES, WIDE, Pages, main

# What can be acted on and is shown: what the Tab key has to reach.
REACHABLE = """
const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
return Array.from(document.querySelectorAll(kinds))
    .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0).length;
"""
# Of the element that has the focus: its place among all elements, what it says, and whether one sees that it has it.
FOCUSED = """
const one = document.activeElement;
if (!one || one === document.body) return null;
const style = getComputedStyle(one);
const box = one.getBoundingClientRect();
return {place: Array.from(document.querySelectorAll("*")).indexOf(one), name: one.localName,
        text: (one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent).trim(),
        link: one.getAttribute("href"),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.left >= -1 &&
               box.left < innerWidth};
"""
MOST_STEPS = 300


class Keyboard(Pages, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def walk(self, path):
        """What has the focus, from the top of the page to its end, by the Tab key."""
        self.open(path)
        steps = []
        for _ in range(MOST_STEPS):
            self.browser.press("Tab")
            found = self.browser.run(FOCUSED)
            if found is None or (steps and found["place"] <= steps[-1]["place"]):
                return steps
            steps.append(found)
        self.fail(f"more than {MOST_STEPS} steps through {path}")

    def test_the_tab_key_reaches_all_that_can_be_acted_on_in_the_order_it_stands(self):
        for path in ("/", "/machines?verdict=noncompliant", "/machines/host-00", "/updates", "/plan", "/risks", "/groups",
                     "/enrol", "/people", "/account"):
            with self.subTest(path):
                steps = self.walk(path)
                self.assertEqual(len(steps), self.browser.run(REACHABLE), [one["text"] for one in steps])

    def test_one_sees_what_has_the_focus_in_both_themes_and_on_a_narrow_screen(self):
        for theme in THEMES:
            for width in (WIDE, NARROW):
                self.browser.theme(theme)
                self.browser.width(width)
                for path in ("/", "/machines?verdict=noncompliant", "/machines/host-00"):
                    with self.subTest(path, theme=theme, width=width):
                        self.assertEqual([one for one in self.walk(path) if not (one["outlined"] and one["shown"])], [])

    def test_the_first_step_skips_what_is_the_same_on_every_page(self):
        self.open("/machines")
        self.browser.press("Tab")
        self.assertEqual(self.browser.run(FOCUSED)["text"], "Skip to content")
        self.browser.press("Enter")
        self.assertEqual(self.browser.focused.attribute("id"), "main")
        self.browser.press("Tab")
        self.assertTrue(self.browser.run("return document.querySelector('main').contains(document.activeElement)"))

    def tab_to(self, text):
        for _ in range(MOST_STEPS):
            self.browser.press("Tab")
            found = self.browser.run(FOCUSED)
            if found and found["text"].strip(" ▲▼\n") == text:
                return
        self.fail(f"no {text}")

    def test_from_signing_in_to_a_machine_and_out_again_without_a_mouse(self):
        self.browser.forget_all()
        self.open("/sign-in")
        self.tab_to("Name")
        self.browser.press(*ADMINISTRATOR, "Tab", *PASSWORD)
        self.browser.leave(lambda: self.browser.press("Enter"))
        self.tab_to("Machines")
        self.browser.leave(lambda: self.browser.press("Enter"))
        self.tab_to("Security")
        self.browser.leave(lambda: self.browser.press("Enter"))
        self.assertIn("sort", self.query_of_address())
        self.open("/machines?sort=hostname")
        self.tab_to("host-00.example.org")
        self.browser.leave(lambda: self.browser.press("Enter"))
        self.assertIn("host-00.example.org", self.browser.find("h1").text_content)
        self.tab_to("Sign out")
        self.browser.leave(lambda: self.browser.press("Enter"))
        self.assertTrue(self.browser.address.endswith("/sign-in"))


if __name__ == "__main__":
    main()
