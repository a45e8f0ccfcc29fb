#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws every page, light and dark, wide and narrow, for people to look at.

usage: screenshots.py PATH-OF-PATCHSTATE-HUB FOLDER [FLEET[:PART-OF-A-PATH]]...
       screenshots.py PATH-OF-PATCHSTATE-HUB FILE.png

FLEET is small, mixed (both, where none is named), hostile, empty, or an SQLite store, /NAME.db. The files are
FLEET-PAGE-THEME-WIDTH.png, and FLEET-PAGE.pdf of what a printer gets.
FILE.png is what README.md shows: the first screen of the overview of the mixed fleet.
"""

import pathlib
import re
import sys
import unittest

import fleets
import hub_process
from page_scenarios import NARROW, THEMES, WIDE, Pages

README_SIZE = (1120, 720)
FLEETS = {"small": fleets.small, "mixed": fleets.mixed, "hostile": fleets.hostile, "empty": fleets.empty}


class Photographer(Pages, unittest.TestCase):
    def take_for_readme(self, file):
        self.setUp()
        self.sign_in()
        self.browser.theme("light")
        self.browser.width(*README_SIZE)
        self.open("/")
        file.write_bytes(self.browser.screenshot(whole=False))

    def take(self, folder, fleet, wanted):
        self.setUp()
        self.sign_in()
        for path in [*self.place.pages(), "/sign-in"]:
            if wanted not in path or (path == "/sign-in" and wanted):
                continue
            name = re.sub(r"\W+", "-", path).strip("-") or "overview"
            if path == "/sign-in":
                self.browser.forget_all()
            for theme in THEMES:
                for width in (WIDE, NARROW):
                    self.browser.theme(theme)
                    self.browser.width(width)
                    self.open(path)
                    (folder / f"{fleet}-{name}-{theme}-{width}.png").write_bytes(self.browser.screenshot())
            self.browser.theme("light")
            self.browser.width(WIDE)
            (folder / f"{fleet}-{name}.pdf").write_bytes(self.browser.printed())


def of_fleet(fleet, take):
    """`take` with a photographer before a hub with this fleet."""
    Photographer.fleet = fleet
    try:
        Photographer.setUpClass()
        take(Photographer())
    finally:
        Photographer.doClassCleanups()


def main():
    program, place, *asked = sys.argv[1:]
    hub_process.PROGRAM = pathlib.Path(program).resolve()
    place = pathlib.Path(place)
    if place.suffix == ".png":
        of_fleet(fleets.mixed, lambda photographer: photographer.take_for_readme(place))
        return
    place.mkdir(parents=True, exist_ok=True)
    for word in asked or ["small", "mixed"]:
        fleet, _, wanted = word.partition(":")
        name = pathlib.Path(fleet)
        of_fleet(FLEETS.get(fleet) or name, lambda photographer: photographer.take(place, name.stem, wanted))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
