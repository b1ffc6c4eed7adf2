"""The scripts and the SQL of PostgreSQL, against a real server, and without Kubernetes.

    python3 test/postgres/scripts_test.py [CLASS...]
    SHELL_UNDER_TEST=dash python3 test/postgres/scripts_test.py

Each class has a server, and its tests build upon each other in the order of their numbers.
"""

import unittest

from backup import Backup, Volume
from databases import Databases, Roles
from restore import Restore
from start import FirstStart, FullVolume

__all__ = ["Backup", "Databases", "FirstStart", "FullVolume", "Restore", "Roles", "Volume"]

if __name__ == "__main__":
    unittest.main(verbosity=2)
