"""Kills the real program at random moments while it takes in large files of returns, and lets it go
on: in the end each return was carried out once, what is of nobody waits in suspense, and the books
hold what the file's own totals say.

Thousands of real deposits have left and settled. The bank played here sends returns of them, with
entries it never had, records nobody can read, and returns that stand twice in the file. Half of the
files are taken in with `makewhole bank take`, asked for again after every kill as an operator would;
half by the service, which finds them in the folder again.
"""

import argparse
import collections
import datetime
import random
import shutil
import sqlite3
import subprocess
import time

import odfi
from system import ROOT, Makewhole, end, spawn

# What a state of the file says about where a program was when it ended.
STAGES = {
    None: "finding", "arriving": "keeping", "kept": "proving", "applying": "applying",
    "taken": "afterwards",
}
# A commit has some four thousand entries; `between` is after the first and before the last.
AIMS = ["finding", "keeping", "proving", "between", "applying", "applying"]
OBLIGATION = 3
FILES = 2


def world(server, count):
    """That many customers whose deposits have left and settled, written as the program writes them."""
    folder = server.folder / "world"
    subprocess.run(
        [str(server.bin / "makewhole-bench"), "--customers", str(count), "--world", str(folder)],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    (folder / "data").rename(server.folder / "data")
    returned = [line for line in (folder / "returns.ach").read_text().splitlines() if line[0] in "67"]
    return [
        Deposit(entry, addenda) for entry, addenda in zip(returned[::2], returned[1::2], strict=True)]


class Deposit:
    """A debit of ours, as its bank knows it: what a return of it repeats."""

    def __init__(self, entry, addenda):
        self.account, self.amount, self.name = entry[12:29], int(entry[29:39]), entry[54:76]
        self.trace = addenda[6:21]


def database(server):
    path = server.folder / "data" / "makewhole.sqlite"
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)


