"""A second reader of Nacha files, slow and naive, that shares nothing with the library.

It reads the whole file, cuts strings, and says what `makewhole nacha check --json` must say:
verdict, proof, counts, totals, classes, codes and each problem's line and code. It is written from
the record layouts and from docs/reference/nacha.md. `nacha_agree.py` compares the two.
"""

import datetime
from collections import Counter

WARNING, QUARANTINE, REFUSAL = 0, 1, 2

WARNED = set(
    """paddingMissing blankLine returnCodeUnknown changeCodeUnknown lowerCase secondFile
    reservedNotBlank statusUnknown serviceClassUnknown recordLength notPrintable strayBytes
    wrongConstant notATime blank partyCheckDigit dateUnreadable wrongSide amountZero amountNotZero
    wrongTransactionCode tracePrefix traceNotAscending batchNumberNotAscending addendaIndicator
    addendaTooMany addendaTrace addendaSequence addendaCount addendaOrder addendaMisplaced
    entryClassMismatch kindsMixed batchEmpty serviceClassDiffers companyDiffers blockCountDiffers
    """.split()
)
SET_ASIDE = set(
    "addendaUnreadable addendaMissing addendaMixed addendaWithoutEntry entryClassUnknown".split()
)
ALWAYS_MINOR = set("paddingMissing blankLine returnCodeUnknown changeCodeUnknown".split())

CLASSES = set(
    "WEB PPD CCD CTX TEL COR ACK ADV ARC ATX BOC CIE DNE ENR IAT MTE POP POS RCK SHR TRC TRX XCK"
    .split()
)
COUNTED = {"CTX", "ENR", "TRX", "ATX"}
NAME_FIRST = {"CIE", "MTE"}
ONE_ADDENDA = set("WEB PPD CCD CIE MTE POS SHR ACK ATX DNE".split())
TAKES_05 = set("WEB PPD CCD CTX CIE ACK ATX DNE ENR TRX".split())
TAKES_02 = {"POS", "MTE", "SHR"}
CODES = {a * 10 + b for a in (2, 3, 4) for b in (1, 2, 3, 4, 6, 7, 8, 9)} | {51, 52, 53, 54, 55, 56}


def spread(letter, text):
    return {letter + number for part in text.split() for number in numbers(part)}


def numbers(part):
    first, _, last = part.partition("-")
    return ["%02d" % n for n in range(int(first), int(last or first) + 1)]


RETURNS = spread("R", "1-47 50-53 80-85 90")
DISHONORED = spread("R", "61-70")
CONTESTED = spread("R", "71-77")
CHANGES = spread("C", "1-14")
REFUSED_CHANGES = spread("C", "61-69")


def digits(text):
    return bool(text) and all(c in "0123456789" for c in text)


def empty(text):
    """Blanks and zeros do not fill a field."""
    return not text.strip(" 0")


def date(text):
    if not digits(text):
        return None
    try:
        return datetime.date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def check_digit(nine):
    total = sum(int(d) * w for d, w in zip(nine, (3, 7, 1, 3, 7, 1, 3, 7, 1)))
    return total % 10 == 0 and int(nine) > 0


def three(text):
    """A code of three printable characters, letters raised; None for anything else."""
    return text.upper() if all("!" <= c <= "~" for c in text) else None


def is_debit(code):
    return code == 55 or code % 10 > 5


class Entry:
    def __init__(self, line, record, worst):
        self.line, self.record, self.worst = line, record, worst
        self.addenda = []


class Batch:
    def __init__(self, line, header=None):
        self.line, self.header = line, header
        self.service = self.klass = self.odfi = self.number = None
        self.international_change = False
        self.worst = None
        self.entries = self.addenda = self.quarantined = self.count = self.unknown = 0
        self.hash = self.debits = self.credits = 0
        self.hash_known = self.amounts_known = True
        self.previous_trace = self.kind = None


