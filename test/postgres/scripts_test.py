"""The scripts and the SQL of PostgreSQL, against a real server, and without Kubernetes.

    python3 test/postgres/scripts_test.py [CLASS...]
    SHELL_UNDER_TEST=dash python3 test/postgres/scripts_test.py

Each class has a server, and its tests build upon each other in the order of their numbers.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from server import CHART, DATABASES, SUPERUSER, Failed, Server, free_port

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
        self.assertEqual(sorted(path.name for path in backup.iterdir()), ["bss.dump", "by_hand.dump", "roles.sql"])
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
        self.assertIn("INFO bss is as it was in the backup\n", said)
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
        self.assertIn("pg_restore: error", self.fails("restore.sh"))
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
