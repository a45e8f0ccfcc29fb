# SPDX-License-Identifier: Apache-2.0
"""A browser that is driven: Debian's chromium, through its chromedriver, in the words of W3C WebDriver.

Every wait has a deadline and ends with what was waited for; a command that chromedriver does not answer in time fails.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium", path="/usr/bin:/bin")
CHROMEDRIVER = shutil.which("chromedriver", path="/usr/bin:/usr/lib/chromium")
STARTS_WITHIN = 60
ANSWERS_WITHIN = 60
HAPPENS_WITHIN = 20
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives to a reference (section 12.1)


class BrowserError(Exception):
    """`kind` is the standard's error code, like "no such element"."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Element:
    def __init__(self, browser, reference):
        self.browser, self.reference = browser, reference

    def _ask(self, method, path, body=None):
        return self.browser.command(method, f"/element/{self.reference}{path}", body)

    @property
    def text(self):
        """As it is drawn; `text_content` is what the document says."""
        return self._ask("GET", "/text")

    @property
    def text_content(self):
        return self._ask("GET", "/property/textContent")

    def attribute(self, name):
        """None: it has none of this name."""
        return self._ask("GET", f"/attribute/{name}")

    def property(self, name):
        return self._ask("GET", f"/property/{name}")

    def css(self, name):
        return self._ask("GET", f"/css/{name}")

    def click(self):
        self._ask("POST", "/click", {})

    def type(self, text):
        self._ask("POST", "/value", {"text": text})

    def clear(self):
        self._ask("POST", "/clear", {})

    def fill(self, text):
        self.clear()
        self.type(text)

    def find(self, selector):
        return self.browser.reference(self._ask("POST", "/element", {"using": "css selector", "value": selector}))

    def all(self, selector):
        found = self._ask("POST", "/elements", {"using": "css selector", "value": selector})
        return [self.browser.reference(one) for one in found]


