# SPDX-License-Identifier: Apache-2.0
"""What processes that wait cost, from the kernel's accounts of them."""

import dataclasses
import pathlib
import time


def numbers(path):
    """Name -> number, of a file of /proc with lines of "name: number"."""
    lines = pathlib.Path(path).read_text(encoding="ascii", errors="replace").splitlines()
    pairs = (line.partition(":")[::2] for line in lines)
    return {name: int(value.split()[0]) for name, value in pairs if value.split() and value.split()[0].isdigit()}


@dataclasses.dataclass
class Memory:
    """Each in KiB."""

    rss: int
    pss: int
    private: int  # in no other process, clean pages of the program's own file included
    anonymous: int  # of it, in no file: what can't be dropped and read again

    @classmethod
    def of(cls, pid):
        fields = numbers(f"/proc/{pid}/smaps_rollup")
        return cls(fields["Rss"], fields["Pss"], fields["Private_Clean"] + fields["Private_Dirty"], fields["Anonymous"])


@dataclasses.dataclass
class Activity:
    """Since a process began."""

    cpu: float  # ms
    wakeups: int  # of all threads: each time one had waited
    preempted: int  # each time one could have gone on
    written: int  # bytes, to whatever write(2) writes to
    to_disk: int  # bytes

    @classmethod
    def of(cls, pid):
        threads = [numbers(thread / "status") for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        wakeups, preempted = (sum(thread[kind] for thread in threads)
                              for kind in ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"))
        io = numbers(f"/proc/{pid}/io")
        clock = ~pid << 3 | 2  # of another process, as clock_getcpuclockid(3) makes it: in nanoseconds, not in ticks
        return cls(time.clock_gettime(clock) * 1e3, wakeups, preempted, io["wchar"], io["write_bytes"])

    def since(self, earlier):
        return Activity(*(after - before for after, before in
                          zip(dataclasses.astuple(self), dataclasses.astuple(earlier))))
