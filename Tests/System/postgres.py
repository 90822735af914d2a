"""Kills, freezes and replaces processes that write one PostgreSQL, and crashes the server, at random
moments under load; then compares what is in the database with what each of them was answered.

Nothing acknowledged is missing, nothing is there twice, the books verify, and while a process is
frozen the others go on.
"""

import argparse
import os
import random
import signal
import subprocess
import tempfile
import threading
import time

from postgres_server import Server
from system import ROOT

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# The server ends a batch whose process says nothing for five seconds; then the others go on.
HELD_UP_SECONDS = 9
FROZEN_SECONDS = 12
# Whoever takes the name of a frozen process waits for the same.
REPLACED_SECONDS = 7


class Node:
    """One process that writes, and everything it said."""

    def __init__(self, binary, server, name, seed):
        self.name = name
        self.acknowledged = []
        self.times = []
        self.faults = 0
        self.stopped = None
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [binary, server.address, "--writer", name, "--seed", str(seed)], cwd=ROOT,
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            # The last line of one that was killed may be broken off: it was not told to anybody.
            if not line.endswith("\n"):
                return
            first, _, rest = line.strip().partition(" ")
            if first.startswith("cmd_"):
                self.acknowledged.append((first, int(rest)))
                self.times.append(time.monotonic())
            elif first == "fault":
                self.faults += 1
            elif first == "stops":
                self.stopped = rest

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def end_living(self):
        """Ends one that must not have ended by itself, and must have done something."""
        if self.process.poll() is not None:
            self.errors.seek(0)
            raise AssertionError(f"{self.name} ended by itself: {self.stopped}: {self.errors.read()}")
        self.end()


def uuid_of(cause):
    """The 128 bits of an identifier's text, as PostgreSQL writes them."""
    bits = 0
    for letter in cause.split("_")[1]:
        bits = bits << 5 | ALPHABET.index(letter)
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def longest_pause(node, start, end):
    times = [start, *(moment for moment in node.times if start < moment < end), end]
    return max(later - earlier for earlier, later in zip(times, times[1:]))


def drill(binaries, rounds, seed):
    chance = random.Random(seed)
    server = Server()
    drill_binary = binaries + "/makewhole-postgres-drill"
    everyone = []
    counts = {"killed": 0, "frozen": 0, "replaced": 0, "server crashed": 0}
    pauses = []

    def start(name):
        node = Node(drill_binary, server, name, len(everyone) + 1)
        everyone.append(node)
        return node

    try:
        nodes = {name: start(name) for name in ("north", "east", "south")}
        time.sleep(2)
        kinds = ["killed", "frozen", "replaced", "server crashed"]
        for turn in range(rounds):
            time.sleep(chance.uniform(0.2, 1.5))
            # Each kind of trouble at least once, in the first turns.
            kind = kinds[turn] if turn < len(kinds) else chance.choice(kinds[:1] * 5 + kinds)
            name = chance.choice(list(nodes))
            counts[kind] += 1
            if kind == "killed":
                nodes[name].end_living()
                nodes[name] = start(name)
            elif kind == "server crashed":
                server.crash()
            else:
                frozen = nodes[name]
                frozen.signal(signal.SIGSTOP)
                if kind == "replaced":
                    nodes[name] = start(name)
                began = time.monotonic()
                time.sleep(FROZEN_SECONDS if kind == "frozen" else REPLACED_SECONDS)
                ended = time.monotonic()
                frozen.signal(signal.SIGCONT)
                for other in nodes.values():
                    if other is not frozen and kind == "frozen":
                        pauses.append(longest_pause(other, began, ended))
                if kind == "replaced":
                    # The one that lost its name finds out, and stops.
                    frozen.process.wait(timeout=60)
        time.sleep(1)
        for node in nodes.values():
            node.end_living()
        compare(binaries, server, everyone)
        assert pauses and max(pauses) < HELD_UP_SECONDS, f"somebody was held up: {pauses}"
        replaced = [node for node in everyone if node.stopped]
        assert len(replaced) == counts["replaced"], [node.stopped for node in everyone]
        acknowledged = sum(len(node.acknowledged) for node in everyone)
        print(
            f"{len(everyone)} processes; "
            + ", ".join(f"{count} times {kind}" for kind, count in counts.items())
            + f"; {acknowledged} acknowledged, {sum(node.faults for node in everyone)} faults told; "
            f"longest anybody waited for a frozen process {max(pauses):.1f} s")
    finally:
        for node in everyone:
            if node.process.poll() is None:
                node.end()
        server.end()


def compare(binaries, server, everyone):
    there = {}
    for cause, amount in server.ask(
            "SELECT cause, amount FROM transfer WHERE reason = 'funds_received'"):
        assert cause not in there, f"{cause} happened twice"
        there[cause] = int(amount)
    known = {row[0] for row in server.ask("SELECT id FROM cause")}
    lost = [
        cause for node in everyone for cause, cents in node.acknowledged
        if there.get(uuid_of(cause)) != cents or uuid_of(cause) not in known
    ]
    assert not lost, f"{len(lost)} acknowledged and not there: {lost[:5]}"
    verify = subprocess.run(
        [binaries + "/makewhole", "verify", "--postgres", server.address], cwd=ROOT,
        capture_output=True, text=True)
    assert verify.returncode == 0, verify.stdout + verify.stderr
    print(verify.stdout.strip())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drill(os.path.abspath(options.bin), options.rounds, options.seed)
