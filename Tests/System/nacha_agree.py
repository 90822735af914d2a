"""Two readers that share nothing must say the same of every file.

Makes valid files of every class and kind, and files broken in one to four places, from a seed; has
`makewhole nacha check --json` and the naive reader read each under both readings; and proves that
`convert` to JSON and back gives every byte again. Then has `compose` make files of documents of every
kind of entry, and proves them against the documents (nacha_compose.py). Stops at the first file that
differs and keeps it.

    nacha_agree.py --bin FOLDER [--files 2000] [--seed 1]
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from nacha_compose import compose
from nacha_reader import Reader

BANKS = ["02100002", "07640125", "09100001", "01140153"]
FORWARD = "WEB PPD CCD CTX TEL IAT ADV CIE MTE POS SHR ARC BOC RCK POP XCK TRC ENR TRX ATX ACK DNE"
BATCH = 200


def check_digit(eight):
    return str(-sum(int(d) * w for d, w in zip(eight, (3, 7, 1, 3, 7, 1, 3, 7))) % 10)


class Maker:
    """A valid file, column by column."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def file(self):
        r = self.random
        self.lines = []
        kinds = ["forward"] * 3 + ["return"] * 3 + [
            "dishonored", "contested", "change", "refused", "advice"]
        chosen = [r.choice(kinds) for _ in range(r.choice([0, 1, 1, 2, 3]))]
        if "advice" in chosen:
            chosen = ["advice"] * len(chosen)
        bank = r.choice(BANKS)
        self.lines.append(
            "101" + " " + bank + check_digit(bank) + self.text(10, 3).rjust(10) + "261127"
            + r.choice(["0700", "    "]) + r.choice("ABZ09") + "094101" + self.text(23)
            + self.text(23) + self.text(8))
        sums = [0, 0, 0, 0]
        for number, kind in enumerate(chosen):
            sums = [a + b for a, b in zip(sums, self.batch(kind, number + 1))]
        blocks = (len(self.lines) + 10) // 10
        control = "9%06d%06d%08d%010d" % (len(chosen), blocks, sums[0], sums[1] % 10**10)
        control += ("%020d%020d" if chosen[:1] == ["advice"] else "%012d%012d") % tuple(sums[2:])
        self.lines.append(control.ljust(94))
        while len(self.lines) % 10:
            self.lines.append("9" * 94)
        assert all(len(line) == 94 for line in self.lines), self.lines
        return self.lines

    def text(self, width, least=0):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -.&abcxyz\"\\"
        count = self.random.randint(least, width)
        text = "".join(self.random.choice(letters) for _ in range(count))
        return (("X" + text[1:]) if least else text).ljust(width)

    def batch(self, kind, number):
        r = self.random
        klass = {"change": "COR", "refused": "COR", "advice": "ADV"}.get(kind)
        if klass is None:
            choices = FORWARD.split() if kind == "forward" else ["WEB", "PPD", "CCD", "IAT", "CTX"]
            klass = r.choice([c for c in choices if c != "ADV"])
            if kind in ("dishonored", "contested") and klass == "IAT":
                klass = "WEB"
        advice = klass == "ADV"
        odfi = r.choice(BANKS)
        service = "280" if advice else "200"
        company = self.text(10, 4)
        settlement = "   " if kind in ("forward", "dishonored", "refused") else "331"
        head = "5" + service
        if klass == "IAT":
            head += " " * 16 + "FF3" + " " * 15 + "CA" + company + klass + self.text(10, 3) + "USDCAD"
        else:
            head += (self.text(16, 2) + self.text(20) + company + klass + self.text(10, 3)
                     + self.text(6))
        self.lines.append(
            head + "261130" + settlement + ("0" if advice else "1") + odfi + "%07d" % number)
        sequence = r.randint(0, 900)
        sums = [0, 0, 0, 0]
        for _ in range(r.choice([1, 1, 2, 3, 9])):
            sequence += r.randint(1, 50)
            before = len(self.lines)
            receiver, cents, debit = (
                self.advice(odfi, sequence) if advice
                else self.entry(kind, klass, odfi, sequence))
            sums[0] += len(self.lines) - before
            sums[1] += int(receiver)
            sums[2 if debit else 3] += cents
        sums[1] %= 10**10
        control = "8" + service + "%06d%010d" % (sums[0], sums[1])
        if advice:
            control += "%020d%020d" % (sums[2], sums[3]) + self.text(19)
        else:
            control += "%012d%012d" % (sums[2], sums[3]) + company + " " * 25
        self.lines.append(control + odfi + "%07d" % number)
        return sums

    def advice(self, odfi, sequence):
        r = self.random
        code, receiver, cents = r.randint(81, 88), r.choice(BANKS), r.randint(1, 10**9)
        self.lines.append(
            "6%02d" % code + receiver + check_digit(receiver) + self.text(15, 3) + "%012d" % cents
            + "021000021" + self.text(5) + " " + self.text(22, 1) + "  0" + odfi + "331"
            + "%04d" % (sequence % 10000))
        return receiver, cents, code % 2 == 0

    def entry(self, kind, klass, odfi, sequence):
        r = self.random
        account = r.choice([20, 30, 40])
        if kind == "forward":
            code = account + r.choice([2, 2, 7, 7, 7, 3, 8, 4, 9])
            cents = 0 if code % 10 in (3, 4, 8, 9) else r.choice([1, 50000, 9999999999])
        else:
            code = account + r.choice([1, 6])
            cents = 0 if klass == "COR" else r.choice([0, 1, 12345])
        receiver = r.choice(BANKS)
        trace = odfi + "%07d" % sequence
        addenda = self.addenda(kind, klass, trace)
        has = "1" if addenda else "0"
        head = "6%02d" % code + receiver + check_digit(receiver)
        if klass == "IAT":
            line = head + "%04d" % len(addenda) + " " * 13 + "%010d" % cents
            line += self.text(35, 3) + "  " + "  " + has + trace
        else:
            line = head + self.text(17, 3) + "%010d" % cents
            if klass in ("CTX", "ENR", "TRX", "ATX"):
                line += self.text(15) + "%04d" % len(addenda) + self.text(16, 1) + "  "
            elif klass in ("CIE", "MTE"):
                line += self.text(15, 1) + self.text(22)
            else:
                line += self.text(15) + self.text(22, 1)
            line += "S " + has + trace
        self.lines.append(line)
        self.lines += addenda
        return receiver, cents, code % 10 > 5

    def addenda(self, kind, klass, trace):
        r = self.random
        bank, other = r.choice(BANKS), r.choice(BANKS) + "%07d" % r.randint(1, 9999)
        original = r.choice(BANKS) + "%07d" % r.randint(1, 9999999)
        if kind == "return":
            code = r.choice(["R01", "R02", "R03", "R10", "R14", "R15", "R29", "R17", "R90"])
            death = r.choice(["261101", "      "]) if code in ("R14", "R15") else "      "
            return self.international(trace, []) * (klass == "IAT") + [
                "799" + code + original + death + bank + self.text(44) + trace]
        if kind == "dishonored":
            return ["799" + r.choice(["R61", "R67", "R68", "R69", "R70"]) + original + " " * 6 + bank
                    + "   " + other + r.choice(["331", "   "]) + "01" + self.text(21) + trace]
        if kind == "contested":
            return ["799" + r.choice(["R71", "R73", "R74", "R77"]) + original + "261127" + bank
                    + "329" + other + "331" + "01" + other + "338" + "69" + " " + trace]
        if kind == "change":
            return ["798" + r.choice(["C01", "C02", "C03", "C05", "C07"]) + original + " " * 6 + bank
                    + self.text(29, 2) + " " * 15 + trace]
        if kind == "refused":
            return ["798" + r.choice(["C61", "C62", "C65"]) + original + " " * 6 + bank
                    + self.text(29, 2) + "C03" + "0000007" + " " * 5 + trace]
        if klass == "IAT":
            return self.international(trace, r.choice([[], [17], [17, 17], [18], [17, 18]]))
        if klass in ("POS", "MTE", "SHR"):
            return r.choice([[], ["702" + self.text(76) + trace]])
        most = {"CTX": 12, "ENR": 3, "TRX": 2}.get(
            klass, 1 if klass in "WEB PPD CCD CIE ACK ATX DNE".split() else 0)
        return ["705" + self.text(80) + "%04d" % (i + 1) + trace[-7:]
                for i in range(r.randint(0, most))]

    def international(self, trace, extra):
        lines = []
        for type_ in list(range(10, 17)) + extra:
            body = self.text(80, 1)
            if type_ in (17, 18):
                body = self.text(76, 1).ljust(80)
            lines.append("7%d" % type_ + body + "    " + trace[-7:])
        return lines

    # -- faults

    def file_bytes(self):
        end = self.random.choice(["\n", "\n", "\r\n", "", "\r"])
        return end.join(self.file() + ([""] if end else [])).encode()

    def mutated(self):
        data = bytearray(self.file_bytes())
        for _ in range(self.random.randint(1, 4)):
            self.mutate(data)
        return bytes(data)

    def mutate(self, data):
        r = self.random
        if not data:
            return
        place = r.randrange(len(data))
        fault = r.randrange(14)
        if fault == 0:
            data[place] = r.randrange(256)
        elif fault in (1, 2):
            data[place] = r.randrange(0x20, 0x7F)
        elif fault in (3, 4):
            data[place] = r.randrange(0x30, 0x3A)
        elif fault == 5:
            del data[place]
        elif fault == 6:
            data.insert(place, r.randrange(256))
        elif fault == 7:
            del data[place:]
        elif fault == 8:
            start = place - place % 95
            data[start:start] = data[start : start + 95]
        elif fault == 9:
            start = place - place % 95
            data[start : start + 95] = r.choice([b"", b" " * 94 + b"\n", b"\r\n"])
        elif fault == 10:
            lines = bytes(data).split(b"\n")
            more = r.choice([0, 0, 1, 40])
            data[:] = b"\n".join(line.rstrip(b" ").ljust(94 + more if more else 0) for line in lines)
        elif fault == 11:
            data += r.choice([b"\x1a", b"\n\n", b"TOTALS\n", b"\x00\x00", self.file_bytes()])
        elif fault == 12:
            data[place : place + 1] = r.choice(["é", "ñ", "\ufeff"]).encode()
        else:
            data[0:0] = r.choice([b"\xef\xbb\xbf", b"\n", b"RETURNS OF TODAY\n", b" "])


