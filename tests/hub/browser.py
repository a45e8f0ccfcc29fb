# SPDX-License-Identifier: Apache-2.0
"""A browser that keeps one cookie, and people who sign in with it; tests/pages has a real one."""

import html
import re
import urllib.parse

from hub_process import Scenarios

PASSWORD = "correct horse battery staple"
FORM = "application/x-www-form-urlencoded"


class Browser:
    """One cookie, and the forms it was shown; no more than a test needs of a browser."""

    def __init__(self, hub, **header):
        self.hub, self.header, self.cookie = hub, header, None

    def ask(self, method, path, body=None, **header):
        header = self.header | ({"Cookie": self.cookie} if self.cookie else {}) | header
        answer = self.hub.ask(method, path, body, **header)
        if given := answer.header.get("set-cookie"):
            self.cookie = given.split(";")[0]
        return answer

    def get(self, path, **header):
        return self.ask("GET", path, **header)

    def token(self, path="/account"):
        return re.search(r'name="form_token" value="([^"]+)"', self.get(path).body.decode())[1]

    def send(self, path, fields=None, header=None, **more):
        """With the token of the session, as its pages would."""
        return self.post(path, {"form_token": self.token()} | (fields or {}) | more, **(header or {}))

    def post(self, path, fields, **header):
        return self.ask("POST", path, urllib.parse.urlencode(fields), **({"Content_Type": FORM} | header))

    def sign_in(self, name, password=PASSWORD, **more):
        return self.post("/sign-in", {"name": name, "password": password} | more)

    @property
    def is_in(self):
        return self.get("/account").status == 200


def text_of(answer):
    main = re.search(r"<main.*?</main>", answer.body.decode(), re.DOTALL)[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


class People(Scenarios):
    def secret_file(self, text, mode=0o600):
        path = self.folder / "password"
        path.write_text(text + "\n")
        path.chmod(mode)
        return str(path)

    def person(self, name, role="administrator", password=PASSWORD):
        self.succeeds("admin", "create", name, "--role", role, "--password-file", self.secret_file(password))

    def signed_in(self, hub, name="ada", role="administrator", **header):
        if not self.count(f"SELECT COUNT(*) FROM people WHERE name = '{name}'"):
            self.person(name, role)
        browser = Browser(hub, **header)
        self.assertEqual(browser.sign_in(name).status, 303)
        return browser

    def notes(self, action):
        return self.store.rows(f"SELECT who, target, detail FROM audit WHERE action = '{action}' ORDER BY entry")
