"""Databases and their roles."""

from concurrent.futures import ThreadPoolExecutor

from case import OWNER, Case
from server import DATABASES, SUPERUSER, free_port


class Databases(Case):
    def test_01_come_into_being_with_their_roles(self):
        said = self.server.run("databases.sh")
        self.assertIn("INFO Database bss is as declared\n", said)
        self.assertNotIn("has 'a'", said)
        self.assertEqual(self.server.sql(OWNER), "bss_migrations")
        for role, database in (("bss", "bss"), ("bss_migrations", "bss"), ("pghero", "bss"), ("pgbouncer", "postgres")):
            self.assertEqual(self.server.sql("SELECT current_user", role, database), role)
        self.assertIn("exporter|", self.verifiers())
        for line in set(self.verifiers()) - {"exporter|"}:
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

    def test_05_are_made_by_runs_at_the_same_moment(self):
        for round in range(3):
            name = f"shared{round}"
            self.server.declare(DATABASES + f"{name} {name} {name}_migrations\n")
            for role in (name, f"{name}_migrations"):
                self.server.set_password(role, f"{role}-0123456789")
            with ThreadPoolExecutor() as runs:
                for said in runs.map(lambda _: self.server.run("databases.sh"), range(4)):
                    self.assertIn(f"INFO Database {name} is as declared\n", said)
            self.assertEqual(self.server.sql("SELECT 1", name, name), "1")

    def test_06_a_changed_password_reaches_its_role_and_no_other(self):
        self.server.set_password("bss", "quite-another")
        self.assertIn("password authentication failed", self.refused("SELECT 1", "bss", "bss"))
        before = self.verifiers()
        self.assertIn("INFO Role bss has the password of the Secret", self.server.run("databases.sh"))
        self.assertEqual(self.server.sql("SELECT 1", "bss", "bss"), "1")
        changed = [line for line in before if line not in self.verifiers()]
        self.assertEqual([line.split("|")[0] for line in changed], ["bss"])

    def test_07_a_bad_password_is_named_by_its_key_and_changes_nothing(self):
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

    def test_08_passwords_reach_neither_the_log_nor_the_statistics(self):
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

    def test_09_the_wrong_superuser_is_refused(self):
        good = self.server.password(SUPERUSER)
        self.server.set_password(SUPERUSER, "wrong")
        self.assertIn('password authentication failed for user "postgres"', self.fails("databases.sh"))
        self.server.set_password(SUPERUSER, good)

    def test_10_a_server_that_does_not_come_is_named(self):
        port = str(free_port())
        self.assertIn(
            f"ERROR The server at 127.0.0.1:{port} does not accept connections: 127.0.0.1:{port} - no response",
            self.fails("databases.sh", PGPORT=port, WAIT_SECONDS="1"),
        )


class Roles(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_customers("name text")

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

    def test_04_owners_pghero_and_the_exporter_have_the_connections_that_were_reserved(self):
        limits = "SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit > 0 ORDER BY 1"
        self.assertEqual(self.server.sql(limits), "bss_migrations|5\nexporter|3\npghero|5")

    def test_05_nobody_gets_in_without_a_password(self):
        for role in ("postgres", "bss", "exporter"):
            self.assertIn("no password supplied", self.refused("SELECT 1", role, "bss", password=""))

    def test_06_the_exporter_sees_figures_and_no_row_from_the_pod_of_the_server(self):
        def ask(statement):
            return self.server.sql(statement, "exporter", password="")

        self.assertEqual(ask("SELECT current_user, pg_database_size('bss') > 0"), "exporter|t")
        self.assertIn("permission denied", self.refused("SELECT * FROM pg_authid", "exporter", password=""))
        self.assertIn("permission denied", self.refused("CREATE SCHEMA own", "exporter", password=""))
        entry = "SELECT address, netmask FROM pg_hba_file_rules WHERE auth_method = 'trust'"
        self.assertEqual(self.server.sql(entry), "127.0.0.1|255.255.255.255")
