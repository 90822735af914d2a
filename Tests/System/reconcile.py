"""Statements of the bank, taken by the real program: a file that left is explained by one net line, a
movement nobody knows is a break until a person closes it, and what is not proven leaves nothing."""

import argparse
import datetime
import json
import os
import re
import time
import urllib.request

from system import Makewhole, running, spawn


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def call(server, method, path, body=None, key=None, status=None):
    got, answer = server.call(method, path, body, key)
    assert got == status or status is None and got < 300, (path, got, answer)
    return answer


def send_deposit(server):
    """The bank file a deposit leaves in, as (name, settlement date, cents)."""
    customer = call(server, "POST", "/v1/customers", {
        "reference": "ex-1", "name": "Ada Sample", "email": "ada@localhost", "language": "en",
        "time_zone": "America/New_York",
    })["id"]
    method = call(server, "POST", f"/v1/customers/{customer}/payment-methods", {
        "type": "bank_account", "label": "Checking", "routing_number": "021000021",
        "account_number": "9876543210", "account_type": "checking", "verified": True,
        "balance_minor": 1_000_000,
    }, "method")["id"]
    call(server, "POST", f"/v1/customers/{customer}/deposits",
         {"method": method, "amount_minor": 50_000}, "deposit")
    outbound = server.folder / "bank" / "outbound"
    for _ in range(10):
        due = call(server, "GET", "/v1/sandbox/clock")["next_due"]
        call(server, "POST", "/v1/sandbox/clock", {"advance_to": due})
        until(lambda: not call(server, "GET", "/v1/sandbox/clock")["busy"])
        files = list(outbound.glob("*.ach"))
        if files:
            break
    lines = files[0].read_text().splitlines()
    day = datetime.datetime.strptime(lines[1][69:75], "%y%m%d").date()
    return files[0].name, day, sum(int(line[29:39]) for line in lines if line[0] == "6")


def statement(day, opening, items):
    """One account in BAI2; items are (type, cents, references and text)."""
    credits = sum(cents for kind, cents, _ in items if kind < 400)
    debits = sum(cents for kind, cents, _ in items if kind >= 400)
    closing = opening + credits - debits
    total = opening + closing + credits + debits
    count = len(items)
    return "".join(line + "\n" for line in [
        "01,091000019,SAMPLE,261125,0630,1,,,2/",
        f"02,SAMPLE,091000019,1,{day:%y%m%d},,USD,2/",
        f"03,1002003001,,010,{opening},,,015,{closing},,/",
        *[f"16,{kind},{cents},Z,{rest}" for kind, cents, rest in items],
        f"49,{total},{count + 2}/", f"98,{total},1,{count + 4}/", f"99,{total},1,{count + 6}/",
    ])


def deliver(server, name, text):
    """By rename, as a bank does; then it is taken."""
    inbound = server.folder / "bank" / "inbound"
    aside = inbound / (name + ".part")
    aside.write_text(text)
    aside.rename(inbound / name)
    until(lambda: not (inbound / name).exists())


def breaks(server, state="open"):
    return call(server, "GET", f"/v1/reconciliation/breaks?state={state}")["data"]


def figure(server, name):
    request = urllib.request.Request(server.url + "/metrics")
    request.add_header("Authorization", "Bearer " + server.key)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))


# What the program holds by itself, and little more, whatever the size of the document.
MEMORY_MAX = 64 << 20


def camt(path, size):
    """A document of about so many bytes; says how many entries of one dollar are in it."""
    def balance(code, dollars):
        return (f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='USD'>{dollars}.00"
                "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>")

    text = "payment of a customer " * 4
    entry = ("<Ntry><NtryRef>N{0}</NtryRef><Amt Ccy='USD'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
             "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>"
             "<AcctSvcrRef>R{0}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E{0}</EndToEndId>"
             "</Refs><AmtDtls><TxAmt><Amt Ccy='USD'>1.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>"
             f"<AddtlNtryInf>{text}</AddtlNtryInf></Ntry>\n")
    count = size // len(entry)
    with open(path, "w") as file:
        file.write(
            "<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>"
            "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><Acct><Id><Othr>"
            "<Id>100000006789</Id></Othr></Id><Ccy>USD</Ccy></Acct>"
            + balance("OPBD", 0) + balance("CLBD", count)
            + f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{count}.00</Sum>"
            "</TtlNtries></TxsSummry>")
        for number in range(count):
            file.write(entry.format(number))
        file.write("</Stmt></BkToCstmrStmt></Document>\n")
    return count


