"""The scripts and the SQL of PostgreSQL, against a real server, and without Kubernetes.

    python3 test/postgres/scripts_test.py [CLASS...]
    SHELL_UNDER_TEST=dash python3 test/postgres/scripts_test.py

Each class has a server, and its tests build upon each other in the order of their numbers.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from server import CHART, DATABASES, SHELL, SUPERUSER, Failed, Server, free_port, programs

OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'bss'"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def refused(self, *arguments, **options):
        with self.assertRaises(Failed) as caught:
            self.server.sql(*arguments, **options)
        return str(caught.exception)

    def fails(self, script, *arguments, **environment):
        with self.assertRaises(Failed) as caught:
            self.server.run(script, *arguments, **environment)
        return str(caught.exception)

    def verifiers(self):
        lines = self.server.sql("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin ORDER BY 1")
        return lines.splitlines()


class Databases(Case):
    def test_01_come_into_being_with_their_roles(self):
        said = self.server.run("databases.sh")
        self.assertIn("INFO Database bss is as declared\n", said)
        self.assertNotIn("has 'a'", said)
        self.assertEqual(self.server.sql(OWNER), "bss_migrations")
        for role, database in (("bss", "bss"), ("bss_migrations", "bss"), ("pghero", "bss"), ("pgbouncer", "postgres")):
            self.assertEqual(self.server.sql("SELECT current_user", role, database), role)
        for line in self.verifiers():
            self.assertRegex(line, r"^\w+\|SCRAM-SHA-256\$")

    def test_02_again_are_not_touched(self):
        before = self.verifiers()
        self.assertEqual(self.server.run("databases.sh"), "INFO Database bss is as declared\n")
        self.assertEqual(self.verifiers(), before)

    def test_03_let_applications_read_and_write_rows_and_change_no_table(self):
        owner = {"role": "bss_migrations", "database": "bss"}
        application = {"role": "bss", "database": "bss"}
        self.server.sql("CREATE SCHEMA billing", **owner)
        for table in ("customer", "billing.invoice"):
            self.server.sql(f"CREATE TABLE {table} (id serial PRIMARY KEY, name text)", **owner)
            self.server.sql(f"INSERT INTO {table} (name) VALUES ('Ann')", **application)
            self.server.sql(f"UPDATE {table} SET name = 'Lee'", **application)
            self.assertEqual(self.server.sql(f"SELECT name FROM {table}", **application), "Lee")
            self.server.sql(f"DELETE FROM {table}", **application)
            for statement in (f"DROP TABLE {table}", f"ALTER TABLE {table} ADD x int"):
                self.assertIn("must be owner", self.refused(statement, **application))
            self.assertIn("permission denied", self.refused(f"TRUNCATE {table}", **application))
        self.assertIn("permission denied for schema public", self.refused("CREATE TABLE mine ()", **application))
        self.assertIn("permission denied for database", self.refused("CREATE SCHEMA mine", **application))

    def test_04_may_be_added_and_their_roles_reach_no_other(self):
        self.server.declare(DATABASES + "reports reports reports_migrations\n")
        for role in ("reports", "reports_migrations"):
            self.server.set_password(role, f"{role}-0123456789")
        before = self.verifiers()
        self.assertIn("INFO Database reports is as declared\n", self.server.run("databases.sh"))
        self.assertEqual([line for line in before if line not in self.verifiers()], [])
        self.assertEqual(self.server.sql("SELECT 1", "reports", "reports"), "1")
        for role, database in (("bss", "reports"), ("reports", "bss"), ("bss", "postgres"), ("bss", "template1")):
            self.assertIn("permission denied for database", self.refused("SELECT 1", role, database))

    def test_05_a_changed_password_reaches_its_role_and_no_other(self):
        self.server.set_password("bss", "quite-another")
        self.assertIn("password authentication failed", self.refused("SELECT 1", "bss", "bss"))
        before = self.verifiers()
        self.assertIn("INFO Role bss has the password of the Secret", self.server.run("databases.sh"))
        self.assertEqual(self.server.sql("SELECT 1", "bss", "bss"), "1")
        changed = [line for line in before if line not in self.verifiers()]
        self.assertEqual([line.split("|")[0] for line in changed], ["bss"])

    def test_06_a_bad_password_is_named_by_its_key_and_changes_nothing(self):
        before = self.verifiers()
        good = self.server.password("pghero")
        for bad in ("", "\n", "one\ntwo\n"):
            self.server.set_password("pghero", bad)
            self.assertEqual(
                self.fails("databases.sh"),
                'ERROR The Secret\'s key "pghero" is empty or has more than one line: put one password there.\n',
            )
        self.server.set_password("pghero", good + "\n")
        self.server.run("databases.sh")
        self.assertEqual(self.verifiers(), before)

    def test_07_passwords_reach_neither_the_log_nor_the_statistics(self):
        self.server.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
        self.server.sql("ALTER SYSTEM SET log_statement = 'all'")
        self.server.sql("SELECT pg_reload_conf()")
        self.server.set_password("bss", "must-not-be-seen")
        self.server.run("databases.sh")
        self.assertEqual(self.server.sql("SELECT 'after'", "bss", "bss"), "after")
        log = self.server.log.read_text()
        self.assertIn("SELECT 'after'", log)
        self.assertNotIn("must-not-be-seen", log)
        statistics = self.server.sql("SELECT query FROM pghero.pg_stat_statements", database="bss")
        self.assertIn("pg_reload_conf", statistics)
        self.assertNotIn("must-not-be-seen", statistics)
        self.server.sql("ALTER SYSTEM RESET ALL")
        self.server.sql("SELECT pg_reload_conf()")

    def test_08_the_wrong_superuser_is_refused(self):
        good = self.server.password(SUPERUSER)
        self.server.set_password(SUPERUSER, "wrong")
        self.assertIn('password authentication failed for user "postgres"', self.fails("databases.sh"))
        self.server.set_password(SUPERUSER, good)

    def test_09_a_server_that_does_not_come_is_named(self):
        port = str(free_port())
        self.assertIn(
            f"ERROR The server at 127.0.0.1:{port} does not accept connections: 127.0.0.1:{port} - no response",
            self.fails("databases.sh", PGPORT=port, WAIT_SECONDS="1"),
        )


class Roles(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.run("databases.sh")
        cls.server.sql("CREATE TABLE customer (name text)", "bss_migrations", "bss")

    def test_01_pgbouncer_learns_what_applications_log_in_with_and_nothing_else(self):
        def lookup(name):
            return self.server.sql(f"SELECT usename, passwd FROM pgbouncer.login('{name}')", "pgbouncer")

        self.assertRegex(lookup("bss"), r"^bss\|SCRAM-SHA-256\$")
        for other in ("postgres", "bss_migrations", "pgbouncer", "pghero", "nobody"):
            self.assertEqual(lookup(other), "")
        self.assertIn("permission denied", self.refused("SELECT * FROM pg_authid", "pgbouncer"))
        self.assertIn("rejects connection", self.refused("SELECT 1", "pgbouncer", "bss"))
        self.server.sql("ALTER ROLE bss VALID UNTIL 'yesterday'")
        self.assertEqual(lookup("bss"), "")
        self.server.sql("ALTER ROLE bss VALID UNTIL 'infinity'")
        self.assertNotEqual(lookup("bss"), "")

    def test_02_nobody_else_can_look_up(self):
        self.server.sql("GRANT CONNECT ON DATABASE postgres TO pghero")
        ask = ("SELECT pgbouncer.login('bss')", "pghero", "postgres")
        self.assertIn("permission denied for schema pgbouncer", self.refused(*ask))
        self.server.sql("GRANT USAGE ON SCHEMA pgbouncer TO pghero")
        self.assertIn("permission denied for function", self.refused(*ask))

    def test_03_pghero_sees_what_runs_and_no_row(self):
        self.server.sql("SELECT count(*) AS counted_here FROM customer", "bss", "bss")
        seen = self.server.sql("SELECT query FROM pg_stat_statements", "pghero", "bss")
        self.assertIn("counted_here", seen)
        with self.server.session("bss", "bss"):
            running = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'bss' AND query LIKE '%connected%'"
            self.assertEqual(self.server.sql(running, "pghero", "bss"), "1")
        self.assertIn("permission denied", self.refused("SELECT * FROM customer", "pghero", "bss"))
        self.assertIn("permission denied", self.refused("SELECT pg_stat_statements_reset()", "pghero", "bss"))

    def test_04_owners_and_pghero_have_the_connections_that_were_reserved(self):
        limits = "SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit > 0 ORDER BY 1"
        self.assertEqual(self.server.sql(limits), "bss_migrations|5\npghero|5")

    def test_05_nobody_gets_in_without_a_password(self):
        for role in ("postgres", "bss"):
            self.assertIn("no password supplied", self.refused("SELECT 1", role, "bss", password=""))


class Backup(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.run("databases.sh")
        cls.server.sql("CREATE TABLE customer (id serial PRIMARY KEY, name text)", "bss_migrations", "bss")
        rows = "INSERT INTO customer (name) SELECT 'name ' || n FROM generate_series(1, 1000) AS n"
        cls.server.sql(rows, "bss", "bss")
        cls.server.sql("CREATE ROLE analyst")
        cls.server.sql("GRANT SELECT ON customer TO analyst", "bss_migrations", "bss")
        cls.server.sql("CREATE DATABASE by_hand")

    def digest(self):
        rows = "SELECT count(*), md5(string_agg(id || name, ',' ORDER BY id)) FROM customer"
        return self.server.sql(rows, "bss", "bss")

    def test_01_has_every_database_and_the_roles_without_passwords(self):
        said = self.server.run("backup.sh")
        self.assertRegex(said, r"INFO bss: 1 tables, \d+ bytes\n")
        self.assertRegex(said, r"INFO Complete: \d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\n$")
        [backup] = self.server.backups()
        self.assertEqual(
            sorted(path.name for path in backup.iterdir()), ["bss.dump", "by_hand.dump", "roles.sql", "sha256sums"]
        )
        self.assertNotIn("SCRAM-SHA-256", (backup / "roles.sql").read_text())

    def test_02_restored_has_the_same_rows_rights_and_owner(self):
        before = self.digest()
        self.server.sql("DELETE FROM customer WHERE id > 10", "bss", "bss")
        self.server.sql("CREATE TABLE later (id int)", "bss_migrations", "bss")
        self.assertNotEqual(self.digest(), before)
        with self.server.session("bss", "bss") as client:
            said = self.server.run("restore.sh")
            client.stdin.write("SELECT 1;\n")
            client.stdin.flush()
            self.assertIn("terminating connection", client.stdout.read())
        self.assertIn("INFO bss is restored, beside the one that runs\n", said)
        self.assertEqual(self.digest(), before)
        self.assertEqual(self.server.sql(OWNER), "bss_migrations")
        self.assertIn("must be owner", self.refused("DROP TABLE customer", "bss", "bss"))
        self.server.sql("CREATE TABLE afterwards (id int)", "bss_migrations", "bss")
        self.server.sql("INSERT INTO afterwards VALUES (1)", "bss", "bss")
        self.server.sql("INSERT INTO customer (name) VALUES ('goes on')", "bss", "bss")
        for role in ("pghero", "bss"):
            self.assertIn("permission denied for database", self.refused("SELECT 1", role, "by_hand"))

    def test_03_what_ran_before_is_kept_and_closed(self):
        named = "SELECT datname FROM pg_database WHERE datname LIKE 'bss%' ORDER BY 1"
        running, aside = self.server.sql(named).splitlines()
        self.assertEqual(running, "bss")
        self.assertRegex(aside, r"^bss_before_\d{14}$")
        self.assertIn("not currently accepting connections", self.refused("SELECT 1", database=aside))
        self.server.sql(f"ALTER DATABASE {aside} ALLOW_CONNECTIONS true")
        self.assertEqual(self.server.sql("SELECT count(*) FROM customer", database=aside), "10")
        self.server.sql(f"DROP DATABASE {aside}")

    def test_04_of_which_one_is_damaged_leaves_what_runs_as_it_is(self):
        before = self.digest()
        [backup] = self.server.backups()
        whole = (backup / "bss.dump").read_bytes()
        (backup / "bss.dump").write_bytes(whole[: len(whole) * 3 // 4])
        self.assertIn(f"ERROR The backup {backup.name} is damaged: bss.dump: FAILED", self.fails("restore.sh"))
        self.assertEqual(self.digest(), before)
        (backup / "bss.dump").write_bytes(whole)
        self.server.run("restore.sh", backup.name)

    def test_05_brings_back_a_server_that_has_lost_everything(self):
        before = self.digest()
        self.server.run("backup.sh")
        self.server.wipe()
        self.server.run("restore.sh")
        self.assertEqual(self.digest(), before)
        self.assertEqual(self.server.sql("SELECT rolname FROM pg_roles WHERE rolname = 'analyst'"), "analyst")
        grants = "SELECT grantee FROM information_schema.role_table_grants WHERE grantee = 'analyst'"
        self.assertEqual(self.server.sql(grants, database="bss"), "analyst")

    def test_06_is_kept_as_often_as_asked_and_an_incomplete_one_is_not(self):
        (self.server.home / "backups/2020-01-01T00-00-00Z.incomplete").mkdir()
        for _ in range(2):
            time.sleep(1.1)  # a backup is called by its second
            said = self.server.run("backup.sh")
        self.assertIn("INFO Removed: ", said)
        self.assertEqual(len(self.server.backups()), 2)
        self.assertEqual([path for path in self.server.backups() if "incomplete" in path.name], [])

    def test_07_that_is_not_there_is_said_so(self):
        self.assertIn("ERROR There is no backup yesterday in ", self.fails("restore.sh", "yesterday"))
        for backup in self.server.backups():
            shutil.rmtree(backup)
        self.assertIn("ERROR There is no backup in ", self.fails("restore.sh"))

    def test_08_of_a_database_that_cannot_be_read_gets_no_name(self):
        self.server.sql("CREATE DATABASE broken")
        self.server.sql("CREATE TABLE t AS SELECT 1", database="broken")
        self.server.sql("CHECKPOINT")
        path = self.server.sql("SELECT pg_relation_filepath('t')", database="broken")
        (self.server.data / path).unlink()
        self.assertIn("pg_dump: error", self.fails("backup.sh"))
        self.assertEqual([path for path in self.server.backups() if not path.name.endswith(".incomplete")], [])


class Volume(Case):
    """What lies on the volume of the backups beside them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.run("databases.sh")
        cls.home = cls.server.home / "backups"

    def backup(self, **environment):
        return re.search(r"INFO Complete: (\S+)", self.server.run("backup.sh", **environment))[1]

    def names(self):
        return sorted(path.name for path in self.home.iterdir() if path.name != ".lock")

    def test_01_foreign_things_are_neither_counted_nor_restored_nor_removed(self):
        foreign = ["lost+found", "notes", "z", "2099-01-01", "2099-01-01T00-00-00Z", "9999-99-99T99-99-99Z.old"]
        for name in foreign:
            (self.home / name).mkdir()
        (self.home / "2098-01-01T00-00-00Z").write_text("a file")
        (self.home / "a copy.incomplete").mkdir()
        foreign += ["2098-01-01T00-00-00Z", "a copy.incomplete"]
        for _ in range(2):
            fresh = self.backup(KEEP="1")
            self.assertEqual(self.names(), sorted([*foreign, fresh]))
            self.assertIn(f"INFO Restores {fresh}\n", self.server.run("restore.sh"))
        self.assertIn("ERROR There is no backup lost+found in ", self.fails("restore.sh", "lost+found"))
        for name in foreign:
            shutil.rmtree(self.home / name) if (self.home / name).is_dir() else (self.home / name).unlink()

    def test_02_the_newest_is_the_one_that_was_made_last_whatever_the_clock_says(self):
        (self.home / self.names()[0]).rename(self.home / "2099-01-01T00-00-00Z")
        for number in (1, 2, 3):
            self.assertEqual(self.backup(KEEP="2"), f"2099-01-01T00-00-00Z-000{number}")
        self.assertEqual(self.names(), ["2099-01-01T00-00-00Z-0002", "2099-01-01T00-00-00Z-0003"])
        self.assertIn("INFO Restores 2099-01-01T00-00-00Z-0003\n", self.server.run("restore.sh"))
        for name in self.names():
            shutil.rmtree(self.home / name)

    def test_03_backups_and_restores_that_are_started_together_come_one_after_the_other(self):
        self.backup()
        with concurrent.futures.ThreadPoolExecutor() as together:
            scripts = [together.submit(self.server.run, name, KEEP="9") for name in ["backup.sh", "restore.sh"] * 2]
            said = "".join(each.result() for each in scripts)
        self.assertEqual((said.count("INFO Complete: "), said.count("INFO Complete. ")), (2, 2))
        self.assertEqual(len(self.names()), 3)

    def test_04_of_which_a_file_is_missing_is_not_restored(self):
        newest = self.names()[-1]
        (self.home / newest / "bss.dump").unlink()
        self.assertIn(f"ERROR The backup {newest} is damaged: ", self.fails("restore.sh"))


