"""The way back."""

import os
import shutil
import subprocess
import threading
import time

from case import Case
from server import CHART, SHELL, Failed, programs


class Restore(Case):
    """What dies, and what else is on the server."""

    ODD = ["a/b", "a%2Fb", "x=y", "-f", ' "two"  words ', "n" * 63, "bss_restored"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_customers("name text")
        cls.server.sql("INSERT INTO customer VALUES ('in the backup')", "bss", "bss")
        for name in cls.ODD:
            cls.server.sql('CREATE DATABASE "{}"'.format(name.replace('"', '""')))
        cls.server.run("backup.sh")

    def rows(self, role="bss"):
        return self.server.sql("SELECT name FROM customer", role, "bss")

    def names(self):
        listed = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT LIKE '%_before_2%' ORDER BY 1"
        return self.server.sql(listed).splitlines()

    def interrupted(self, number, program, then):
        """What restore.sh says, or None if it fails, where `then` is in the place of that call of the program."""
        wrapper = self.server.home / "wrapper"
        shutil.rmtree(wrapper, ignore_errors=True)
        wrapper.mkdir()
        count = f'echo >> {wrapper}/calls; [ "$(wc -l < {wrapper}/calls)" != {number} ] || {{ {then}; }}'
        (wrapper / program).write_text(f'#!/bin/sh\n{count}\nexec {programs() / program} "$@"\n')
        (wrapper / program).chmod(0o755)
        try:
            said = self.server.run("restore.sh", PATH=f"{wrapper}:{programs()}:{os.environ['PATH']}")
        except Failed:
            said = None
        reached = len((wrapper / "calls").read_text()) >= number
        return said, reached

    def test_01_leaves_databases_alone_whatever_they_are_called(self):
        for name in ("bss_restored", "a/b", "x=y"):
            self.server.sql(f"CREATE TABLE own AS SELECT '{name}' AS name", database=name)
        self.server.run("backup.sh")
        before = self.names()
        self.server.run("restore.sh")
        self.assertEqual(self.names(), before)
        for name in ("bss_restored", "a/b", "x=y"):
            self.assertEqual(self.server.sql("SELECT name FROM own", database=name), name)
        for name in self.ODD[:-1]:
            self.server.sql('DROP DATABASE "{}"'.format(name.replace('"', '""')))
        self.server.run("backup.sh")

    def test_02_that_dies_anywhere_leaves_applications_in_and_may_be_run_again(self):
        before = self.names()
        for program in ("pg_restore", "psql"):
            reached, number = True, 0
            while reached:
                number += 1
                said, reached = self.interrupted(number, program, "kill -9 0")
                self.assertEqual(said is None, reached)
                self.assertEqual(self.rows(), "in the backup", f"{program} {number}")
                self.assertLessEqual(set(before), set(self.names()))
            self.assertGreater(number, 2)
            self.assertEqual(self.names(), before)

    def test_03_that_cannot_ask_does_not_claim_to_be_complete(self):
        number, reached = 0, True
        while reached:
            number += 1
            self.server.sql("UPDATE customer SET name = 'after it'", "bss", "bss")
            said, reached = self.interrupted(number, "psql", "exit 2")
            if said and "INFO Complete" in said:
                self.assertEqual(self.rows(), "in the backup", f"psql {number}")

    def test_04_that_dies_while_it_waits_for_the_names_leaves_nothing_closed(self):
        with self.server.session("postgres", "postgres") as holder:
            holder.stdin.write("BEGIN; LOCK TABLE pg_database IN ROW EXCLUSIVE MODE; SELECT 'held';\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "held\n")
            with self.assertRaises(subprocess.TimeoutExpired):
                self.server.run("restore.sh", seconds=8)
        deadline = time.monotonic() + 30
        while self.server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_terminate%'") != "1":
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.rows(), "in the backup")

    def test_05_either_swaps_every_name_or_none(self):
        self.server.sql('CREATE DATABASE "half-restored-1"')
        self.server.sql("COMMENT ON DATABASE \"half-restored-1\" IS 'bss'")
        self.server.sql('CREATE DATABASE "half-restored-2"')
        before = self.names()
        swap = [*SHELL, "-c", f". {self.server.home}/scripts/server.sh; sql -d postgres -f {CHART}/swap.sql"]
        env = self.server.environment("postgres", PASSWORDS=str(self.server.home / "passwords"))
        self.assertNotEqual(subprocess.run(swap, env=env, stderr=subprocess.DEVNULL).returncode, 0)
        self.assertEqual(self.names(), before)
        self.assertEqual(self.rows(), "in the backup")

    def test_06_sends_clients_away_once_and_refuses_none(self):
        refusals, over = [], threading.Event()

        def ask():
            while not over.is_set():
                try:
                    self.rows()
                except Failed as error:
                    refusals.append(str(error))

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        self.server.run("restore.sh")
        over.set()
        for client in clients:
            client.join()
        self.assertEqual([each for each in refusals if "terminating connection" not in each], [])

    def test_07_opens_a_database_that_was_left_closed(self):
        self.server.sql("ALTER DATABASE bss ALLOW_CONNECTIONS false")
        self.server.run("restore.sh")
        self.assertEqual(self.rows(), "in the backup")

    def test_08_what_is_put_aside_or_left_over_does_not_come_to_life_in_a_later_backup(self):
        aside = self.server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'bss_before_%' ORDER BY 1 LIMIT 1")
        self.server.sql(f"ALTER DATABASE {aside} ALLOW_CONNECTIONS true")
        self.server.sql('CREATE DATABASE "half-restored-7"')
        self.server.run("backup.sh")
        dumps = sorted(path.stem for path in self.server.backups()[-1].glob("*.dump"))
        self.assertEqual(dumps, ["bss", "bss_restored"])

    def test_09_a_role_whose_password_cannot_be_looked_at_fails_the_job(self):
        self.server.sql("ALTER ROLE bss NOLOGIN")
        self.assertIn("ERROR Whether role bss has the password of the Secret", self.fails("databases.sh"))
        self.server.sql("ALTER ROLE bss LOGIN")

    def test_10_a_server_without_databases_makes_no_backup(self):
        self.server.wipe()
        self.assertIn("ERROR The server has no database", self.fails("backup.sh"))