def read_large(binaries, folder, size):
    """A statement as large as wanted, its totals proven in memory that does not grow with it."""
    path = folder / "large.xml"
    count = camt(path, size)
    command = [str(binaries / "makewhole"), "statements", "check", "--json", str(path)]
    with open(folder / "large.json", "w+") as answer:
        process = spawn(command, answer)
        _, status, usage = os.wait4(process.pid, 0)
        running.discard(process)
        answer.seek(0)
        told = json.load(answer)
    assert status == 0 and told["verdict"] == "valid" and told["proof"] == "proven", told
    assert told["items"] == count, (told["items"], count)
    memory = usage.ru_maxrss << 10
    assert memory < MEMORY_MAX, f"{memory} bytes of memory"
    print(f"  {path.stat().st_size >> 20} MB of camt, {count} entries, read with "
          f"{memory >> 20} MB of memory")
    path.unlink()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument(
        "--megabytes", type=int, default=2, help="of a large statement that is read by itself")
    options = options.parse_args()
    server = Makewhole(options.bin).start()
    try:
        name, day, cents = send_deposit(server)
        morning = datetime.datetime.combine(
            day + datetime.timedelta(days=1), datetime.time(13), datetime.timezone.utc)
        call(server, "POST", "/v1/sandbox/clock",
             {"advance_to": morning.strftime("%Y-%m-%dT%H:%M:%SZ")})

        # Cut short, it proves nothing and leaves nothing.
        text = statement(day, 0, [(165, cents, f"BR1,{name},ACH SETTLEMENT")])
        deliver(server, "cut.bai2", text[:-40])
        assert call(server, "GET", "/v1/reconciliation/days")["data"] == []

        # One net line for the file.
        deliver(server, "statement.bai2", text)
        # It is kept first and matched then.
        until(lambda: [
            (row["day"], row["difference_minor"])
            for row in call(server, "GET", "/v1/reconciliation/days")["data"]
        ] == [(day.isoformat(), 0)])
        assert breaks(server) == []

        # The same again changes nothing; then money nobody expects, in a file of the same name.
        deliver(server, "again.bai2", text + "\n")
        deliver(server, "statement.bai2",
                statement(day, cents, [(195, 1_234, "BR2,,FROM SOMEBODY")]))
        found = until(lambda: breaks(server))
        assert [(row["side"], row["amount_minor"]) for row in found] == [("found", 1_234)], found
        assert figure(server, "makewhole_reconciliation_breaks_unassigned") == 1

        # A crash forgets nothing.
        server.kill()
        server.start()
        path = f"/v1/reconciliation/breaks/{found[0]['id']}"
        call(server, "POST", path + "/assign", {"owner": "Dana"})
        assert breaks(server)[0]["owner"] == "Dana"
        call(server, "POST", path + "/close", {"reason": "a gift"})
        call(server, "POST", path + "/close", {"reason": "a gift"}, status=409)
        assert breaks(server) == []
        assert figure(server, "makewhole_reconciliation_breaks_open") == 0
        detail = call(server, "GET", f"/v1/reconciliation/days/{day.isoformat()}")
        assert detail["difference_minor"] == 1_234 and len(detail["items"]) == 3, detail
    finally:
        server.stop()
    server.verify()
    read_large(server.bin, server.folder, options.megabytes << 20)
    print("  a file explained by one line, a break taken and closed, nothing from what is unproven")


if __name__ == "__main__":
    main()
