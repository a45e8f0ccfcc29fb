# SPDX-License-Identifier: Apache-2.0
"""The two stores a hub can have, real ones: a SQLite file, and a database of a PostgreSQL server that is started here.

The server is Debian's, of a folder of its own, on a free port of loopback and a socket in that folder, with fsync on;
it is stopped when the test program ends.
"""

import atexit
import csv
import io
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

# Where the number of hosts that lack an update is not that of the rows which say so.
WRONG_COUNTS = ("SELECT u.update_key FROM updates u LEFT JOIN missing m ON m.update_key = u.update_key WHERE "
                "COALESCE(m.hosts, 0) <> (SELECT COUNT(*) FROM pending p WHERE p.update_key = u.update_key AND p.resolved = 0)")
USER = "hub"
STARTS_WITHIN = 60


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class SqliteStore:
    kind = "SQLite"

    def __init__(self, folder, fresh=False):
        self.path = pathlib.Path(folder) / "hub.db"
        self.address = str(self.path)

    def rows(self, query):
        """Of a query, each cell as text; of anything else, what it does is committed."""
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            with connection:
                return [tuple(str(cell) for cell in row) for row in connection.execute(query).fetchall()]
        finally:
            connection.close()

    def bytes(self):
        """All that is on disk."""
        return b"".join(path.read_bytes() for path in sorted(self.path.parent.glob("hub.db*")))

    def another(self, folder):
        """One that is not there yet."""
        return SqliteStore(folder)

    def give_back(self):
        pass


class PostgresqlServer:
    """Made once for a test program, when it is first asked for."""

    _only = None

    @classmethod
    def why_not(cls):
        """Empty when there is a PostgreSQL to start."""
        if cls.program("initdb") is None:
            return "no PostgreSQL server is installed here (Debian's package postgresql-15, or another version's)"
        if os.geteuid() == 0:
            try:
                pwd.getpwnam("postgres")
            except KeyError:
                return "PostgreSQL does not run as root, and there is no user postgres"
        return ""

    @staticmethod
    def program(name):
        def version(path):
            return [int(number) for number in re.findall(r"\d+", str(path))]

        found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=version)
        return str(found[-1]) if found else shutil.which(name)

    @classmethod
    def get(cls):
        if cls._only is None:
            cls._only = cls()
        return cls._only

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-pg-"))
        self.process = None
        self.owner = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.data = self.folder / "data"
        self.port = free_port()
        self.databases = 0
        self.unused = []
        atexit.register(self.remove)
        subprocess.run([self.program("initdb"), "--no-sync", "--auth=trust", "-U", USER, "--encoding=UTF8",
                        "--locale=C.UTF-8", "-D", str(self.data)],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.folder, env=self.environment(), **self.owner)
        self.start()

    @staticmethod
    def environment():
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program("postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder),
                 "-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "max_connections=60",
                 "-c", "shared_buffers=32MB"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, env=self.environment(), **self.owner)
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                self.psql("SELECT 1", "postgres")
                return
            except subprocess.CalledProcessError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from error
                time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT: PostgreSQL's fast shutdown, which ends every connection; SIGQUIT: as if the power went."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, query, database):
        done = subprocess.run(
            [self.program("psql") or "psql", "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
             str(self.port), "-U", USER, "-d", database, "-c", query],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(), timeout=60)
        return [tuple(row) for row in csv.reader(io.StringIO(done.stdout.decode()))]

    def emptied_database(self):
        """One that an earlier test is done with, or a new one: to make a database and its tables takes a second."""
        if not self.unused:
            return self.new_database()
        database = self.unused.pop()
        tables = self.psql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> "
                           "'schema_versions'", database)
        self.psql("; ".join(f"DELETE FROM {table}" for table, in tables) or "SELECT 1", database)
        return database

    def new_database(self):
        self.databases += 1
        name = f"hub{os.getpid()}_{self.databases}"
        self.psql(f"CREATE DATABASE {name}", "postgres")
        return name


class PostgresqlStore:
    kind = "PostgreSQL"

    def __init__(self, _folder, fresh=False):
        self.server = PostgresqlServer.get()
        self.database = self.server.new_database() if fresh else self.server.emptied_database()
        self.is_fresh = fresh
        self.address = f"postgresql://{USER}@127.0.0.1:{self.server.port}/{self.database}"

    def rows(self, query):
        return self.server.psql(query, self.database)

    def bytes(self):
        return subprocess.run(["pg_dump", "-h", "127.0.0.1", "-p", str(self.server.port), "-U", USER, self.database],
                              check=True, stdout=subprocess.PIPE).stdout

    def another(self, folder):
        return PostgresqlStore(folder, fresh=True)

    def give_back(self):
        """To a later test. A test that changes more than rows takes a fresh one, which none gets after it."""
        if not self.is_fresh:
            self.server.unused.append(self.database)


def on_both_stores(scenarios):
    """A class decorator: the class's tests, once on each store. The class itself is no TestCase and runs nowhere."""
    import sys
    import unittest

    module = sys.modules[scenarios.__module__]
    why_not = PostgresqlServer.why_not()
    for store in (SqliteStore, PostgresqlStore):
        name = f"{scenarios.__name__}On{store.kind}"
        one = type(name, (scenarios, unittest.TestCase), {"store_class": store, "__module__": scenarios.__module__})
        if store is PostgresqlStore and why_not:
            print(f"{name}: skipped: {why_not}", file=sys.stderr)
            one = unittest.skip(why_not)(one)
        setattr(module, name, one)
    return scenarios