class Restore(Case):
    """What dies, and what else is on the server."""

    ODD = ["a/b", "a%2Fb", "x=y", "-f", ' "two"  words ', "n" * 63, "bss_restored"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.run("databases.sh")
        cls.server.sql("CREATE TABLE customer (name text)", "bss_migrations", "bss")
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


@unittest.skipIf(os.getuid(), "only root can make a small volume")
class FullVolume(unittest.TestCase):
    """start.sh becomes the image's entrypoint, which is here the server itself."""

    def setUp(self):
        self.server = Server(mebibytes=400)
        self.volume = self.server.home / "run"
        self.ballast = self.volume / "ballast"
        image = self.server.home / "docker-entrypoint.sh"
        image.write_text(f'#!/bin/sh\nshift\nexec {programs()}/postgres -D {self.server.data} "$@"\n')
        image.chmod(0o755)
        self.restart()
        self.server.sql("CREATE TABLE outbox (event text)")

    def tearDown(self):
        self.server.remove()

    def restart(self, script=CHART / "start.sh"):
        if self.server.process.poll() is None:
            self.server.stop()
        path = f"PATH={self.server.home}:{os.environ['PATH']}"
        start = ["env", path, f"VOLUME={self.volume}", *SHELL, script]
        self.server.start(*start, "-c", f"config_file={self.server.settings}")

    def fill(self):
        """Until the server has stopped, as a pod's would."""
        grow = "INSERT INTO outbox SELECT repeat(md5(n::text), 200) FROM generate_series(1, 20000) AS n"
        with contextlib.suppress(Failed):
            while True:
                self.server.sql("ALTER TABLE outbox ALTER event SET STORAGE EXTERNAL")
                self.server.sql(grow)
        with (self.volume / "filler").open("wb") as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(1 << 16))
                filler.flush()
        with contextlib.suppress(Failed):
            for _ in range(100):
                self.server.sql("SELECT pg_switch_wal()")
                self.server.sql("INSERT INTO outbox VALUES ('more')")
        self.server.process.wait(60)

    def test_a_server_that_has_stopped_on_it_starts_on_its_ballast_and_reads(self):
        self.assertEqual(self.ballast.stat().st_size, 64 << 20)
        self.fill()
        with self.assertRaises(Failed):  # so it is without it
            self.server.start()
        self.restart()
        self.assertFalse(self.ballast.exists())
        self.assertIn("Its ballast of 64 MiB was given up", self.server.log.read_text())
        self.assertGreater(int(self.server.sql("SELECT count(*) FROM outbox")), 0)
        with self.assertRaisesRegex(Failed, "read-only transaction"):
            self.server.sql("INSERT INTO outbox VALUES ('refused')")
        self.assertIn("ERROR The volume of the server is full", self.refused_restore())

        # A start more, and room is made by who asks to write.
        self.restart()
        (self.volume / "filler").unlink()
        self.server.sql("SET transaction_read_only = off; TRUNCATE outbox")
        self.server.sql("CHECKPOINT")
        self.restart()
        self.assertTrue(self.ballast.exists())
        self.server.sql("INSERT INTO outbox VALUES ('goes on')")

    def refused_restore(self):
        self.server.sql("SELECT 1")
        backup = self.server.home / "backups/2026-01-01T00-00-00Z"
        backup.mkdir()
        (backup / "bss.dump").write_text("")
        sums = subprocess.check_output(["sha256sum", "bss.dump"], cwd=backup, text=True)
        (backup / "sha256sums").write_text(sums)
        with self.assertRaises(Failed) as caught:
            self.server.run("restore.sh")
        return str(caught.exception)


