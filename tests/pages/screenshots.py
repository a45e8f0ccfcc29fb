#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws every page, light and dark, wide and narrow, for people to look at.

usage: screenshots.py PATH-OF-PATCHSTATE-HUB FOLDER [FLEET[:PART-OF-A-PATH]]...

FLEET is small, mixed (both, where none is named), hostile, empty, or an SQLite store, /NAME.db. The files are
FLEET-PAGE-THEME-WIDTH.png, and FLEET-PAGE.pdf of what a printer gets.
"""

import pathlib
import re
import sys
import unittest

import fleets
import hub_process
from page_scenarios import NARROW, THEMES, WIDE, Pages

FLEETS = {"small": fleets.small, "mixed": fleets.mixed, "hostile": fleets.hostile, "empty": fleets.empty}


class Photographer(Pages, unittest.TestCase):
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


def main():
    program, folder, *asked = sys.argv[1:]
    hub_process.PROGRAM = pathlib.Path(program).resolve()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for word in asked or ["small", "mixed"]:
        fleet, _, wanted = word.partition(":")
        Photographer.fleet = FLEETS.get(fleet) or pathlib.Path(fleet)
        try:
            Photographer.setUpClass()
            Photographer().take(folder, pathlib.Path(fleet).stem, wanted)
        finally:
            Photographer.doClassCleanups()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
