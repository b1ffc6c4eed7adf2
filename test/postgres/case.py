"""What the tests that have a server for themselves ask it."""

import unittest

from server import Failed, Server

OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'bss'"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    @classmethod
    def make_customers(cls, columns):
        cls.server.run("databases.sh")
        cls.server.sql(f"CREATE TABLE customer ({columns})", "bss_migrations", "bss")

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
