"""Readiness and preStop of the brokers, against what a real one answered: the bytes of fixtures/metadata-v1.bin.

python3 test/kafka/pod_test.py [CLASS...]
"""

import pathlib
import sys
import unittest

MESSAGING = pathlib.Path(__file__).parents[2] / "charts/messaging"
sys.path[:0] = [str(MESSAGING / "kafka"), str(MESSAGING / "zookeeper")]

from alone import Farewell, WithoutZooKeeper  # noqa: E402
from leaving import AllTogether, HandOver, Leaving  # noqa: E402
from metadata import Connection, Ready, Request, Response  # noqa: E402
from zookeepers import Ensemble, Rejoining, ZooKeeperLeaving  # noqa: E402

__all__ = [
    "AllTogether",
    "Connection",
    "Ensemble",
    "Farewell",
    "HandOver",
    "Leaving",
    "Ready",
    "Rejoining",
    "Request",
    "Response",
    "WithoutZooKeeper",
    "ZooKeeperLeaving",
]

if __name__ == "__main__":
    unittest.main()
