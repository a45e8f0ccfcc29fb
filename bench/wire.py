# SPDX-License-Identifier: Apache-2.0
"""What a report weighs on its way: requests as they come out of a socket, and a report with many updates in it."""

import random
import socket
import threading

ANSWER = b'{"sendFull":false}'
HEAD_ENDS = b"\r\n\r\n"


class Scales:
    """Takes each request as a hub would, and keeps how many bytes came: (head, body)."""

    def __init__(self):
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            with connection:
                self.take(connection)

    def take(self, connection):
        connection.settimeout(60)
        got = b""
        while HEAD_ENDS not in got:
            got += self.more(connection)
        head, _, _ = got.partition(HEAD_ENDS)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        size_of_head = len(head) + len(HEAD_ENDS)
        while len(got) < size_of_head + length:
            got += self.more(connection)
        self.requests.append((size_of_head, len(got) - size_of_head))
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nConnection: close\r\n"
                           b"Content-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER))

    @staticmethod
    def more(connection):
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("a request ended before its end")
        return received

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()


def with_advisories(report, seed=1):
    """As a vendor with advisories would have it: apt's metadata names none. One for each source package with a security
    update, with one to sixteen CVEs, three on average. What one source builds was seen first in the same of 90 runs."""
    chance = random.Random(seed)
    runs = [f"2026-{1 + run // 9:02}-{1 + run % 9 * 3:02}T{chance.randrange(24):02}:{chance.randrange(60):02}:07Z"
            for run in range(90)]
    announced = {}
    for patch in report["patches"]:
        source = patch.get("sourcePackage", patch["name"])
        if source not in announced:
            announced[source] = chance.choice(runs), advisory(chance, len(announced)), cves(chance)
        patch["firstSeen"], announcement, fixed = announced[source]
        if "security" in patch["classifications"]:
            patch["advisories"], patch["cves"], patch["severity"] = [announcement], fixed, announcement["severity"]
    return report


def advisory(chance, number):
    name = f"DSA-{5000 + number * 3 + chance.randrange(3)}-1"
    day = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 29):02}"
    return {"id": name, "type": "security", "severity": chance.choice(("low", "moderate", "important", "critical")),
            "issued": f"{day}T{chance.randrange(24):02}:00:00Z", "url": f"https://security.example.org/tracker/{name}"}


def cves(chance):
    count = min(16, 1 + int(chance.expovariate(1 / 2.5)))
    return sorted(f"CVE-{chance.choice((2024, 2025, 2026, 2026))}-{chance.randrange(100, 60000):04}" for _ in range(count))
