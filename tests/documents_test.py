#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents name what is there: the codes of docs/verdicts.md are those of the source, links lead to files, the pages
made from schemas are current."""

import pathlib
import re
import sys

import reference_pages

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A code stands first in a braced Warning, Reason or RebootReason, or first in a call that makes one.
CODE = re.compile(r'(?:\{|\b(?:incomplete|doubt|failed)\()\s*"([a-z]+(?:_[a-z]+)+|kernel|removed)",\s')
SOURCES = ["assessment/verdict.cpp", "collectors/**/*_rules.cpp", "collectors/apt/apt_refresh.cpp",
           "collectors/windows_update/update_source.cpp",
           "collectors/host/*host_facts.cpp", "agent/assess.cpp", "agent/commands/assess.cpp", "hub/fleet.cpp", "hub/api_questions.cpp"]


def codes_of_the_source():
    files = sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)})
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def codes_of_the_page():
    text = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    reboot = re.findall(r"`(\w+)`", text.partition("## Evidence for a reboot")[2].partition("`rebootPending`")[0])
    return {code for row in rows for code in re.findall(r"`([a-z_]+[a-z])`", row)} | set(reboot)


def dead_links():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: no such file: {target}"


def stale_pages():
    for name, write in reference_pages.PAGES.items():
        page = ROOT / name
        if not page.exists() or page.read_text(encoding="utf-8") != write():
            yield f"{name} is not what its schema says now: run python3 tests/reference_pages.py"


def main():
    source, page = codes_of_the_source(), codes_of_the_page()
    problems = [f"docs/verdicts.md lacks the code {code}" for code in sorted(source - page)]
    problems += [f"docs/verdicts.md names the code {code}, which no source gives" for code in sorted(page - source)]
    problems += [*dead_links(), *stale_pages()]
    for problem in problems:
        print(problem)
    print(f"{len(source)} codes")
    return 1 if problems or len(source) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
