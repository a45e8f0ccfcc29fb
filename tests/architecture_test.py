#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, where each third-party header lives, and the other rules of docs/architecture.md.

The rules are the tables below. Before the tree is judged, each rule must report a violation planted for it.
"""

import pathlib
import re
import sys
import tempfile
from fnmatch import fnmatch

# Folder -> folders it may include.
MAY_INCLUDE = {
    "assessment": {"assessment"},
    "platform": {"platform"},
    "collectors": {"collectors", "assessment", "platform"},
    "agent": {"agent", "collectors", "assessment", "platform"},
    "hub": {"hub", "assessment", "platform"},
    "tests": {"tests", "agent", "hub", "collectors", "assessment", "platform"},
}

# The resident program stays small and parses nothing from outside: what it includes, directly or through other headers,
# never reaches these.
NEVER_REACHES = {
    "agent/patchstated*.cpp": ["collectors/*", "agent/delivery*", "agent/https_endpoint*", "agent/config*"],
}

# A probe's own files; what reads its JSON (*_output) belongs to the collector.
PROBES = ["collectors/*_probe*", "!*_output*"]

# Third-party header -> its homes. `*` crosses folders; `!` takes away.
THIRD_PARTY_HOMES = {
    "apt-pkg/*": ["collectors/apt/apt_probe*", "!*_output*"],
    "solv/*": PROBES,
    "wuapi.h": PROBES,
    "curl/*": ["agent/https_endpoint*", "hub/webhook.cpp", "platform/curl_request.h"],
    "expat.h": ["collectors/*_output.cpp", "collectors/*_output.h"],
    "Poco/*": ["hub/*"],
    "microhttpd.h": ["hub/http_server.cpp"],
    "gnutls/*": ["hub/http_tls*"],
    "sodium.h": ["hub/passwords.cpp"],
    "kainjow/*": ["hub/pages/*"],
    # What Poco has no words for: a connection that fails without leaking, a question's deadline.
    "libpq-fe.h": ["hub/store.cpp"],
    "sqlite3.h": ["hub/store.cpp"],
    "simdjson.h": ["hub/report_json.cpp"],
    "zlib.h": ["platform/gzip.cpp", "collectors/rpm/decompressors.cpp"],
    # Metadata of rpm repositories comes in each of these.
    "bzlib.h": ["collectors/rpm/decompressors.cpp"],
    "lzma.h": ["collectors/rpm/decompressors.cpp"],
    "zstd.h": ["collectors/rpm/decompressors.cpp"],
    "nlohmann/*": ["*_json.cpp", "*_json.h", "*_output.cpp", "*_output.h", "*config*", "hub/*"]
    + PROBES[:1],
    "toml++/*": ["agent/config*"],
    "CLI/*": ["agent/*", "hub/command_line.cpp"],
    "nettle/*": ["platform/*"],
    "fmt/*": ["*"],
    "doctest/*": [],
}
# Everything else in angle brackets that is not the standard library is the operating system's.
# apt starts apt_hook as a program of its own and hands it a socket.
# The hub runs on Linux only; its sockets, addresses and signals are in three files.
OS_HEADER_HOMES = [
    "platform/linux/*",
    "platform/windows/*",
    "collectors/apt/apt_hook.cpp",
    "hub/http_server.cpp",
    "hub/client.cpp",
    "hub/serve.cpp",
] + PROBES
STANDARD_HEADER = re.compile(r"[a-z_0-9]+$")

CATCH_ALL_HOMES = ["agent/assess.cpp", "agent/delivery.cpp", "agent/main.cpp", "hub/http_server.cpp"]
OS_CONDITION_HOMES = {"agent/main.cpp": 1}  # file -> how many
FORBIDDEN_FOLDERS = {"util", "utils", "utility", "common", "core", "helper", "helpers"}
LONGEST_FILE = 400

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITION = re.compile(r"\s*#\s*(?:if|ifdef|ifndef|elif)\b")
OS_MACRO = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|_MSC_VER|__MINGW\w*|__CYGWIN__|__linux__|__linux|linux|__unix__|__unix|unix"
    r"|__APPLE__|__FreeBSD__|__ANDROID__|_POSIX_VERSION)\b"
)
CATCH_ALL = re.compile(r"catch\s*\(\s*\.\.\.\s*\)")
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def matches(path, patterns):
    wanted = any(fnmatch(path, pattern) for pattern in patterns if pattern[0] != "!")
    return wanted and not any(fnmatch(path, pattern[1:]) for pattern in patterns if pattern[0] == "!")


def without_comments(text):
    """Same lines, without comments; strings stay, so that a `//` in one does not start a comment."""
    return COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else "\n" * m[0].count("\n"), text)


class Tree:
    def __init__(self, root):
        self.root = root
        self.text = {}
        for folder in MAY_INCLUDE:
            for path in sorted((root / folder).rglob("*")):
                if path.suffix in {".h", ".cpp"}:
                    self.text[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
        self.code = {path: without_comments(text) for path, text in self.text.items()}
        self.includes = {path: list(self._includes(code)) for path, code in self.code.items()}

    @staticmethod
    def _includes(code):
        for number, line in enumerate(code.splitlines(), 1):
            if found := INCLUDE.match(line):
                yield number, found[1], found[2]

    def reached_from(self, path):
        """Own files included by `path`, directly or not -> the include that leads there: (file, line)."""
        seen, todo = {}, [path]
        while todo:
            current = todo.pop()
            for number, _, target in self.includes.get(current, []):
                if target in self.text and target not in seen:
                    seen[target] = (current, number)
                    todo.append(target)
        return seen


def check_own_includes(tree):
    for path, includes in tree.includes.items():
        folder = path.split("/")[0]
        for number, bracket, target in includes:
            other = target.split("/")[0]
            if (bracket == '"') != (target in tree.text) and (bracket == '"' or other in MAY_INCLUDE):
                yield path, number, f"{target}: own headers, and only they, stand in quotes and are named from the root"
            elif other in MAY_INCLUDE and other not in MAY_INCLUDE[folder]:
                yield path, number, f"{folder}/ may not include {other}/ ({target})"


def check_never_reaches(tree):
    for pattern, forbidden in NEVER_REACHES.items():
        for path in tree.text:
            if fnmatch(path, pattern):
                for target, (file, number) in tree.reached_from(path).items():
                    if matches(target, forbidden):
                        yield file, number, f"{path} must never reach {target}"


def check_third_party(tree):
    for path, includes in tree.includes.items():
        for number, bracket, target in includes:
            if bracket == '"' or target in tree.text or STANDARD_HEADER.match(target) or path.startswith("tests/"):
                continue
            key = next((k for k in THIRD_PARTY_HOMES if fnmatch(target, k)), None)
            homes = OS_HEADER_HOMES if key is None else THIRD_PARTY_HOMES[key]
            if not matches(path, homes):
                allowed = ", ".join(home for home in homes if home[0] != "!") or "tests"
                yield path, number, f"<{target}> may only be included in {allowed}"


def check_os_conditions(tree):
    for path, code in tree.code.items():
        lines = [n for n, line in enumerate(code.splitlines(), 1) if CONDITION.match(line) and OS_MACRO.search(line)]
        for number in lines[OS_CONDITION_HOMES.get(path, 0):]:
            yield path, number, "the build chooses the operating system by the file it links, not by #if"


def check_catch_all(tree):
    for path, code in tree.code.items():
        if path not in CATCH_ALL_HOMES:
            for found in CATCH_ALL.finditer(code):
                number = code.count("\n", 0, found.start()) + 1
                yield path, number, f"catch (...) is allowed in {', '.join(CATCH_ALL_HOMES)} only"


def check_folders(tree):
    for path in sorted(tree.root.rglob("*")):
        parts = path.relative_to(tree.root).parts
        if parts[0] not in {"build", ".git"} and path.is_dir() and path.name.lower() in FORBIDDEN_FOLDERS:
            yield "/".join(parts), 1, f"a folder called {path.name} gathers what has no owner: name what it is about"


def check_length(tree):
    for path, text in tree.text.items():
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield path, lines, f"{lines} lines; a file has {LONGEST_FILE} at most"


RULES = [
    check_own_includes,
    check_never_reaches,
    check_third_party,
    check_os_conditions,
    check_catch_all,
    check_folders,
    check_length,
]

# (rule, planted files, file:line it must report)
PLANTS = [
    (check_own_includes, {"assessment/a.h": '\n#include "platform/p.h"\n', "platform/p.h": ""}, "assessment/a.h:2"),
    (check_own_includes, {"agent/a.cpp": "#include <assessment/a.h>\n", "assessment/a.h": ""}, "agent/a.cpp:1"),
    (check_own_includes, {"collectors/apt/c.cpp": '#include "agent/x.h"\n', "agent/x.h": ""}, "collectors/apt/c.cpp:1"),
    (check_own_includes, {"hub/h.cpp": '#include "collectors/c.h"\n', "collectors/c.h": ""}, "hub/h.cpp:1"),
    (check_own_includes, {"agent/a.cpp": '#include "hub/h.h"\n', "hub/h.h": ""}, "agent/a.cpp:1"),
    (check_own_includes, {"agent/a.cpp": '// why\n#include "tests/t.h"\n', "tests/t.h": ""}, "agent/a.cpp:2"),
    (check_own_includes, {"agent/a.cpp": '#include "a.h"\n', "agent/a.h": ""}, "agent/a.cpp:1"),
    (check_never_reaches, {"agent/patchstated.cpp": '#include "agent/schedule.h"\n',
                           "agent/schedule.h": '#include "collectors/collector.h"\n',
                           "collectors/collector.h": ""}, "agent/schedule.h:1"),
    (check_never_reaches, {"agent/patchstated.cpp": '#include "agent/delivery.h"\n', "agent/delivery.h": ""},
     "agent/patchstated.cpp:1"),
    (check_third_party, {"agent/a.cpp": "#include <apt-pkg/init.h>\n"}, "agent/a.cpp:1"),
    (check_third_party, {"collectors/apt/apt_probe_output.cpp": "#include <apt-pkg/init.h>\n"},
     "collectors/apt/apt_probe_output.cpp:1"),
    (check_third_party, {"collectors/zypper/zypper_probe_output.cpp": "#include <solv/pool.h>\n"},
     "collectors/zypper/zypper_probe_output.cpp:1"),
    (check_third_party, {"collectors/apt/rules.cpp": "#include <nlohmann/json.hpp>\n"}, "collectors/apt/rules.cpp:1"),
    (check_third_party, {"agent/spool.cpp": "#include <curl/curl.h>\n"}, "agent/spool.cpp:1"),
    (check_third_party, {"collectors/zypper/rules.cpp": "#include <expat.h>\n"}, "collectors/zypper/rules.cpp:1"),
    (check_third_party, {"agent/a.cpp": "#include <Poco/Net/Socket.h>\n"}, "agent/a.cpp:1"),
    (check_third_party, {"agent/a.cpp": "#include <vector>\n#include <unistd.h>\n"}, "agent/a.cpp:2"),
    (check_third_party, {"platform/files.h": "#include <sys/stat.h>\n"}, "platform/files.h:1"),
    (check_third_party, {"agent/a.cpp": "#include <doctest/doctest.h>\n"}, "agent/a.cpp:1"),
    (check_os_conditions, {"platform/files.h": "\n#ifdef _WIN32\n#endif\n"}, "platform/files.h:2"),
    (check_os_conditions, {"agent/main.cpp": "#ifdef __linux__\n#endif\n#ifdef _WIN32\n#endif\n"}, "agent/main.cpp:3"),
    (check_catch_all, {"collectors/c.cpp": "// catch (...) here\ntry {\n} catch ( ... ) {\n}\n"}, "collectors/c.cpp:3"),
    (check_folders, {"platform/util/x.h": ""}, "platform/util:1"),
    (check_folders, {"collectors/Common/x.h": ""}, "collectors/Common:1"),
    (check_length, {"hub/long.cpp": "\n" * (LONGEST_FILE + 1)}, f"hub/long.cpp:{LONGEST_FILE + 1}"),
]

# What must not be reported: comments, strings, and everything in its home.
INNOCENT = {
    "agent/main.cpp": '#ifdef _WIN32\n#endif\n#include <CLI/CLI.hpp>\ncatch (...) {}\n',
    "agent/assess.cpp": '#include "collectors/collector.h"\ncatch (...) {}\n',
    "agent/patchstated.cpp": '#include "agent/schedule.h"\n',
    "agent/schedule.h": '#include "platform/files.h"\n',
    "assessment/a_json.cpp": '#include <nlohmann/json.hpp>\nauto s = "//";  // catch (...)\n/* #ifdef _WIN32\n*/\n',
    "collectors/apt/apt_probe.cpp": "#include <apt-pkg/init.h>\n#include <fcntl.h>\n",
    "collectors/zypper/zypper_probe_pool.h": 'extern "C" {\n#include <solv/pool.h>\n}\n',
    "collectors/collector.h": "#include <fmt/format.h>\n#include <cstdint>\n#ifdef NDEBUG\n#endif\n",
    "platform/files.h": "",
    "platform/linux/files.cpp": '#include <fcntl.h>\n#include "platform/files.h"\n',
    "tests/t.cpp": '#include <doctest/doctest.h>\n#include <unistd.h>\n#include "agent/schedule.h"\n',
}


def planted(files):
    """Violations of each rule in a tree of these files: [(rule, "file:line")]."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        tree = Tree(root)
        return [(rule, f"{file}:{number}") for rule in RULES for file, number, _ in rule(tree)]


def rules_that_do_not_work():
    for rule, files, where in PLANTS:
        if (found := planted(files)) != [(rule, where)]:
            yield f"{rule.__name__}: planted {where}, reported {[w for _, w in found]}"
    for rule in set(RULES) - {rule for rule, _, _ in PLANTS}:
        yield f"{rule.__name__}: nothing is planted for it"
    for rule, where in planted(INNOCENT):
        yield f"{rule.__name__}: reported {where}, which is innocent"


def main():
    if broken := list(rules_that_do_not_work()):
        print(*broken, sep="\n")
        return 1
    tree = Tree(pathlib.Path(__file__).resolve().parent.parent)
    violations = [f"{file}:{number}: {what}" for rule in RULES for file, number, what in rule(tree)]
    for violation in violations:
        print(violation)
    print(f"{len(tree.text)} files, {len(RULES)} rules proved by {len(PLANTS)} plants, {len(violations)} violations")
    return 1 if violations or not tree.text else 0


if __name__ == "__main__":
    sys.exit(main())
