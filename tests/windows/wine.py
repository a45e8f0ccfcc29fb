# SPDX-License-Identifier: Apache-2.0
"""A Windows to run our programs on: a Wine prefix of our own that says it is a Windows Server 2022.

What Wine shows is that our programs call Windows as it is documented, not that Windows answers like this.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WINE = "/usr/lib/wine/wine64"  # /usr/bin/wine prints a hint about wine32
WINESERVER = "/usr/lib/wine/wineserver"
# Changes when the prefix is made otherwise.
RECIPE = "1"
# For certificates. Of ECDSA, Wine takes every signature one of whose numbers is short for a wrong one (0x00000008,
# CERT_TRUST_IS_NOT_SIGNATURE_VALID): one in a hundred.
KEY_KIND = ("rsa:2048",)
# The server ends by itself when nobody asked it for so long: also after a test that was killed.
PATIENCE = 600
CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
SERVER_2022 = [
    (CURRENT_VERSION, "CurrentBuild", "20348"),
    (CURRENT_VERSION, "CurrentBuildNumber", "20348"),
    (CURRENT_VERSION, "ProductName", "Windows Server 2022 Standard"),
    (CURRENT_VERSION, "DisplayVersion", "21H2"),
    (CURRENT_VERSION, "InstallationType", "Server"),
    (CURRENT_VERSION, "EditionID", "ServerStandard"),
    (CURRENT_VERSION, "UBR", 2340),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", "ServerNT"),
    # A crash ends the program; winedbg would hold it until the deadline.
    (CURRENT_VERSION + r"\AeDebug", "Debugger", "false"),
]


class Wine:
    """One prefix. Programs that share it share its registry: one test at a time."""

    def __init__(self, prefix, programs=None):
        """`programs`: the folder of exit_code.exe; without it nothing but Wine's own programs should be run."""
        self.prefix = pathlib.Path(prefix).resolve()
        self.parent = pathlib.Path(programs).resolve() / "exit_code.exe" if programs else None
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.prefix), "LC_ALL": "C.UTF-8", "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        self.drive_c = self.prefix / "drive_c"

    def __enter__(self):
        self.prefix.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{self.prefix}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._make()
        self._start_server()
        return self

    def __exit__(self, *_):
        self._stop_server()

    def _make(self):
        """Once: it takes a quarter of a minute and 0.7 GB."""
        stamp = self.prefix / "patchstate-recipe"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == RECIPE:
            return
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix.mkdir()
        self.checked("wineboot", "-i", timeout=300)
        self.checked("winecfg", "-v", "win10")
        self.set_registry(SERVER_2022)
        self._stop_server()
        stamp.write_text(RECIPE, encoding="utf-8")

    def _server(self, *arguments):
        return subprocess.run(["timeout", "60", WINESERVER, *arguments], env=self.environment, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def _start_server(self):
        """It stays between two programs, as services do with it."""
        self._server(f"-p{PATIENCE}")

    def _stop_server(self):
        self._server("-k")
        self._server("-w")

    def run(self, *command, timeout=120, environment=None):
        """As a parent on Windows sees it: its exit code has 32 bits."""
        done = self._run_once(command, timeout, environment)
        # So ends what Wine's own loader could not begin, once in some hundreds; a program of ours that fails says why.
        if done.returncode == 1 and not done.stdout and not done.stderr:
            print(f"once more, after 1 without a word: {command[0]}", file=sys.stderr)
            done = self._run_once(command, timeout, environment)
        return done

    def _run_once(self, command, timeout, environment):
        environment = {**self.environment, **(environment or {})}
        # Files, not pipes: the system's own services, which the first program starts, would hold a pipe open.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as code:
            if self.parent:
                program = self.windows_path(command[0]) if isinstance(command[0], pathlib.Path) else command[0]
                command = (self.parent, program, *command[1:])
                environment["EXIT_CODE_FILE"] = self.windows_path(code.name)
            done = subprocess.run(["timeout", "-k", "10", str(timeout), WINE, *map(str, command)], env=environment,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=False)
            written = pathlib.Path(code.name).read_text(encoding="ascii")
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8", errors="replace"))
        return subprocess.CompletedProcess(command, int(written) if written else done.returncode, *texts)

    def checked(self, *command, timeout=120):
        done = self.run(*command, timeout=timeout)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def windows_path(self, path):
        return "Z:" + str(pathlib.Path(path).resolve()).replace("/", "\\")

    def set_registry(self, values):
        """[(key, name, text, number or bytes)], name None: the key's own value."""
        text = ["REGEDIT4", ""]
        for key, name, value in values:
            full = key.replace("HKLM", "HKEY_LOCAL_MACHINE", 1)
            text.append(f"[{full}]")
            text += [f"{f'{chr(34)}{name}{chr(34)}' if name else '@'}={shown_value(value)}", ""]
        self._import(text)

    def delete_registry(self, keys):
        self._import(["REGEDIT4", ""] + [f"[-{key.replace('HKLM', 'HKEY_LOCAL_MACHINE', 1)}]" for key in keys])

    def _import(self, lines):
        file = self.drive_c / "import.reg"
        file.write_text("\r\n".join(lines) + "\r\n", encoding="ascii")
        self.checked("regedit", "/S", r"C:\import.reg")

    @contextlib.contextmanager
    def registry(self, *values):
        """These values, and afterwards not even their keys."""
        self.set_registry(values)
        try:
            yield
        finally:
            # The deepest first; a key that Windows itself has must not be given here.
            self.delete_registry(sorted({key for key, _, _ in values}, key=len, reverse=True))

    def register(self, library):
        """An in-process COM server, in place of what was registered for its classes."""
        self.checked("regsvr32", "/s", self.windows_path(library))


def shown_value(value):
    """As a .reg file has it."""
    if isinstance(value, int):
        return f"dword:{value:08x}"
    if isinstance(value, bytes):
        return "hex:" + ",".join(f"{byte:02x}" for byte in value)
    return '"' + value.replace("\\", "\\\\") + '"'


def skip_reason():
    """Why nothing can be run here; None: it can."""
    return None if os.access(WINE, os.X_OK) else f"no Wine here ({WINE}: apt install wine64)"


if __name__ == "__main__":  # wine.py PREFIX: makes it, where that was not done yet
    with Wine(sys.argv[1]):
        pass
