# SPDX-License-Identifier: Apache-2.0
"""What judges a page: axe-core in the browser (accessibility), the Nu Html Checker outside of it (HTML, CSS).

Both come from npm, by package-lock.json beside this file; `./dev test` puts them into build/tools/pages/.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import webdriver

TOP = pathlib.Path(__file__).resolve().parents[2]
MODULES = TOP / "build/tools/pages/node_modules"
AXE = MODULES / "axe-core/axe.min.js"
VNU = MODULES / "vnu-jar/build/dist/vnu.jar"
PDFTOTEXT = shutil.which("pdftotext", path="/usr/bin:/bin")
JAVA = shutil.which("java", path="/usr/bin:/bin")
CHECKS_WITHIN = 120


def why_not():
    """Empty where everything is here that the pages are tested with."""
    missing = [what for what, found in (
        ("chromium", webdriver.CHROMIUM), ("chromedriver (Debian's chromium-driver)", webdriver.CHROMEDRIVER),
        ("java (openjdk-17-jre-headless)", JAVA), ("pdftotext (poppler-utils)", PDFTOTEXT), ("axe-core", AXE.exists()),
        ("vnu-jar", VNU.exists())) if not found]
    return f"not here: {', '.join(missing)}; ./dev test installs them" if missing else ""


def go_on_only_with_tools():
    """Ends the program where a tool is missing: as skipped, or with CI set, where nobody would see that, as failed."""
    if reason := why_not():
        print(f"{pathlib.Path(sys.argv[0]).name}: skipped: {reason}", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") else 77)


# Everything that axe-core has for WCAG 2.0 and 2.1 at A and AA, and what it calls best practice.
AXE_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"]})
  .then(answer => done({ran: answer.passes.length, found: answer.violations.map(one =>
      one.id + ": " + one.help + "\\n" + one.nodes.slice(0, 5).map(node =>
          "    " + node.target.join(" ") + "\\n      " + node.html.slice(0, 300) + "\\n      " +
          [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")).join("\\n"))}))
  .catch(error => done({ran: 0, found: [String(error)]}));
"""


def accessibility(browser):
    """Findings on the page that is open, for people; none is the aim."""
    browser.run(AXE.read_text(encoding="utf-8"))
    answer = browser.run_async(AXE_RUN)
    if answer["ran"] == 0 and not answer["found"]:
        return ["axe-core checked nothing"]
    return answer["found"]


def markup(files):
    """What the Nu Html Checker says about the files, errors and warnings alike; one start of Java for all."""
    done = subprocess.run([JAVA, "-Xmx512m", "-jar", VNU, "--format", "json", "--stdout", "--exit-zero-always",
                           "--also-check-css", *files], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=CHECKS_WITHIN)
    return [f"{pathlib.Path(one['url'].partition(':')[2]).name}:{one.get('lastLine', '?')}: {one['type']} "
            f"{one.get('subType', '')}: {one['message']} {one.get('extract', '')!r}"
            for one in json.loads(done.stdout)["messages"]]


def words_of_pdf(pdf):
    done = subprocess.run([PDFTOTEXT, "-layout", "-", "-"], input=pdf, check=True, stdout=subprocess.PIPE,
                          timeout=CHECKS_WITHIN)
    return done.stdout.decode()
