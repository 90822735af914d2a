"""A PostgreSQL of its own for a system test, which ends with it."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile


class Server:
    """A PostgreSQL of its own, in a folder of its own."""

    def __init__(self):
        versions = glob.glob("/usr/lib/postgresql/*/bin/postgres")
        assert versions, "there is no PostgreSQL here; run bin/setup check"
        self.binaries = os.path.dirname(
            max(versions, key=lambda path: int(path.split("/")[4])))
        self.folder = tempfile.mkdtemp(prefix="makewhole-drill-", dir="/tmp")
        # PostgreSQL does not run as root.
        self.user = []
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = [
                "setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        self.run(
            "initdb", "-D", self.folder + "/data", "-U", "makewhole", "-A", "trust", "--no-sync",
            "-E", "UTF8", "--locale=C")
        self.address = f"host={self.folder} user=makewhole dbname=postgres"
        self.made = 0
        self.start()

    def run(self, program, *arguments):
        subprocess.run(
            [*self.user, f"{self.binaries}/{program}", *arguments], check=True, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def control(self, *arguments):
        self.run("pg_ctl", "-D", self.folder + "/data", "-w", *arguments)

    def start(self):
        # A crash of the program is drilled here, not one of the machine.
        self.control(
            "start", "-l", self.folder + "/log",
            "-o", f"-k {self.folder} -c listen_addresses= -c fsync=off")

    def crash(self):
        self.control("stop", "-m", "immediate")
        self.start()

    def ask(self, sql):
        answer = subprocess.run(
            [f"{self.binaries}/psql", self.address, "-XAtc", sql], check=True, cwd="/",
            capture_output=True, text=True)
        return [line.split("|") for line in answer.stdout.splitlines()]

    def database(self):
        """The address of another database, with nothing in it."""
        self.made += 1
        name = f"books_{self.made}"
        self.ask(f"CREATE DATABASE {name}")
        return self.address.replace("dbname=postgres", "dbname=" + name)

    def end(self):
        self.control("stop", "-m", "immediate")
        shutil.rmtree(self.folder)