def compare(found, expected):
    for key, value in expected.items():
        if key == "problems":
            lines = sorted((p["line"], p["code"]) for p in found["problems"])
            if lines != value:
                only = [p for p in lines if p not in value], [p for p in value if p not in lines]
                return f"problems differ: program {only[0]}, naive reader {only[1]}"
        elif found[key] != value:
            return f"{key}: program {found[key]}, naive reader {value}"
    return None


def run(program, arguments, **options):
    return subprocess.run([program, "nacha", *arguments], capture_output=True, **options)


def commands(program, folder):
    """What the commands promise a script: exit codes, standard input, masked accounts."""
    lines = [
        "101 123456780 0210000212611270700B094101EXAMPLE EXCHANGE       SAMPLE BANK",
        "5225EXAMPLE EXCHANGE                    1123456789WEBDEPOSIT         2611253311076401250000001",
        "6260210000210012345678       0000050000dep_01         Ada Sample            S 1076401250000101",
        "799R01021000020000001      07640125see 9988776655                              076401250000101",
        "822500000200021000020000000500000000000000001123456789                         076401250000001",
        "9000001000001000000020002100002000000050000000000000000",
    ]
    good = "\n".join(line.ljust(94) for line in lines + ["9" * 94] * 4).encode() + b"\n"
    path = pathlib.Path(folder) / "commands.ach"
    path.write_bytes(good)
    for data, arguments, code in (
        (b"", ["check", str(path)], 0),
        (b"", ["check", "--profile", "strict", str(path)], 0),
        (good, ["check", "-"], 0),
        (good.replace(b"0000050000dep", b"0000050001dep"), ["check", "-"], 65),
        (b"<html>", ["check", "--json", "-"], 65),
        (b"", ["check", str(path) + ".none"], 66),
        (b"", ["check", folder], 66),
        (b"", ["check", "--profile", "none", str(path)], 64),
        (b"", ["check"], 64),
        (b"", ["show", str(path)], 0),
        (b"[]", ["convert", "--to", "nacha", "-"], 65),
    ):
        result = run(program, arguments, input=data)
        if result.returncode != code:
            sys.exit(f"nacha {arguments} ended with {result.returncode}, not {code}")
    text = run(program, ["check", str(path)]).stdout.decode()
    for part in ("valid, totals proven", "debits $500.00", "WEB 1", "R01 1"):
        if part not in text:
            sys.exit(f"check does not say {part}: {text}")
    shown = run(program, ["show", str(path)]).stdout.decode()
    for part in ("0012345678", "9988776655"):
        if part in shown:
            sys.exit(f"show does not mask {part}: {shown}")
    if "****5678" not in shown or "R01 of 021000020000001" not in shown:
        sys.exit(f"show does not name the return: {shown}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = str(pathlib.Path(options.bin) / "makewhole")
    valid = broken = 0
    verdicts = {}
    with tempfile.TemporaryDirectory() as folder:
        commands(program, folder)
        documents = max(20, options.files // 10)
        composed, aside = compose(program, folder, documents, options.seed)
        print(f"{documents} documents made {composed} files, with {aside} entries set aside")
        for start in range(0, options.files, BATCH):
            paths, contents, whole = [], [], []
            for index in range(start, min(start + BATCH, options.files)):
                maker = Maker(options.seed * 1_000_003 + index)
                is_whole = index % 4 == 0
                data = maker.file_bytes() if is_whole else maker.mutated()
                path = pathlib.Path(folder) / f"{index}.ach"
                path.write_bytes(data)
                paths.append(str(path))
                contents.append(data)
                whole.append(is_whole)
            for profile in ("strict", "lenient"):
                result = run(program, ["check", "--json", "--profile", profile, *paths])
                answers = result.stdout.decode().splitlines()
                if result.returncode not in (0, 65) or len(answers) != len(paths):
                    sys.exit(f"check ended with {result.returncode}: {result.stderr.decode()}")
                for path, data, is_whole, answer in zip(paths, contents, whole, answers):
                    found = json.loads(answer)
                    expected = Reader(profile).read(data)
                    difference = compare(found, expected)
                    if difference is None and is_whole and expected["verdict"] != "valid":
                        difference = f"a valid file is {expected['verdict']}: {expected['problems']}"
                    if difference:
                        kept = pathlib.Path(f"nacha-differs-{profile}.ach")
                        kept.write_bytes(data)
                        sys.exit(f"{profile}, {path}: {difference}\nThe file is {kept.resolve()}")
                    key = (profile, expected["verdict"])
                    verdicts[key] = verdicts.get(key, 0) + 1
            # The conversion costs a process a file: one in twenty.
            for data in contents[::20]:
                text = run(program, ["convert"], input=data)
                back = run(program, ["convert", "--to", "nacha"], input=text.stdout)
                json.loads(text.stdout)
                if back.stdout != data:
                    pathlib.Path("nacha-converts.ach").write_bytes(data)
                    sys.exit(f"convert loses something of nacha-converts.ach: {back.stderr}")
            for path in paths:
                pathlib.Path(path).unlink()
    told = ", ".join(f"{p} {v} {n}" for (p, v), n in sorted(verdicts.items()))
    print(f"{options.files} files, each read by both alike: {told}")


if __name__ == "__main__":
    main()