class Browser:
    """One chromium with a profile of its own, headless; closed with `close`."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-browser-"))
        self.process = None
        self.session = None
        self.log = self.folder / "chromedriver.log"
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8", "TMPDIR": str(self.folder)}
        with open(self.log, "wb") as log:
            # In a group of its own, so that no chromium outlives it whatever becomes of chromedriver; and chromedriver ends,
            # with its chromium, when the test program is killed.
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", CHROMEDRIVER, "--port=0"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                                            start_new_session=True)
        deadline = time.monotonic() + STARTS_WITHIN
        while not (found := re.search(r"started successfully on port (\d+)", self.log.read_text(errors="replace"))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"chromedriver did not start: {self.log.read_text(errors='replace')}")
            time.sleep(0.01)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=ANSWERS_WITHIN)
        # By a pipe and not by a port: so chromium ends when chromedriver does.
        arguments = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.folder / 'profile'}",
                     "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-extensions",
                     "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
                     "--force-prefers-reduced-motion", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        asked = {"browserName": "chrome", "unhandledPromptBehavior": "ignore",
                 "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                 "goog:chromeOptions": {"binary": CHROMIUM, "args": arguments,
                                        "perfLoggingPrefs": {"enableNetwork": True, "enablePage": False}}}
        self.session = self._request("POST", "/session", {"capabilities": {"alwaysMatch": asked}})["sessionId"]
        self.command("POST", "/timeouts", {"implicit": 0, "pageLoad": ANSWERS_WITHIN * 1000, "script": 30000})

    def close(self):
        try:
            if self.session is not None:
                self._request("DELETE", f"/session/{self.session}")
        except (OSError, http.client.HTTPException, BrowserError):
            pass  # it is ended below
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait(STARTS_WITHIN)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _request(self, method, path, body=None):
        text = None if method in ("GET", "DELETE") else json.dumps(body or {})
        self.connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        value = json.loads(answer.read())["value"]
        if answer.status != 200:
            raise BrowserError(value["error"], value["message"])
        return value

    def command(self, method, path, body=None):
        return self._request(method, f"/session/{self.session}{path}", body)

    def cdp(self, name, /, **parameters):
        """A command of Chrome's own protocol: what the standard has no word for."""
        return self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def reference(self, value):
        return Element(self, value[ELEMENT])

    # What is looked at

    def open(self, address):
        self.command("POST", "/url", {"url": address})

    @property
    def address(self):
        return self.command("GET", "/url")

    @property
    def title(self):
        return self.command("GET", "/title")

    @property
    def source(self):
        return self.command("GET", "/source")

    def find(self, selector):
        return self.reference(self.command("POST", "/element", {"using": "css selector", "value": selector}))

    def all(self, selector):
        found = self.command("POST", "/elements", {"using": "css selector", "value": selector})
        return [self.reference(one) for one in found]

    def link(self, text):
        return self.reference(self.command("POST", "/element", {"using": "link text", "value": text}))

    def texts(self, selector):
        """textContent of all that match, in one question."""
        return self.run("return Array.from(document.querySelectorAll(arguments[0]), one => one.textContent.trim())", selector)

    def run(self, script, *arguments):
        return self.command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """The script's last argument is the function that takes its answer."""
        return self.command("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def until(self, condition, what):
        """The first true answer of `condition`."""
        deadline = time.monotonic() + HAPPENS_WITHIN
        while True:
            if found := condition():
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen in {HAPPENS_WITHIN} s: {what}; at {self.address}")
            time.sleep(0.01)

    def follow(self, element):
        """Clicks what leads to another page, and waits for that."""
        self.leave(element.click)

    def leave(self, action):
        """`action` leads to another page (or the same, anew), which is complete afterwards."""
        before = self.run("return performance.timeOrigin")
        action()
        complete = "return document.readyState === 'complete' ? performance.timeOrigin : 0"
        self.until(lambda: self.run(complete) not in (0, before), "another page")

    # How it is looked at

    def width(self, pixels, height=900):
        """Of the viewport, as a telephone has it (below the least width of a window)."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=pixels, height=height, deviceScaleFactor=1, mobile=False)

    def theme(self, name):
        """light or dark"""
        self.cdp("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": name}])

    def scripts(self, allowed):
        """Of pages; what a test runs is never stopped."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=not allowed)

    def press(self, *keys):
        """One after another, as on a keyboard; names of the standard's table (section 17.4.2), or one character."""
        steps = []
        for key in keys:
            shift = key.startswith("Shift+")
            value = KEYS.get(key.removeprefix("Shift+"), key.removeprefix("Shift+"))
            pressed = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
            steps += [{"type": "keyDown", "value": KEYS["Shift"]}, *pressed,
                      {"type": "keyUp", "value": KEYS["Shift"]}] if shift else pressed
        self.command("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    @property
    def focused(self):
        return self.reference(self.command("GET", "/element/active"))

    def forget_all(self):
        """No cookie of any site is left, nor anything said so far."""
        self.cdp("Network.clearBrowserCookies")
        self.said()
        self.requested()

    def cookies(self):
        return self.command("GET", "/cookie")

    def has_dialog(self):
        try:
            self.command("GET", "/alert/text")
            return True
        except BrowserError as error:
            if error.kind != "no such alert":
                raise
            return False

    def said(self):
        """The console since it was last asked: errors, warnings, what the security policy refused."""
        return [f"{one['level']}: {one['message']}" for one in self.command("POST", "/se/log", {"type": "browser"})]

    def requested(self):
        """Addresses of all requests since it was last asked."""
        found = []
        for one in self.command("POST", "/se/log", {"type": "performance"}):
            message = json.loads(one["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def screenshot(self, whole=True):
        """PNG of the page, `whole` also below what the window shows."""
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])

    def printed(self):
        """The PDF that the print dialogue would make, on A4."""
        return base64.b64decode(self.command("POST", "/print", {
            "page": {"width": 21.0, "height": 29.7}, "background": False, "shrinkToFit": True}))


KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Escape": "\ue00c", "Space": " ", "End": "\ue010",
        "Home": "\ue011", "Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015", "PageDown": "\ue00f"}
