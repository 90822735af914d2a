"""Exports the books of a busy hour, and lets hledger, which we did not write, check them."""

import argparse
import decimal
import shutil
import subprocess

from system import ROOT, Makewhole


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    server = Makewhole(options.bin).start()

    def post(path, body, key):
        status, answer = server.call("POST", path, body, key)
        assert status in (200, 201), (path, status, answer)
        return answer

    post("/v1/house/funding", {"asset": "BTC", "quantity": "10.00000000"}, "f1")
    post("/v1/house/funding", {"asset": "USD", "amount_minor": 1_000_000_00}, "f2")
    for number in range(5):
        customer = post(
            "/v1/customers",
            {
                "reference": f"books-{number}", "name": "Books Test",
                "email": f"books{number}@localhost", "language": "es",
                "time_zone": "America/Chicago",
            },
            f"c{number}",
        )["id"]
        method = post(
            f"/v1/customers/{customer}/payment-methods",
            {
                "type": "bank_account", "label": "Bank", "routing_number": "091000019",
                "account_number": f"99912345{number:04}", "account_type": "savings",
                "verified": True, "balance_minor": 10_000_000,
            },
            f"m{number}",
        )["id"]
        post(
            f"/v1/customers/{customer}/deposits", {"method": method, "amount_minor": 500_00},
            f"d{number}",
        )
        post(
            f"/v1/customers/{customer}/trades",
            {
                "side": "buy", "asset": "BTC", "quantity": f"0.0082916{number}",
                "cash_minor": 500_00 - number, "fee_minor": 2_50,
            },
            f"t{number}",
        )
    server.stop()
    server.verify()
    export = server.tool(
        "export", "--format", "hledger", "--data", str(server.folder / "data"),
        "--policy", str(ROOT / "policy.json"),
    )
    assert export.returncode == 0, export.stderr
    journal = server.folder / "books.journal"
    journal.write_text(export.stdout)
    subprocess.run(["hledger", "-f", str(journal), "check", "accounts", "commodities"], check=True)
    theirs = subprocess.run(
        ["hledger", "-f", str(journal), "balance", "--flat", "--no-total", "-O", "csv",
         "--layout", "bare"],
        check=True, capture_output=True, text=True,
    ).stdout
    balances = {}
    for line in theirs.splitlines()[1:]:
        account, commodity, amount = [field.strip('"') for field in line.split('","')]
        balances[account.strip('"'), commodity] = decimal.Decimal(amount)
    ours = {}
    for row in server.tool("balances", "--data", str(server.folder / "data"),
                           "--policy", str(ROOT / "policy.json")).stdout.splitlines():
        account, commodity, amount = row.split("\t")
        if decimal.Decimal(amount) != 0:
            ours[account, commodity] = decimal.Decimal(amount)
    assert ours and ours == balances, (sorted(ours.items()), sorted(balances.items()))
    print(f"{len(ours)} balances agree with hledger's")
    shutil.rmtree(server.folder)


main()
