#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fleets that the pages are looked at with are what they are said to be.

usage: fleets_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import unittest

import fleets
from page_scenarios import Place, main


class Fleets(unittest.TestCase):
    def hub_with(self, fleet):
        place = Place(fleet)
        self.addCleanup(place.doCleanups)
        return place

    def test_the_mixed_fleet_is_the_one_of_the_sentence(self):
        place = self.hub_with(fleets.mixed)
        table = place.run_it("fleet")
        self.assertIn("7 of 73 machines miss 31 security updates; the oldest has been pending 19 days; 3 machines are not "
                      "reporting", table.stdout)

    def test_the_small_fleet_has_one_machine_of_each_verdict(self):
        place = self.hub_with(fleets.small)
        summary = place.read(place.hub, "/v1/summary")
        self.assertEqual((summary["compliant"], summary["noncompliant"], summary["unknown"]), (1, 1, 1))

    def test_every_hostile_text_reaches_the_store(self):
        place = self.hub_with(fleets.hostile)
        names = {one["id"]: one["hostname"] for one in place.read(place.hub, "/v1/hosts")["hosts"]}
        self.assertEqual(set(names), set(place.made))
        for host, text in place.made.items():
            self.assertTrue(names[host], f"{text!r} became nothing")


if __name__ == "__main__":
    main()