class Reader:
    def __init__(self, profile):
        self.strict = profile == "strict"
        self.problems, self.reports = [], []
        self.classes, self.codes = Counter(), Counter()
        self.state = "start"
        self.batch = self.entry = None
        self.entry_worst = None
        self.files = 0
        self.fresh()

    def fresh(self):
        self.worst = None
        self.records = self.batches = 0
        self.entries = self.addenda = self.quarantined = 0
        self.debits = self.credits = 0
        self.declared = [0, 0, 0, 0]
        self.declared_known = True
        self.contradicted = self.unproven = False
        self.blocks = None
        self.previous_batch = None
        self.has_header = self.advice = False

    # -- problems

    def add(self, code, line, scope="file"):
        if self.strict:
            severity = WARNING if code in ALWAYS_MINOR else REFUSAL
        elif scope == "after":
            severity = WARNING
        else:
            severity = WARNING if code in WARNED else QUARANTINE if code in SET_ASIDE else REFUSAL
            if scope == "entry":
                severity = min(severity, QUARANTINE)
        self.problems.append((line, code))
        self.worst = severity if self.worst is None else max(self.worst, severity)
        if scope == "entry":
            if self.entry_worst is None or severity > self.entry_worst:
                self.entry_worst = severity

    # -- lines

    def read(self, data):
        for line, piece in self.lines(data):
            if self.state == "notNacha":
                break
            self.line = line
            self.take_line(piece)
        return self.finish()

    def lines(self, data):
        """Numbered lines without their ends; tells what was around them."""
        self.line = 0
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
            self.add("strayBytes", 1, "after")
        head = data[:95]
        joined = (
            len(head) == 95
            and b"\n" not in head
            and b"\r" not in head
            and head[94:95] in (b"5", b"6", b"7", b"8", b"9")
            and all(0x20 <= b <= 0x7E for b in head)
        )
        pieces, at = [], 0
        while at < len(data):
            ends = [p for p in (data.find(b"\n", at), data.find(b"\r", at)) if p >= 0]
            end = min(ends) if ends else None
            if joined and end == at:
                at += 1
                continue
            if joined and (end is None or end > at + 94) and len(data) - at >= 94:
                pieces.append((data[at : at + 94], True))
                at += 94
                continue
            if joined and end == at + 94:
                pieces.append((data[at : at + 94], True))
                at += 94
                continue
            if end is None:
                pieces.append((data[at:], False))
                break
            pieces.append((data[at:end], True))
            at = end + 2 if data[end : end + 2] == b"\r\n" else end + 1
        number = 0
        for piece, ended in pieces:
            if not ended and len(piece) <= 1024:
                bare = piece.rstrip(b"\x1a\x00")
                if bare != piece:
                    if self.state != "notNacha":
                        self.add("strayBytes", number + 1, "after")
                    if not bare:
                        self.line = number + 1
                        return
                    piece = bare
            number += 1
            yield number, piece

    def take_line(self, piece):
        filled = piece.rstrip(b" ")
        if not filled:
            return self.add("blankLine", self.line, "after")
        if len(filled) <= 1024 and not filled.strip(b" \x1a\x00"):
            return self.add("strayBytes", self.line, "after")
        plain = all(0x20 <= b <= 0x7E for b in filled)
        if len(filled) > 1024:
            text, plain, width = filled[:94].decode("latin-1"), True, len(filled)
        else:
            text = None
            if not plain and len(piece) != 94:
                try:
                    text = filled.decode("utf-8")
                except UnicodeDecodeError:
                    text = None
            if text is None:
                text = filled.decode("latin-1")
            width = len(text)
        text = "".join(c if " " <= c <= "~" else "?" for c in text)[:94].ljust(94)
        if width > 94:
            if self.state == "start":
                self.add("notANachaFile", self.line)
                self.state = "notNacha"
                return
            self.records += 1
            return self.unknown(text, "recordTooLong")
        if self.state == "start" and not self.is_header(text) and not self.is_fragment(text):
            self.add("notANachaFile", self.line)
            self.state = "notNacha"
            return
        if not plain:
            self.add("notPrintable", self.line, "after")
        elif len(piece) != 94:
            self.add("recordLength", self.line, "after")
        self.take(text)

    # -- order

    def take(self, r):
        self.records += 1
        kind = r[0]
        if self.state == "start":
            if self.is_header(r):
                return self.begin_file(r)
            self.begin_fragment()
        if self.state == "batch" and kind == "7" and self.entry:
            self.batch.addenda += 1
            self.batch.count += 1
            self.entry.addenda.append((self.line, r))
        elif kind == "6":
            if self.state != "batch":
                if self.state == "done":
                    self.begin_fragment()
                self.add("batchHeaderMissing", self.line)
                self.state = "batch"
                self.batch = Batch(self.line)
                self.batches += 1
            self.close_entry()
            self.entry = Entry(self.line, r, self.batch.worst)
            self.entry_worst = self.batch.worst
            self.batch.entries += 1
            self.batch.count += 1
        elif kind == "7":
            self.add("addendaWithoutEntry", self.line, "entry")
            if self.state == "batch":
                self.batch.addenda += 1
                self.batch.count += 1
            self.loose(r)
        elif kind == "5" and self.is_batch_header(r):
            self.close_entry()
            if self.state == "batch":
                self.close_without_control()
            if self.state == "done":
                self.begin_fragment()
            self.open_batch(r)
        elif kind == "8" and self.state == "batch" and self.is_batch_control(r):
            self.close_entry()
            self.close_batch(r)
        elif r == "9" * 94:
            self.close_entry()
        elif kind == "9" and self.state in ("file", "batch") and self.mostly_digits(r[1:55]):
            self.close_entry()
            if self.state == "batch":
                self.close_without_control()
            self.file_control(r)
            self.state = "done"
        elif kind == "1" and self.is_header(r):
            self.close_entry()
            if self.state == "batch":
                self.close_without_control()
            if self.state != "done":
                self.unproven = True
                self.add("fileControlMissing", self.line)
            self.records -= 1
            self.end_file()
            self.records = 1
            self.add("secondFile", self.line)
            self.begin_file(r)
        elif kind in "1589":
            self.unknown(r, "recordOutOfOrder")
        else:
            self.unknown(r, "unknownRecordType")

    def begin_file(self, r):
        self.state = "file"
        self.files += 1
        self.has_header = True
        line = self.line
        if r[1:3] != "01":
            self.add("wrongConstant", line)
        for part in (r[3:13], r[13:23]):
            if not part.strip():
                self.add("blank", line)
        if r[3] == " " and digits(r[4:13]) and not check_digit(r[4:13]):
            self.add("partyCheckDigit", line)
        if date(r[23:29]) is None:
            self.add("notADate", line)
        time = r[29:33]
        if time.strip() and not (digits(time) and int(time[:2]) < 24 and int(time[2:]) < 60):
            self.add("notATime", line)
        if not ("A" <= r[33] <= "Z" or "0" <= r[33] <= "9"):
            self.add("notAModifier", line)
        for part, constant in ((r[34:37], "094"), (r[37:39], "10"), (r[39], "1")):
            if part != constant:
                self.add("wrongConstant", line)

    def begin_fragment(self):
        if self.state == "done":
            self.records -= 1
            self.end_file()
            self.records = 1
        self.state = "file"
        self.files += 1
        self.has_header = False
        self.unproven = True
        self.add("fileHeaderMissing", self.line)

    def close_without_control(self):
        self.add("batchControlMissing", self.line)
        self.close_batch(None)

    def unknown(self, r, code):
        self.add(code, self.line, "after" if self.state == "done" else "entry")
        if self.state == "batch":
            self.batch.unknown += 1
            self.batch.hash_known = self.batch.amounts_known = False
        self.loose(r)

    def loose(self, r):
        if self.state == "batch":
            self.batch.quarantined += 1
        else:
            self.quarantined += 1
        if r[0] == "6":
            self.classes[(self.state == "batch" and self.batch.klass) or "unknown"] += 1

    # -- likenesses

    def is_header(self, r):
        signs = [r[1:3] == "01", r[34:37] == "094", r[37:39] == "10", digits(r[23:29])]
        return r[0] == "1" and sum(signs) >= 3

    def is_fragment(self, r):
        if r[0] == "5":
            return self.is_batch_header(r)
        return r[0] == "6" and digits(r[29:39]) and digits(r[79:94])

    def is_batch_header(self, r):
        return r[1:4] in ("200", "220", "225", "280") or r[50:53].upper() in CLASSES

    def is_batch_control(self, r):
        header = self.batch.header
        if header is None:
            return self.mostly_digits(r[4:44])
        advice = self.batch.klass == "ADV"
        signs = [
            r[1:4] == header[1:4],
            not digits(r[20:60]) or int(r[20:60]) >= 1 << 64
            if advice
            else r[44:54] == header[40:50],
            r[79:87] == header[79:87],
            r[87:94] == header[87:94],
            not r[60:79].strip(),
        ]
        return sum(signs) >= 3

    def mostly_digits(self, text):
        return sum(c in "0123456789" for c in text) * 4 >= len(text) * 3

    # -- batches

    def open_batch(self, r):
        self.state = "batch"
        batch = self.batch = Batch(self.line, r)
        self.batches += 1
        line = self.line
        outer, self.entry_worst = self.entry_worst, None
        klass = r[50:53]
        if klass.upper() in CLASSES:
            batch.klass = klass.upper()
            if klass != batch.klass:
                self.add("lowerCase", line, "entry")
        else:
            self.add("entryClassUnknown", line, "entry")
        advice = batch.klass == "ADV"
        if self.batches == 1:
            self.advice = advice
        batch.international_change = batch.klass == "COR" and r[4:10] == "IATCOR"
        if not advice and r[1:4] in ("200", "220", "225"):
            batch.service = r[1:4]
        elif not advice or r[1:4] != "280":
            self.add("serviceClassUnknown", line, "entry")
        international = batch.klass == "IAT" or batch.international_change
        if not advice:
            for index, part in enumerate((r[4:20], r[40:50], r[53:63])):
                if empty(part) and not (international and index == 0):
                    self.add("blank", line, "entry")
            if date(r[69:75]) is None:
                self.add("dateUnreadable", line, "entry")
        self.julian(r[75:78], line)
        if r[78] not in ("012" if advice else "12"):
            self.add("statusUnknown", line, "entry")
        if digits(r[79:87]):
            batch.odfi = int(r[79:87])
        else:
            self.add("notDigits", line, "entry")
        if digits(r[87:94]):
            batch.number = int(r[87:94])
            if self.previous_batch is not None and batch.number <= self.previous_batch:
                self.add("batchNumberNotAscending", line, "entry")
            self.previous_batch = batch.number
        else:
            self.add("notDigits", line, "entry")
        batch.worst, self.entry_worst = self.entry_worst, outer

    def julian(self, text, line):
        if text.strip() and not (digits(text) and 1 <= int(text) <= 366):
            self.add("dateUnreadable", line, "entry")

    def close_batch(self, control):
        batch, line = self.batch, self.line
        unproven = contradicted = False
        if control:
            if batch.header:
                self.compare(control)
            advice = batch.klass == "ADV"
            ranges = [(4, 10), (10, 20), (20, 40), (40, 60)] if advice else [
                (4, 10), (10, 20), (20, 32), (32, 44)]
            declared = []
            expected = [batch.count, batch.hash % 10**10, batch.debits, batch.credits]
            known = [True, batch.hash_known, batch.amounts_known, batch.amounts_known]
            names = ["countDiffers", "hashDiffers", "totalDiffers", "totalDiffers"]
            for index, (first, last) in enumerate(ranges):
                text = control[first:last]
                if not digits(text) or int(text) >= 1 << 64:
                    self.add("notDigits", line, "batch")
                    unproven = True
                    declared.append(None)
                    continue
                value = int(text)
                declared.append(value)
                if index == 0:
                    unproven = unproven or batch.unknown > 0
                    wrong = not expected[0] <= value <= expected[0] + batch.unknown
                elif not known[index]:
                    unproven = True
                    wrong = False
                else:
                    wrong = value != expected[index]
                if wrong:
                    contradicted = True
                    self.add(names[index], line, "batch")
            if not advice:
                for part in (control[54:73], control[73:79]):
                    if part.strip():
                        self.add("reservedNotBlank", line, "batch")
            if None in declared:
                self.declared_known = False
            else:
                self.declared = [a + b for a, b in zip(self.declared, declared)]
        else:
            unproven = True
            self.declared_known = False
        if not batch.header:
            unproven = True
        if batch.entries == 0 and batch.unknown == 0:
            self.add("batchEmpty", line, "batch")
        self.unproven = self.unproven or unproven
        self.contradicted = self.contradicted or contradicted
        self.entries += batch.entries
        self.addenda += batch.addenda
        self.quarantined += batch.quarantined
        self.debits += batch.debits
        self.credits += batch.credits
        self.batch = None
        self.state = "file"

    def compare(self, control):
        batch, line = self.batch, self.line
        if control[1:4] != batch.header[1:4]:
            self.add("serviceClassDiffers", line, "batch")
        if batch.klass != "ADV" and control[44:54].strip() != batch.header[40:50].strip():
            self.add("companyDiffers", line, "batch")
        for text, there, code in (
            (control[79:87], batch.odfi, "odfiDiffers"),
            (control[87:94], batch.number, "batchNumberDiffers"),
        ):
            if not digits(text):
                self.add("notDigits", line, "batch")
            elif there is not None and int(text) != there:
                self.add(code, line, "batch")

    # -- the file

    def file_control(self, r):
        line = self.line
        if not digits(r[1:7]):
            self.add("notDigits", line)
        elif int(r[1:7]) != self.batches:
            self.contradicted = True
            self.add("batchCountDiffers", line)
        if not digits(r[7:13]):
            self.add("notDigits", line)
        else:
            self.blocks = (int(r[7:13]), line)
        ranges = [(13, 21), (21, 31)] + ([(31, 51), (51, 71)] if self.advice else [
            (31, 43), (43, 55)])
        expected = list(self.declared)
        expected[1] %= 10**10
        names = ["countDiffers", "hashDiffers", "totalDiffers", "totalDiffers"]
        for (first, last), value, name in zip(ranges, expected, names):
            text = r[first:last]
            if not digits(text) or int(text) >= 1 << 64:
                self.unproven = True
                self.add("notDigits", line, "batch")
            elif not self.declared_known:
                self.unproven = True
            elif int(text) != value:
                self.contradicted = True
                self.add(name, line, "batch")
        if r[71 if self.advice else 55 :].strip():
            self.add("reservedNotBlank", line)

    def end_file(self):
        if self.state == "done" and self.has_header:
            full = (self.records + 9) // 10
            if self.blocks and self.blocks[0] != full:
                self.add("blockCountDiffers", self.blocks[1])
            if self.records % 10:
                # The line before a second header.
                self.add("paddingMissing", self.last_line())
        if self.state == "notNacha":
            verdict = "notNacha"
        else:
            verdict = {None: "valid", WARNING: "valid", QUARANTINE: "quarantined"}.get(
                self.worst, "refused")
        unproven = self.unproven
        if self.state in ("start", "notNacha"):
            unproven, self.contradicted = True, False
        proof = "contradicted" if self.contradicted else "unproven" if unproven else "proven"
        self.reports.append(
            dict(
                verdict=verdict, proof=proof, batches=self.batches, entries=self.entries,
                addenda=self.addenda, quarantined=self.quarantined, debit_cents=self.debits,
                credit_cents=self.credits))
        self.fresh()

    def last_line(self):
        return self.line if self.at_end else self.line - 1

    at_end = False

    def finish(self):
        if self.state == "start":
            self.add("emptyFile", 1)
        elif self.state in ("file", "batch"):
            self.close_entry()
            self.add("endedEarly", self.line)
            if self.state == "batch":
                self.close_batch(None)
            self.unproven = True
        self.at_end = True
        self.end_file()
        total = dict.fromkeys(
            "batches entries addenda quarantined debit_cents credit_cents".split(), 0)
        for report in self.reports:
            for key in total:
                total[key] += report[key]
        order = ["notNacha", "refused", "quarantined", "valid"]
        proofs = ["contradicted", "unproven", "proven"]
        return dict(
            total,
            verdict=min((r["verdict"] for r in self.reports), key=order.index),
            proof=min((r["proof"] for r in self.reports), key=proofs.index),
            files=len(self.reports), classes=dict(self.classes), codes=dict(self.codes),
            problems=sorted(self.problems))

    # -- entries

    def close_entry(self):
        entry, batch = self.entry, self.batch
        if entry is None:
            return
        self.entry = None
        self.check(entry, batch)
        self.classes[batch.klass or "unknown"] += 1
        for _, a in entry.addenda:
            if a[1:3] in ("98", "99"):
                self.codes[a[3:6]] += 1
                break
        if self.entry_worst is not None and self.entry_worst > WARNING:
            batch.quarantined += 1

    def flaw(self, code, line):
        self.add(code, line, "entry")

    def receiver(self, r, line, batch):
        if not digits(r[3:11]):
            batch.hash_known = False
            self.flaw("notDigits", line)
            return False
        batch.hash += int(r[3:11])
        if not digits(r[11]):
            self.flaw("notDigits", line)
            return False
        if not check_digit(r[3:12]):
            self.flaw("checkDigit", line)
            return False
        return True

    def check(self, entry, batch):
        r, line, klass = entry.record, entry.line, batch.klass
        if klass == "ADV":
            return self.check_advice(entry, batch)
        code = int(r[1:3]) if digits(r[1:3]) and int(r[1:3]) in CODES else None
        if code is None:
            self.flaw("transactionCodeUnknown", line)
        has_receiver = self.receiver(r, line, batch)
        cents = int(r[29:39]) if digits(r[29:39]) else None
        if cents is None:
            self.flaw("notDigits", line)
        if code is None or cents is None:
            batch.amounts_known = False
        elif is_debit(code):
            batch.debits += cents
        else:
            batch.credits += cents
        trace = int(r[79:94]) if digits(r[79:94]) else None
        if trace is None:
            self.flaw("notDigits", line)
        self.indicator(entry, batch)
        kinds = {self.addenda_kind(index, *a, entry, trace, batch)
                 for index, a in enumerate(entry.addenda)}
        if klass == "IAT":
            self.international_order(entry)
        if code is None or cents is None or trace is None or not has_receiver:
            return
        if batch.odfi is not None and trace // 10**7 != batch.odfi:
            self.flaw("tracePrefix", line)
        if batch.previous_trace is not None and trace <= batch.previous_trace:
            self.flaw("traceNotAscending", line)
        batch.previous_trace = trace
        if batch.service == "220" and is_debit(code) or (
            batch.service == "225" and not is_debit(code)):
            self.flaw("wrongSide", line)
        answer = code % 10 in (1, 6) and code != 55
        nothing = code % 10 in (3, 4, 8, 9) or (answer and klass == "COR")
        if nothing and cents:
            self.flaw("amountNotZero", line)
        if not nothing and not answer and not cents:
            self.flaw("amountZero", line)
        if empty(r[39:74] if klass == "IAT" else r[12:29]):
            self.flaw("blank", line)
        name = r[39:54] if klass in NAME_FIRST else r[58:74] if klass in COUNTED else r[54:76]
        if klass in ("WEB", "TEL", "MTE") and empty(name):
            self.flaw("blank", line)
        if "unread" in kinds:
            return
        self.check_kind(entry, batch, code, answer, kinds)

    def check_kind(self, entry, batch, code, answer, kinds):
        line, klass = entry.line, batch.klass
        order = ["return", "dishonored", "contested", "change", "refused"]
        kind = next((k for k in order if k in kinds), "forward")
        if kind == "forward" and answer:
            self.flaw("addendaMissing", line)
        else:
            if kind != "forward" and not answer:
                self.flaw("wrongTransactionCode", line)
            if klass and (kind in ("change", "refused")) != (klass == "COR"):
                self.flaw("entryClassMismatch", line)
            if batch.kind and batch.kind != kind:
                self.flaw("kindsMixed", line)
            batch.kind = batch.kind or kind
        count = len(entry.addenda)
        if not count:
            return
        international = kind == "return" and klass == "IAT"
        if not kinds <= ({"forward", "return"} if international else {kind}):
            self.flaw("addendaMixed", entry.addenda[0][0])
        if international:
            most = 8
        elif kind != "forward":
            most = 1
        elif klass is None:
            most = 1 << 60
        elif klass in ("CTX", "ENR", "TRX"):
            most = 9999
        elif klass == "IAT":
            most = 12
        else:
            most = 1 if klass in ONE_ADDENDA else 0
        if count > most:
            at = entry.addenda[most][0] if most < min(count, 9999) else line
            self.flaw("addendaTooMany" if kind == "forward" else "addendaMixed", at)

    def indicator(self, entry, batch):
        r, count = entry.record, len(entry.addenda)
        if r[78] != ("1" if count else "0"):
            self.flaw("addendaIndicator", entry.line)
        if batch.klass in COUNTED or batch.klass == "IAT":
            text = r[54:58] if batch.klass in COUNTED else r[12:16]
            if not digits(text) or int(text) != count:
                self.flaw("addendaCount", entry.line)
            for part in [r[74:76]] + ([r[16:29]] if batch.klass == "IAT" else []):
                if part.strip():
                    self.flaw("reservedNotBlank", entry.line)

    def check_advice(self, entry, batch):
        r, line = entry.record, entry.line
        code = int(r[1:3]) if digits(r[1:3]) and 81 <= int(r[1:3]) <= 88 else None
        if code is None:
            self.flaw("transactionCodeUnknown", line)
        self.receiver(r, line, batch)
        cents = int(r[27:39]) if digits(r[27:39]) else None
        if cents is None:
            self.flaw("notDigits", line)
        if code is None or cents is None:
            batch.amounts_known = False
        elif code % 2:
            batch.credits += cents
        else:
            batch.debits += cents
        if empty(r[12:27]):
            self.flaw("blank", line)
        for part in (r[39:48], r[79:87], r[90:94]):
            if not digits(part):
                self.flaw("notDigits", line)
        if not digits(r[87:90]) or not 1 <= int(r[87:90]) <= 366:
            self.flaw("dateUnreadable", line)
        self.indicator(entry, batch)
        if entry.addenda:
            self.flaw("addendaTooMany", entry.addenda[0][0])

    # -- addenda

    def addenda_kind(self, index, line, a, entry, trace, batch):
        r, klass, type_ = entry.record, batch.klass, a[1:3]
        if type_ == "99":
            return self.return_kind(line, a, r, trace, batch)
        if type_ == "98":
            return self.change_kind(line, a, r, trace, batch)
        if type_ == "05":
            if a[83:87] != "%04d" % (index + 1):
                self.flaw("addendaSequence", line)
            self.entry_sequence(line, a, r, trace)
            if klass and klass not in TAKES_05:
                self.flaw("addendaMisplaced", line)
            return "forward"
        if type_ == "02":
            self.addenda_trace(line, a, r, trace)
            if klass and klass not in TAKES_02:
                self.flaw("addendaMisplaced", line)
            return "forward"
        if digits(type_) and 10 <= int(type_) <= 18:
            self.entry_sequence(line, a, r, trace)
            if klass and klass != "IAT":
                self.flaw("addendaMisplaced", line)
            return "forward"
        self.flaw("addendaUnreadable", line)
        return "unread"

    def entry_sequence(self, line, a, r, trace):
        if trace is not None and a[87:94] != r[87:94]:
            self.flaw("addendaSequence", line)

    def addenda_trace(self, line, a, r, trace):
        if trace is not None and a[79:94] != r[79:94]:
            self.flaw("addendaTrace", line)

    def number(self, text, line):
        if digits(text):
            return True
        self.flaw("addendaUnreadable", line)
        return False

    def reserved(self, text, line):
        if text.strip():
            self.flaw("reservedNotBlank", line)

    def day(self, text, line):
        if text.strip() and date(text) is None:
            self.flaw("dateUnreadable", line)

    def short_code(self, text, line):
        if three("R" + text):
            return True
        self.flaw("addendaUnreadable", line)
        return False

    def return_kind(self, line, a, r, trace, batch):
        self.addenda_trace(line, a, r, trace)
        code = three(a[3:6])
        if code is None:
            self.flaw("addendaUnreadable", line)
            return "unread"
        if code != a[3:6]:
            self.flaw("lowerCase", line)
        if code not in RETURNS | DISHONORED | CONTESTED:
            self.flaw("returnCodeUnknown", line)
        fine = [self.number(a[6:21], line), self.number(a[27:35], line)]
        if code in DISHONORED:
            self.reserved(a[21:27], line)
            self.reserved(a[35:38], line)
            fine.append(self.number(a[38:53], line))
            self.julian(a[53:56], line)
            fine.append(self.short_code(a[56:58], line))
            return "dishonored" if all(fine) else "unread"
        if code in CONTESTED:
            self.day(a[21:27], line)
            self.julian(a[35:38], line)
            fine.append(self.number(a[38:53], line))
            self.julian(a[53:56], line)
            fine.append(self.short_code(a[56:58], line))
            fine.append(self.number(a[58:73], line))
            self.julian(a[73:76], line)
            fine.append(self.short_code(a[76:78], line))
            self.reserved(a[78], line)
            return "contested" if all(fine) else "unread"
        if code in ("R14", "R15"):
            self.day(a[21:27], line)
        elif batch.klass != "IAT":
            self.reserved(a[21:27], line)
        return "return" if all(fine) else "unread"

    def change_kind(self, line, a, r, trace, batch):
        self.addenda_trace(line, a, r, trace)
        code = three(a[3:6])
        if code is None:
            self.flaw("addendaUnreadable", line)
            return "unread"
        if code != a[3:6]:
            self.flaw("lowerCase", line)
        if code not in CHANGES | REFUSED_CHANGES:
            self.flaw("changeCodeUnknown", line)
        fine = [self.number(a[6:21], line)]
        self.reserved(a[21:27], line)
        fine.append(self.number(a[27:35], line))
        if code not in REFUSED_CHANGES:
            self.reserved(a[70:79] if batch.international_change else a[64:79], line)
            return "change" if all(fine) else "unread"
        if three(a[64:67]) is None:
            self.flaw("addendaUnreadable", line)
            fine.append(False)
        fine.append(self.number(a[67:74], line))
        self.reserved(a[74:79], line)
        return "refused" if all(fine) else "unread"

    def international_order(self, entry):
        expected, remittance, foreign = 10, 0, 0
        last = len(entry.addenda) - 1
        for index, (line, a) in enumerate(entry.addenda):
            if not digits(a[1:3]):
                return
            type_ = int(a[1:3])
            good = True
            if 10 <= type_ <= 16:
                good = type_ == expected
                expected = type_ + 1
            elif type_ == 17:
                remittance += 1
                good = expected == 17 and foreign == 0 and remittance <= 2
            elif type_ == 18:
                foreign += 1
                good = expected == 17 and foreign <= 5
            elif type_ in (98, 99):
                good = expected == 17 and index == last
            if not good:
                return self.flaw("addendaOrder", line)
        if expected != 17:
            self.flaw("addendaOrder", entry.line)
