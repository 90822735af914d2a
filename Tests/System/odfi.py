"""The bank of a system test: reads the files we send, and writes returns and statements.

It takes Nacha records apart by their columns and shares no code with the program, so that a mistake
made there is seen here.
"""

import datetime

ROUTING = "091000019"
# How our files name us, in ten columns.
ORIGIN = "1234567890"
# The bank of the customers: whose traces returns have.
RDFI = "06100001"


class Debit:
    """One entry of ours, as the bank received it."""

    def __init__(self, batch, record):
        self.batch = batch
        self.record = record
        self.amount = int(record[29:39])
        self.identification = record[39:54]
        self.trace = record[79:94]
        # The effective entry date of a file sent in time is the day it settles.
        self.day = datetime.datetime.strptime(batch[69:75], "%y%m%d").date().isoformat()


def read(text, name):
    """The debits of a file, after adding up again every count, sum and hash in it."""
    lines = text.splitlines()
    assert lines and all(len(line) == 94 for line in lines), f"{name}: 94 columns"
    assert len(lines) % 10 == 0, f"{name}: blocks of ten"
    debits, batches, batch = [], [], None
    for line in lines:
        if line[0] == "5":
            batch = line
            batches.append([])
        elif line[0] == "6":
            assert line[1:3] in ("27", "37"), f"{name}: only debits leave"
            debit = Debit(batch, line)
            debits.append(debit)
            batches[-1].append(debit)
        elif line[0] == "8":
            assert control(line[4:10], line[10:44]) == sums(batches[-1]), f"{name}: batch control"
        elif line[0] == "9" and line != "9" * 94:
            assert int(line[1:7]) == len(batches), f"{name}: number of batches"
            assert int(line[7:13]) * 10 == len(lines), f"{name}: number of blocks"
            assert control(line[13:21], line[21:55]) == sums(debits), f"{name}: file control"
    return debits


def control(count, rest):
    return int(count), int(rest[:10]), int(rest[10:22]), int(rest[22:])


def sums(debits):
    check = sum(int(debit.record[3:11]) for debit in debits) % 10**10
    return len(debits), check, sum(debit.amount for debit in debits), 0


def return_file(returns, number):
    """A file with returns: (debit, code, trace of the return) each. `number` tells it from others
    of the day."""
    moment = datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=number)
    lines = [
        "101" + ORIGIN + " " + ROUTING + moment.strftime("%y%m%d%H%M") + "A094101"
        + f"{'SAMPLE EXCHANGE':23}" + f"{'SANDBOX BANK':23}" + " " * 8
    ]
    for index, (debit, code, trace) in enumerate(returns, 1):
        old, record = debit.batch, debit.record
        # A return of the day on which the debit settled.
        settlement = datetime.date.fromisoformat(debit.day).timetuple().tm_yday
        lines.append("5200" + old[4:75] + f"{settlement:03}1" + RDFI + f"{index:07}")
        answers = {"27": "26", "37": "36"}[record[1:3]]
        lines.append("6" + answers + ROUTING + record[12:76] + "  1" + trace)
        lines.append(
            "799" + code + debit.trace + " " * 6 + record[3:11] + " " * 44 + trace)
        totals = f"{int(ROUTING[:8]):010}{debit.amount:012}{0:012}"
        lines.append("8200" + f"{2:06}" + totals + old[40:50] + " " * 25 + RDFI + f"{index:07}")
    count = len(returns)
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(
        "9" + f"{count:06}{blocks:06}{2 * count:08}{int(ROUTING[:8]) * count % 10**10:010}"
        + f"{sum(debit.amount for debit, _, _ in returns):012}{0:012}" + " " * 39)
    lines += ["9" * 94] * (-len(lines) % 10)
    assert all(len(line) == 94 for line in lines)
    return "".join(line + "\n" for line in lines)


def statement(rows, day):
    """A settlement report: (record, trace, amount, day, reference) each."""
    lines = ["record,trace_number,amount_minor,settlement_date,reference"]
    lines += [",".join(str(field) for field in row) for row in rows]
    lines.append(f"total,{len(rows)},{sum(row[2] for row in rows)},{day},")
    return "".join(line + "\n" for line in lines)
