"""Several processes on one PostgreSQL, each with pages, API and rails: one is frozen and comes back, one is
killed, one takes another's name. Every request is answered by any of them, every event is told once in
one order, and of each day's bank file there is one."""

import argparse
import http.client
import http.server
import random
import signal
import threading
import time

from system import Makewhole
from webhooks import advance, call, customer, deposit, endpoint, events, until

# A lease ends after fifteen seconds, by the server's clock.
TAKEN_OVER_SECONDS = 25


class Listener(http.server.ThreadingHTTPServer):
    """Takes webhooks and remembers their ids."""

    daemon_threads = True

    def __init__(self):
        self.came = []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Depositors(threading.Thread):
    """Asks for deposits at whatever process answers, again under the same key until one does."""

    def __init__(self, nodes, people, seed):
        super().__init__(daemon=True)
        self.nodes, self.people = nodes, people
        self.chance = random.Random(seed)
        self.seed = seed
        self.made = {}
        self.again = 0
        self.stopping = False

    def run(self):
        number = 0
        while not self.stopping:
            who = self.people[number % len(self.people)]
            key = f"deposit-{self.seed}-{number}"
            number += 1
            while True:
                node = self.chance.choice(self.nodes)
                try:
                    status, answer = node.call(
                        "POST", f"/v1/customers/{who[0]}/deposits",
                        {"method": who[1], "amount_minor": 1_000 + number}, key, timeout=5)
                    if status == 201:
                        self.made[key] = answer["id"]
                        break
                    assert status >= 500 or status == 429, (status, answer)
                except (OSError, http.client.HTTPException):
                    pass
                self.again += 1
                time.sleep(0.05)
            time.sleep(0.1)


def leases(node):
    return dict(node.database().execute("SELECT role, holder FROM lease"))


def files(node):
    return sorted(path.name for path in (node.bank / "outbound").glob("*.ach"))


def is_open(node):
    """How many entries wait for a file."""
    return node.database().execute("SELECT count(*) FROM entry WHERE trace IS NULL")[0][0]


def next_file(nodes, living):
    """Goes past the next closing with every process that lives; the entries leave."""
    for node in living:
        advance(node, days=1)
    until(lambda: is_open(nodes[0]) == 0, 60)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options = options.parse_args()
    listener = Listener()
    more = {"webhooks": {"inside": True}}
    first = Makewhole(options.bin, more=more, database="postgres", node="node-1").start()
    second = Makewhole(options.bin, more=more, beside=first, node="node-2").start()
    third = Makewhole(options.bin, more=more, beside=first, node="node-3").start()
    nodes = [first, second, third]
    until(lambda: set(leases(first)) >= {"bank", "outbox", "webhooks", "return rates"})

    # What one keeps every other has at once.
    people = [customer(nodes[number % 3], f"ex-{number}") for number in range(24)]
    for node in nodes:
        for who in people:
            assert call(node, "GET", f"/v1/customers/{who[0]}")["id"] == who[0]
    endpoint(second, listener.url)
    one = deposit(first, people[0], "the-same")
    assert deposit(third, people[0], "the-same") == one
    until(lambda: len(listener.came) > 0)

    crowd = [Depositors(nodes, people, options.seed + number) for number in range(4)]
    for one in crowd:
        one.start()
    time.sleep(3)

    # The process that has the bank's work is frozen: another takes it, and the rest go on.
    holder = next(node for node in nodes if node.node == leases(first)["bank"])
    others = [node for node in nodes if node is not holder]
    holder.process.send_signal(signal.SIGSTOP)
    before = sum(len(one.made) for one in crowd)
    until(lambda: leases(others[0])["bank"] != holder.node, TAKEN_OVER_SECONDS)
    until(lambda: sum(len(one.made) for one in crowd) > before + 20, TAKEN_OVER_SECONDS)
    holder.process.send_signal(signal.SIGCONT)
    time.sleep(2)
    assert leases(first)["bank"] != holder.node

    # The one that has it now is killed.
    killed = next(node for node in nodes if node.node == leases(first)["bank"])
    killed.kill()
    living = [node for node in nodes if node is not killed]
    until(lambda: leases(first)["bank"] != killed.node, TAKEN_OVER_SECONDS)
    time.sleep(2)
    # And starts again under its name.
    killed.start()
    time.sleep(2)
    for one in crowd:
        one.stopping = True
    for one in crowd:
        one.join(timeout=60)
        assert not one.is_alive(), "somebody still waits"

    made = [identifier for one in crowd for identifier in one.made.values()]
    assert len(set(made)) == len(made)
    next_file(nodes, living + [killed])
    (sent,) = first.database().execute(
        "SELECT count(*) AS all, count(DISTINCT trace) AS traces FROM entry WHERE trace IS NOT NULL")
    assert sent[0] == sent[1] == len(made) + 1, (sent, len(made))
    rows = first.database().execute("SELECT name FROM bank_file WHERE direction = 'outbound'")
    until(lambda: files(first) == sorted(name for (name,) in rows), 60)

    # One order of events, the same wherever it is read, each deposit in it once.
    told = [[event["id"] for event in events(node)] for node in nodes]
    assert told[0] == told[1] == told[2] == sorted(set(told[0])), "the events have no one order"
    opened = [event["data"]["deposit"] for event in events(first)
              if event["type"] == "deposit.initiated"]
    assert sorted(opened) == sorted(made + [call(
        first, "GET", f"/v1/customers/{people[0][0]}/deposits?limit=200")["data"][-1]["id"]]), (
        len(opened), len(made))
    until(lambda: set(told[0]) <= set(listener.came), 60)

    for node in nodes:
        node.stop()
    report = first.verify()
    again = sum(one.again for one in crowd)
    text = "".join((node.folder / "makewhole.log").read_text() for node in nodes)
    assert "Fatal error" not in text, text[-4000:]
    print(
        f"{len(made)} deposits at 3 processes through a freeze, a kill and a new start, {again} asked "
        f"again; {len(told[0])} events in one order, {len(rows)} bank files, {report['commits']} commits "
        f"of {report['writers']} writers verified")


main()