class Answer:
    """A file of the bank's: what must be applied, what must wait, and its own total."""

    def __init__(self, deposits, number, chance):
        self.name = f"returns-{number}.ach"
        self.applied = {one.trace: one.amount for one in deposits}
        self.parked = []
        rows = [(one.trace, one) for one in deposits]
        # Returns of entries that we never sent.
        for strange, one in enumerate(chance.sample(deposits, len(deposits) // 50)):
            self.parked.append(one.amount)
            rows.append((f"{odfi.ROUTING[:8]}{9_000_000 + strange:07}", one))
        chance.shuffle(rows)
        # Records nobody can read: of returns that can then not be carried out.
        unreadable = set(chance.sample(
            [trace for trace, _ in rows if trace in self.applied], len(deposits) // 100))
        self.unreadable = len(unreadable)
        self.parked += [self.applied.pop(trace) for trace in unreadable]
        # The same return a second time, far from the first.
        again = chance.sample([row for row in rows if row[0] in self.applied], len(deposits) // 50)
        self.repeated = sum(one.amount for _, one in again)
        self.traces = {}
        self.text = self.written(rows + again, unreadable, number)
        assert sum(self.applied.values()) + sum(self.parked) + self.repeated == self.total

    def written(self, rows, unreadable, number):
        """Batches of some hundred, in columns written here and by nothing of the program's."""
        day = datetime.datetime.now(datetime.timezone.utc)
        lines = [f"101 {odfi.ROUTING} {odfi.ROUTING}{day:%y%m%d}{number:04}A094101"
                 f"{'BENCH':23}{'BENCH BANK':23}" + " " * 8]
        batches = [rows[at:at + 700] for at in range(0, len(rows), 700)]
        for count, batch in enumerate(batches, 1):
            lines.append(f"5200{'BENCH':16}{'':20}1234567890WEB{'DEPOSIT':10}{'':6}"
                         f"{day:%y%m%d}{day.timetuple().tm_yday:03}1{odfi.RDFI}{count:07}")
            for about, one in batch:
                # A return that comes twice has its own trace number both times.
                trace = self.traces.setdefault(
                    about, f"{odfi.RDFI}{number * 1_000_000 + len(self.traces) + 1:07}")
                code = "00" if about in unreadable else "26"
                lines.append(f"6{code}{odfi.ROUTING}{one.account}{one.amount:010}{'':15}{one.name}"
                             f"S 1{trace}")
                lines.append(f"799R0{1 + int(trace) % 3}{about}{'':6}{odfi.ROUTING[:8]}{'':44}{trace}")
            lines.append("8200" + self.sums(batch)[0] + f"1234567890{'':25}{odfi.RDFI}{count:07}")
        sums, self.total = self.sums(rows, 8)
        blocks = -(-(len(lines) + 1) // 10)
        lines.append(f"9{len(batches):06}{blocks:06}{sums}{'':39}")
        lines += ["9" * 94] * (-len(lines) % 10)
        assert {len(line) for line in lines} == {94}
        return "".join(line + "\n" for line in lines)

    @staticmethod
    def sums(rows, digits=6):
        amount = sum(one.amount for _, one in rows)
        check = int(odfi.ROUTING[:8]) * len(rows) % 10**10
        return f"{2 * len(rows):0{digits}}{check:010}{amount:012}{0:012}", amount


class Trial:
    def __init__(self, server, chance):
        self.server, self.chance = server, chance
        self.landed = collections.Counter()
        self.kills = 0
        self.is_late = True

    def state(self, name):
        with database(self.server) as db:
            row = db.execute("SELECT state FROM bank_file WHERE name = ?", (name,)).fetchone()
        return row and row[0]

    def obligations(self, db):
        return db.execute(
            "SELECT count(*) FROM entity WHERE kind = ?", (OBLIGATION,)).fetchone()[0]

    def kill_at(self, aim, name, start, lasts):
        """Starts the program, waits for a stage, and kills within it."""
        process = start()
        limit = time.monotonic() + 60
        stages = list(STAGES.values())
        with database(self.server) as db:
            before = self.obligations(db)
            while process.poll() is None and time.monotonic() < limit and aim != "finding":
                row = db.execute("SELECT state FROM bank_file WHERE name = ?", (name,)).fetchone()
                stage = STAGES[row and row[0]]
                if aim == "between" and stage == "applying":
                    if self.obligations(db) > before:
                        break
                # There, or past it for good.
                elif stages.index(stage) >= stages.index(lasts[aim][0]):
                    break
            # The short stages are met in every second file, and somewhere in the others.
            if aim in ("finding", "applying") or self.is_late and aim != "between":
                time.sleep(self.chance.uniform(0, lasts[aim][1]))
            if process.poll() is None:
                self.kills += 1
            end(process)
            landed = STAGES[self.state(name)]
            if landed == "applying" and self.obligations(db) > before:
                landed = "between"
            self.landed[landed] += 1

    def take_with_kills(self, answer, start, finish, kills):
        self.is_late = not self.is_late
        # The stages before applying are over after one good run through them.
        aims = AIMS[:kills] + [self.chance.choice(AIMS[3:]) for _ in range(kills - len(AIMS))]
        lasts = {
            "finding": ("finding", 0.1), "keeping": ("keeping", 0.006),
            "proving": ("proving", 0.05), "between": ("afterwards", 0),
            "applying": ("applying", 1.5)}
        for aim in aims:
            self.kill_at(aim, answer.name, start, lasts)
        finish()

    def by_hand(self, answer, kills):
        """`bank take`, again and again as a person would."""
        source = self.server.folder / answer.name
        source.write_text(answer.text)
        command = [str(self.server.bin / "makewhole"), "bank", "take", str(source), "--json",
                   "--config", str(self.server.folder / "config.json")]

        def start():
            with open(self.server.folder / "take.log", "ab") as log:
                return spawn(command, log)

        def finish():
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            # Some of it needs a person.
            assert done.returncode == 65, (done.returncode, done.stdout[:2000], done.stderr[:2000])
            assert source.exists(), "the original was taken away"

        self.take_with_kills(answer, start, finish, kills)

    def by_service(self, answer, kills):
        """The service finds the file in its folder."""
        inbound = self.server.folder / "bank" / "inbound"
        part = inbound / (answer.name + ".part")
        part.write_text(answer.text)
        part.rename(inbound / answer.name)

        def start():
            with open(self.server.folder / "makewhole.log", "ab") as log:
                return spawn([str(self.server.bin / "makewhole"), "serve", "--config",
                              str(self.server.folder / "config.json")], log)

        def finish():
            self.server.start()
            limit = time.monotonic() + 60
            while self.state(answer.name) != "taken":
                assert time.monotonic() < limit, f"not taken in; see {self.server.folder}"
                time.sleep(0.05)
            self.server.kill()

        self.take_with_kills(answer, start, finish, kills)


def check(server, answers):
    """The books, the aggregates and the causes against what the files say."""
    applied = {trace: amount for answer in answers for trace, amount in answer.applied.items()}
    parked = [amount for answer in answers for amount in answer.parked]
    with database(server) as db:
        def one(sql, *values):
            return db.execute(sql, values).fetchone()[0]

        def balance(kind):
            return one("SELECT coalesce(sum(amount), 0) FROM account WHERE kind = ? AND "
                       "asset = 'USD'", kind)

        def same(what, told, there):
            assert told == there, f"{what}: {told} was told, {there} is there"

        for command, count in (("receive_return", len(applied)), ("park_return", len(parked))):
            same(command, count, one("SELECT count(*) FROM cause WHERE command = ?", command))
        same("customers with a return", len(applied), one(
            "SELECT count(DISTINCT customer) FROM cause WHERE command = 'receive_return'"))
        # What was spent is owed, once by each.
        same("obligations", len(applied),
             one("SELECT count(*) FROM entity WHERE kind = ?", OBLIGATION))
        same("items in suspense", len(parked), one("SELECT count(*) FROM suspense"))
        same("money in suspense", sum(parked), balance("asset:suspense:returns"))
        same("money the bank will take", sum(applied.values()) + sum(parked),
             -balance("liab:bank:returns_payable"))
        same("the files' totals", sum(answer.total - answer.repeated for answer in answers),
             sum(applied.values()) + sum(parked))
        rows = db.execute(
            "SELECT name, state, report FROM bank_file WHERE direction = 'inbound'").fetchall()
        same("files", sorted((answer.name, "taken") for answer in answers),
             sorted((name, state) for name, state, _ in rows))
        for answer in answers:
            (report,) = [report for name, _, report in rows if name == answer.name]
            same(answer.name, answer.unreadable, report.count("needs a person"))
        left = [path for path in (server.folder / "bank" / "inbound").rglob("*") if path.is_file()]
        same("files left in the folder", [], left)


def check_deposits(server, answers, chance):
    """Through the API: each deposit shows the one return that came, or none."""
    status, page = server.call("GET", "/v1/customers?limit=200")
    assert status == 200, page
    expected = {trace: answer.traces[trace] for answer in answers for trace in answer.applied}
    for customer in chance.sample(page["data"], 60):
        status, deposits = server.call("GET", f"/v1/customers/{customer['id']}/deposits")
        assert status == 200, deposits
        (deposit,) = deposits["data"]
        told = [expected[deposit["trace"]]] if deposit["trace"] in expected else []
        assert [back["trace"] for back in deposit["returns"]] == told, (deposit, told)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--returns", type=int, default=11_000, help="in all files")
    options.add_argument("--kills", type=int, default=12, help="in all files")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options = options.parse_args()
    print(f"seed {options.seed}", flush=True)
    began = time.monotonic()
    chance = random.Random(options.seed)
    server = Makewhole(options.bin)
    try:
        # Some have no return.
        deposits = world(server, options.returns * 11 // 10)
        made = time.monotonic() - began
        chance.shuffle(deposits)
        size = options.returns // FILES
        answers = [
            Answer(deposits[number * size:(number + 1) * size], number + 1, chance)
            for number in range(FILES)]
        trial = Trial(server, chance)
        for number, answer in enumerate(answers):
            take = trial.by_hand if number < FILES // 2 else trial.by_service
            take(answer, options.kills // FILES)
        missing = {"keeping", "proving", "applying", "between"} - set(trial.landed)
        assert not missing, f"no kill came while {missing}: {dict(trial.landed)}"
        check(server, answers)
        server.start()
        check_deposits(server, answers, chance)
        server.stop()
        report = server.verify()
        print(
            f"{trial.kills} kills ({dict(trial.landed)}) in {FILES} files: "
            f"{sum(len(one.applied) for one in answers)} returns carried out once each, "
            f"{sum(len(one.parked) for one in answers)} wait in suspense, {report['commits']} "
            f"commits verified; {made:.0f} s for the deposits, "
            f"{time.monotonic() - began:.0f} s in all", flush=True)
    except BaseException:
        print(f"the files are in {server.folder}", flush=True)
        raise
    shutil.rmtree(server.folder)


main()