class FirstStart(unittest.TestCase):
    """The image's docker-ensure-initdb.sh is here a script that leaves what the image's leaves."""

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="postgres-init-"))
        self.data = self.home / "pgdata"
        image = self.home / "docker-ensure-initdb.sh"
        lines = ("#!/bin/sh", f"echo made >> {self.home}/calls", 'mkdir "$PGDATA" && echo 17 > "$PGDATA/PG_VERSION"')
        image.write_text("\n".join(lines))
        image.chmod(0o755)

    def tearDown(self):
        shutil.rmtree(self.home)

    def start(self):
        env = {"PATH": f"{self.home}:{os.environ['PATH']}", "PGDATA": str(self.data)}
        subprocess.run(["bash", CHART / "init.sh"], env=env, check=True)

    def test_makes_the_data_once(self):
        self.start()
        self.start()
        self.assertEqual((self.home / "calls").read_text(), "made\n")
        self.assertEqual((self.data / "PG_VERSION").read_text(), "17\n")

    def test_begins_anew_what_was_left_half_done(self):
        incomplete = self.home / "pgdata.incomplete"
        incomplete.mkdir()
        (incomplete / "PG_VERSION").write_text("half")
        self.start()
        self.assertEqual((self.data / "PG_VERSION").read_text(), "17\n")
        self.assertFalse(incomplete.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
