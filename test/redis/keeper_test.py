"""The scripts of Redis Cluster, against real servers, and without Kubernetes.

A pod is a redis-server and a keeper on a loopback address of its own, and gets another address when it starts again.
Its name is looked up in /etc/hosts, of which this program has one for itself: it starts itself again in namespaces
that end with it, and all that it has started with them.

    python3 test/redis/keeper_test.py [CLASS...]
    SHELL_UNDER_TEST=dash python3 test/redis/keeper_test.py

Each class is a cluster, whose rows build upon each other. Clusters run side by side.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from cluster import Cluster
from forming import OnePod, WithoutReplicas
from growing import Growing
from highly_available import HighlyAvailable
from masters import LostElection, Spread
from network import Network
from operation import Operation
from pair import Pair
from pods import SHELL
from rotated_secrets import Encrypted, Rotated
from rows import Rows, run

ROOT = pathlib.Path(__file__).parents[2]
FORMED = (OnePod, WithoutReplicas, HighlyAvailable, Growing)
DISTURBED = (Spread, LostElection, Pair, Rotated, Encrypted, Operation)


def tools():
    """The directory of busybox's own tools, if its shell is tested: that is what Alpine has."""
    if SHELL[0] != "busybox":
        return os.environ["PATH"]
    directory = tempfile.mkdtemp()
    subprocess.run(["busybox", "--install", "-s", directory], check=True)
    return f"{directory}:{os.environ['PATH']}"


def scripts(directory):
    """All of them in one directory, as in a pod."""
    shutil.copytree(ROOT / "charts/data/redis-cluster", directory)
    for file in ("charts/data/redis/acl.sh", "lib/backups.sh"):
        shutil.copy(ROOT / file, directory)
    return directory


def main(names):
    if os.environ.get("KEEPER_TEST") != "inside":
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        namespaces = ["unshare", *root, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.environ["KEEPER_TEST"] = "inside"
        os.execvp(namespaces[0], [*namespaces, sys.executable, "-B", __file__, *names])
    with tempfile.TemporaryDirectory() as directory:
        tempfile.tempdir = directory
        Cluster.network, Cluster.path, Cluster.log = Network(), tools(), pathlib.Path(directory, "log")
        Cluster.scripts = scripts(pathlib.Path(directory, "scripts"))
        # Inside, this program is process 1, to whose output the scripts write what is for the log of a pod.
        Rows.output = os.dup(1)
        os.dup2(os.open(Cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        clusters = [each for each in (*FORMED, *DISTURBED) if not names or each.__name__ in names]
        with concurrent.futures.ThreadPoolExecutor(len(clusters)) as pool:
            return 0 if all(list(pool.map(run, clusters))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
