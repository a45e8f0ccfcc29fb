# SPDX-License-Identifier: Apache-2.0
"""What whole processes cost, from the kernel's own accounts."""

import ctypes
import dataclasses
import os
import pathlib
import signal
import statistics
import subprocess
import time

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"}


@dataclasses.dataclass
class Contender:
    """A command, what may be its exit codes, and what to do before each run that does not count."""

    argv: list
    environment: dict = dataclasses.field(default_factory=dict)
    exit_codes: tuple = (0,)
    before: object = None  # callable

    def output(self):
        result = subprocess.run(self.argv, env={**ENVIRONMENT, **self.environment}, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=600, check=False)
        if result.returncode not in self.exit_codes:
            raise SystemExit(f"{' '.join(self.argv)}: exit code {result.returncode}\n{result.stderr[-2000:]}")
        return result.stdout


@dataclasses.dataclass
class Cost:
    wall: float  # ms
    cpu: float  # ms, user and system, of the process and its children


def run_once(contender):
    if contender.before:
        contender.before()
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawnp(contender.argv[0], contender.argv, {**ENVIRONMENT, **contender.environment}, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    os.close(null)
    if os.waitstatus_to_exitcode(status) not in contender.exit_codes:
        raise SystemExit(f"{' '.join(contender.argv)}: exit code {os.waitstatus_to_exitcode(status)}")
    return Cost(wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3)


def median(costs):
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def alternating(contenders, runs):
    """Costs of each, after one uncounted run: A B C, A B C, … so that a slow minute of the machine hits all alike."""
    costs = [[] for _ in contenders]
    for contender in contenders:
        run_once(contender)
    for _ in range(runs):
        for contender, list_of_costs in zip(contenders, costs):
            list_of_costs.append(run_once(contender))
    return costs


def side_by_side(contenders, runs):
    """Median cost of each, alternating."""
    return [median(each) for each in alternating(contenders, runs)]


class Targets:
    """What is met and what is missed; a bench counts, and its reader decides."""

    def __init__(self):
        self.missed = 0

    def verdict(self, met):
        self.missed += not met
        return "met" if met else "**MISSED**"

    def limit(self, what, value, limit, unit, digits=1):
        """A row of a table of | what | measured | target | |."""
        print(f"| {what} | {value:,.{digits}f} {unit} | ≤ {limit:,} {unit} | {self.verdict(value <= limit)} |", flush=True)

    def sum_up(self):
        print(f"\n{self.missed} target{'' if self.missed == 1 else 's'} missed" if self.missed else "\nAll targets met.")


# --- Memory ---
# ru_maxrss of a child starts at the size of the process that started it, and a sampler misses peaks. So the process tree
# is traced (ptrace(2)): it stops at each system call, without which memory does not shrink, and /proc/PID/status is read.

TRACE_ME, SET_OPTIONS, NEXT_SYSCALL = 0, 0x4200, 24
SYSGOOD, FORK, VFORK, CLONE, EXIT = 0x1, 0x2, 0x4, 0x8, 0x40
EVENT_EXIT = 6
WAIT_ALL = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def accounts(pid):
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return dict(line.split(":", 1) for line in lines if ":" in line)


def kib(fields, name):
    return int(fields[name].split()[0]) if name in fields else 0


@dataclasses.dataclass
class Peak:
    total: int = 0  # KiB of resident memory, shared file pages included
    private: int = 0  # KiB of it that are in no file: what this process alone costs


def memory_peaks(contender):
    """Program name -> Peak, of every process of one run."""
    pid = os.fork()
    if pid == 0:
        LIBC.ptrace(TRACE_ME, 0, None, None)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execvpe(contender.argv[0], contender.argv, {**ENVIRONMENT, **contender.environment})
    os.waitpid(pid, 0)
    LIBC.ptrace(SET_OPTIONS, pid, None, SYSGOOD | FORK | VFORK | CLONE | EXIT)
    LIBC.ptrace(NEXT_SYSCALL, pid, None, None)
    peaks = {}
    while True:
        try:
            stopped, status = os.waitpid(-1, WAIT_ALL)
        except ChildProcessError:
            return peaks
        if not os.WIFSTOPPED(status):
            continue
        signal_number, event = os.WSTOPSIG(status), status >> 16
        of_ours = signal_number == signal.SIGTRAP | 0x80 or event or signal_number in (signal.SIGSTOP, signal.SIGTRAP)
        if signal_number == signal.SIGTRAP | 0x80 or event == EVENT_EXIT:
            read_accounts(stopped, peaks)
        LIBC.ptrace(NEXT_SYSCALL, stopped, None, None if of_ours else signal_number)


def read_accounts(pid, peaks):
    try:
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return
    peak = peaks.setdefault(program, Peak())
    fields = accounts(pid)
    peak.total = max(peak.total, kib(fields, "VmHWM"))
    peak.private = max(peak.private, kib(fields, "RssAnon"))
