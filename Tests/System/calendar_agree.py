#!/usr/bin/env python3
"""The calendar and the windows of every day of 2020 through 2040, computed a second time.

Nothing is shared with what is checked: weekdays are Zeller's, closures come from a list of the
holidays of each year, banking days from one sorted list of all of them, daylight time from the
system's time zone data, and the windows from the tables below. Each day is asked at several times
around cut-offs and changes of the clock, with and without Same Day ACH, under other policies and
under amended rules; every difference is printed, and any fails the check.
"""

import argparse
import bisect
import datetime as dt
import json
import pathlib
import subprocess
import sys
import tempfile
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parents[2]
EASTERN = zoneinfo.ZoneInfo("America/New_York")
FIRST, LAST = dt.date(2020, 1, 1), dt.date(2040, 12, 31)
DAY = dt.timedelta(days=1)

# Monday is 0.
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def weekday(day):
    """Zeller's congruence, turned so that Monday is 0."""
    year, month = (day.year - 1, day.month + 12) if day.month < 3 else (day.year, day.month)
    k, j = year % 100, year // 100
    return ((day.day + 13 * (month + 1) // 5 + k + k // 4 + j // 4 + 5 * j) % 7 + 5) % 7


def nth(year, month, wanted, count):
    """The count-th such weekday of a month; the last one for -1."""
    days = [dt.date(year, month, 1) + i * DAY for i in range(31)]
    days = [day for day in days if day.month == month and weekday(day) == wanted]
    return days[count - 1 if count > 0 else -1]


def holidays(year):
    """The weekday closures of a year with their names."""
    named = {
        dt.date(year, 1, 1): "New Year's Day",
        nth(year, 1, MONDAY, 3): "Martin Luther King Jr. Day",
        nth(year, 2, MONDAY, 3): "Washington's Birthday",
        nth(year, 5, MONDAY, -1): "Memorial Day",
        dt.date(year, 7, 4): "Independence Day",
        nth(year, 9, MONDAY, 1): "Labor Day",
        nth(year, 10, MONDAY, 2): "Columbus Day",
        dt.date(year, 11, 11): "Veterans Day",
        nth(year, 11, THURSDAY, 4): "Thanksgiving Day",
        dt.date(year, 12, 25): "Christmas Day",
    }
    if year >= 2021:
        named[dt.date(year, 6, 19)] = "Juneteenth"
    observed = {}
    for day, name in named.items():
        if weekday(day) == SUNDAY:
            observed[day + DAY] = name
        elif weekday(day) != SATURDAY:
            observed[day] = name
    return observed


class Rules:
    """The windows by settlement day, the calendar, the bank's clock and the hold."""

    def __init__(self, cut_off="20:00", opening="08:30", hours=168, slack=1, represent=180):
        self.cut_off, self.opening = clock(cut_off), clock(opening)
        self.hours, self.slack, self.represent = hours, slack, represent
        self.amended_from = None
        self.amended_name = None
        self.amended = {}
        self.close()

    def close(self, extra=()):
        closed = {}
        for year in range(FIRST.year - 1, LAST.year + 4):
            closed.update(holidays(year))
        closed.update({day: "Closed by the rules file" for day in extra})
        self.closed = closed
        start, end = dt.date(FIRST.year - 1, 1, 1), dt.date(LAST.year + 3, 12, 31)
        self.open_days = [
            day
            for day in (start + i * DAY for i in range((end - start).days + 1))
            if weekday(day) < SATURDAY and day not in closed
        ]
        self.open_set = set(self.open_days)

    def after(self, day, count):
        return self.open_days[bisect.bisect_right(self.open_days, day) + count - 1]

    def on_or_before(self, day):
        return self.open_days[bisect.bisect_right(self.open_days, day) - 1]

    def count(self, what, day):
        usual = dict(settle=1, standard=2, extended=60, dishonor=5, contest=2, prenote=3)
        if self.amended_from and day >= self.amended_from:
            usual.update(self.amended)
        return usual[what]

    def name(self, day):
        if self.amended_from and day >= self.amended_from:
            return self.amended_name
        names = [
            (dt.date(2022, 3, 18), "Same Day ACH, $1,000,000 an entry"),
            (dt.date(2021, 3, 19), "Same Day ACH, third window"),
            (dt.date(2020, 4, 1), "R11 unauthorized"),
            (dt.date(2020, 3, 20), "Same Day ACH, $100,000 an entry"),
        ]
        return next((name for since, name in names if day >= since),
                    "Same Day ACH, $25,000 an entry")

    @staticmethod
    def same_day(day):
        most = 25_000 if day < dt.date(2020, 3, 20) else 100_000
        if day >= dt.date(2022, 3, 18):
            most = 1_000_000
        windows = [("10:30", "13:00"), ("14:45", "17:00")]
        if day >= dt.date(2021, 3, 19):
            windows.append(("16:45", "18:00"))
        return most * 100, windows

    def explain(self, submitted, same_day):
        day, time = submitted.date(), submitted.timetz().replace(tzinfo=None)
        on_time = day in self.open_set and time < self.cut_off
        processing = day if on_time else self.after(day, 1)
        settlement = self.after(processing, self.count("settle", processing))
        settles_at = self.opens(settlement)
        told = None
        if same_day:
            # Every window still open on this banking day and the two after it; the one that moves
            # the money first, unless the next day's service moves it no later.
            first = day if day in self.open_set else self.after(day, 1)
            moment = submitted.astimezone(dt.timezone.utc)
            open_windows = [
                (utc(on, clock(settles)), on, deadline)
                for on in (first, self.after(first, 1), self.after(first, 2))
                for deadline, settles in self.same_day(on)[1]
                if moment < utc(on, clock(deadline))
            ]
            best = min(open_windows, default=None)
            in_time = best is not None and best[0] < settles_at
            told = {
                "in_time": in_time,
                "deadline": best[2] if in_time else None,
                "amount_max_minor": self.same_day(best[1] if in_time else first)[0],
            }
            if in_time:
                settles_at, processing, _ = best
                settlement = processing
        standard = self.count("standard", settlement)
        sixtieth = settlement + self.count("extended", settlement) * DAY
        promised = submitted.astimezone(dt.timezone.utc) + dt.timedelta(hours=self.hours)
        unconfirmed = self.opens(self.after(settlement, standard + self.slack))
        return {
            "submitted": zulu(submitted.astimezone(dt.timezone.utc)),
            "rules": self.name(settlement),
            "same_day": told,
            "processing_day": processing.isoformat(),
            "settlement_day": settlement.isoformat(),
            "settles_at": zulu(settles_at),
            "return_deadlines": {
                "standard": zulu(self.opens(self.after(settlement, standard))),
                "extended": zulu(self.opens(self.after(sixtieth, 1))),
                "extended_last_day": sixtieth.isoformat(),
            },
            "return_settled_that_day": {
                "dishonor_by": zulu(
                    utc(self.after(settlement, self.count("dishonor", settlement)), self.cut_off)
                ),
                "contest_deadline": zulu(
                    self.opens(self.after(settlement, self.count("contest", settlement) + 1))
                ),
            },
            "prenote_live_from": self.after(
                settlement, self.count("prenote", settlement)
            ).isoformat(),
            "representment_last_day": (settlement + self.represent * DAY).isoformat(),
            "hold": {
                "promised_until": zulu(promised),
                "unconfirmed_until": zulu(unconfirmed),
                "release": zulu(max(promised, unconfirmed)),
            },
        }

    def opens(self, day):
        return utc(day, self.opening)

    def code(self, code, settlement):
        """Deadline of a code, as text, and the rate that counts it."""
        number = int(code[1:])
        if code[0] == "C":
            if number >= 60:
                last = self.on_or_before(settlement + 15 * DAY)
                return zulu(utc(last, self.cut_off)), None
            return zulu(self.opens(self.after(settlement, 3))), None
        rate = "overall_only"
        if number in (5, 7, 10, 11, 29, 51):
            rate = "unauthorized"
            if number == 11 and settlement < dt.date(2020, 4, 1):
                rate = "overall_only"
        elif number in (2, 3, 4):
            rate = "administrative"
        elif number in (23, 30, 33, *range(36, 51), 52, 53, *range(61, 85)):
            rate = "not_counted"
        if number in (5, 7, 10, 11, 33, 37, 38, 51, 52, 53):
            last = settlement + self.count("extended", settlement) * DAY
            return zulu(self.opens(self.after(last, 1))), rate
        if 61 <= number <= 70:
            last = self.after(settlement, self.count("dishonor", settlement))
            return zulu(utc(last, self.cut_off)), rate
        if 71 <= number <= 77:
            last = self.after(settlement, self.count("contest", settlement) + 1)
            return zulu(self.opens(last)), rate
        by_agreement = (6, 31)
        by_operator = (13, 18, 19, 25, 26, 27, 28, 32, 34, 35, 36)
        elsewhere = (23, *range(40, 48), *range(80, 86), 90)
        if number in by_agreement + by_operator + elsewhere:
            return None, rate
        count = self.count("standard", settlement)
        if self.amended_from and settlement >= self.amended_from and number == 2:
            count = 1
        return zulu(self.opens(self.after(settlement, count))), rate


def clock(text):
    return dt.time(int(text[:2]), int(text[3:]))


def utc(day, time):
    return dt.datetime.combine(day, time, EASTERN).astimezone(dt.timezone.utc)


def zulu(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class Check:
    def __init__(self, program):
        self.program = program
        self.answers = 0
        self.differences = 0

    def run(self, *arguments):
        done = subprocess.run(
            [self.program, "calendar", *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"calendar {' '.join(arguments)} answered {done.returncode}: {done.stderr}")
        return done.stdout

    def refuses(self, status, *arguments):
        """Wrong usage and bad files end with their exit code and one sentence, and no answer."""
        done = subprocess.run(
            [self.program, "calendar", *arguments], capture_output=True, text=True, check=False
        )
        self.answers += 1
        found = (done.returncode, done.stdout, done.stderr.startswith("makewhole: "))
        if found != (status, "", True):
            self.differ(" ".join(arguments), (*found, done.stderr), (status, "", True))

    def differ(self, what, found, expected):
        self.differences += 1
        if self.differences <= 20:
            print(f"{what}:\n  program  {found}\n  expected {expected}", file=sys.stderr)

    def range(self, rules, at, same_day, codes, *more, first=FIRST, last=LAST):
        arguments = ["explain", "--from", f"{first}", "--to", f"{last}", "--at", at, *more]
        arguments += ["--same-day"] if same_day else []
        for code in codes:
            arguments += ["--code", code]
        lines = self.run(*arguments).splitlines()
        expected_lines = (last - first).days + 1
        if len(lines) != expected_lines:
            self.differ(" ".join(arguments), len(lines), expected_lines)
        for index, line in enumerate(lines):
            day = first + index * DAY
            found = json.loads(line)
            told = found.pop("codes")
            # A time that the clocks leave out in spring is an hour later; an autumn one the first.
            submitted = utc(day, clock(at)).astimezone(EASTERN)
            expected = rules.explain(submitted, same_day)
            self.answers += 1
            if found != expected:
                self.differ(f"{day} {at} same day {same_day}", found, expected)
            settlement = dt.date.fromisoformat(expected["settlement_day"])
            names = [row["code"] for row in told]
            if codes not in (["all"], names):
                self.differ(f"{day} codes", names, codes)
            if codes == ["all"] and len(names) != 98:
                self.differ(f"{day} codes", len(names), 98)
            for row in told:
                deadline, rate = rules.code(row["code"], settlement)
                if (row["deadline"], row.get("rate")) != (deadline, rate):
                    self.differ(f"{day} {row['code']}", row, (deadline, rate))

    def years(self, rules, *more):
        for year in range(FIRST.year, LAST.year + 1):
            found = json.loads(self.run("days", "--year", str(year), "--json", *more))
            closed = sorted(day for day in rules.closed if day.year == year)
            expected = {
                "year": year,
                "closures": [{"day": f"{day}", "why": rules.closed[day]} for day in closed],
            }
            self.answers += 1
            if found != expected:
                self.differ(f"closures of {year}", found, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="the folder with the built programs")
    check = Check(str(pathlib.Path(parser.parse_args().bin).resolve() / "makewhole"))

    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + offset * DAY
        assert weekday(day) == day.weekday(), f"Zeller and the library differ on {day}"

    rules = Rules()
    check.years(rules)
    some = ["R01", "R06", "R10", "R11", "R68", "R73", "C01", "C62"]
    check.range(rules, "00:00", False, some)
    for at in ("01:30", "02:30", "19:59", "20:00", "23:59"):
        check.range(rules, at, False, [])
    for at in ("10:29", "10:30", "14:45", "16:44", "16:45", "19:59", "20:00", "23:59"):
        check.range(rules, at, True, [])
    check.range(
        rules, "12:00", False, ["all"], first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31)
    )

    with tempfile.TemporaryDirectory() as folder:
        policy = json.loads((ROOT / "policy.json").read_text())
        policy[0]["bank"].update(cutOff="14:00", opening="06:15")
        policy[0]["hold"].update(hours=72, slackBankingDays=2)
        policy[0]["representment"].update(daysMax=90)
        own = pathlib.Path(folder) / "policy.json"
        own.write_text(json.dumps(policy))
        bank = Rules(cut_off="14:00", opening="06:15", hours=72, slack=2, represent=90)
        for at in ("13:59", "14:00"):
            check.range(bank, at, False, some, "--policy", str(own))
        for at in ("14:00", "16:45"):
            check.range(bank, at, True, [], "--policy", str(own))

        amended = Rules()
        amended.amended_from = dt.date(2028, 3, 17)
        amended.amended_name = "Shorter windows"
        amended.amended = dict(
            settle=2, standard=3, extended=45, dishonor=4, contest=1, prenote=2
        )
        amended.close([dt.date(2028, 3, 21), dt.date(2031, 12, 26)])
        file = pathlib.Path(folder) / "rules.json"
        file.write_text(
            json.dumps(
                {
                    "closures": ["2028-03-21", "2031-12-26"],
                    "amendments": [
                        {
                            "name": amended.amended_name,
                            "effectiveFrom": "2028-03-17",
                            "windows": {
                                "settlementBankingDays": 2,
                                "standardReturnBankingDays": 3,
                                "extendedReturnCalendarDays": 45,
                                "dishonorBankingDays": 4,
                                "contestBankingDays": 1,
                                "prenoteBankingDays": 2,
                            },
                            "codes": [{"code": "R02", "window": "1 banking day"}],
                        }
                    ],
                }
            )
        )
        check.years(amended, "--rules", str(file))
        wrong = pathlib.Path(folder) / "wrong.json"
        wrong.write_text('{"closures": ["yesterday"]}')
        for arguments in (
            ["explain"],
            ["explain", "--submitted", "tomorrow"],
            ["explain", "--submitted", "2026-02-30"],
            ["explain", "--submitted", "2006-12-31"],
            ["explain", "--submitted", "2026-11-30T12:00:00"],
            ["explain", "--submitted", "2026-11-30", "--code", "X1"],
            ["explain", "--submitted", "2026-11-30", "--from", "2026-11-30"],
            ["explain", "--from", "2026-11-30", "--to", "2026-11-30", "--at", "25:00"],
            ["days", "--year", "20260"],
        ):
            check.refuses(64, *arguments)
        for option in ("--rules", "--policy"):
            check.refuses(65, "explain", "--submitted", "2026-11-30", option, str(wrong))
            check.refuses(66, "explain", "--submitted", "2026-11-30", option, f"{wrong}.gone")
        check.range(amended, "12:00", False, ["R01", "R02", *some[2:6]], "--rules", str(file))

    print(f"{check.answers} answers compared, {check.differences} differences")
    sys.exit(1 if check.differences else 0)


if __name__ == "__main__":
    main()
