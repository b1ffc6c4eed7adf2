"""Backups, and the volume that they are on."""

import concurrent.futures
import re
import shutil
import time

from case import OWNER, Case


class Backup(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_customers("id serial PRIMARY KEY, name text")
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
