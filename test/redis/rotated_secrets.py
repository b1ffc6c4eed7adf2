"""Passwords and certificates that change in the Secret while the servers run."""

import contextlib
import json
import subprocess

from client import PORT, Redis, RedisError
from cluster import HURRY, Cluster


class Rotated(Cluster):
    """With the users of the chart, whose passwords change in the Secret."""

    shards, replicas = 1, 1
    interval = HURRY
    users = True
    TOLD = "INFO The server has the passwords of the Secret"
    USERS = ("application", "keeper", "exporter", "replication", "operator")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        passwords = cls.directory / "passwords"
        passwords.mkdir()
        for pod in cls.pods:
            pod.passwords = passwords
        # Where no exporter listens: one that is away holds nothing up.
        cls.environment = {"EXPORTER_PORT": "1", "SERVER_URL": "redis://localhost:7000", "RUNTIME": str(cls.directory)}
        cls.put("old")

    @classmethod
    def put(cls, *generations):
        cls.credentials = ("operator", f"operator-{generations[0]}-0123456789")
        for user in cls.USERS:
            lines = "".join(f"{user}-{generation}-0123456789\n" for generation in generations)
            (cls.pods[0].passwords / user).write_text(lines)

    def told(self, times):
        for pod in self.pods:
            self.until(f"told {times} times", lambda at=pod: at.said().count(self.TOLD) >= times)

    def test_passwords_are_changed_without_a_restart(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.told(1)
        for times, generations in enumerate((["old", "new"], ["new", "old"], ["new"]), 2):
            self.put(*generations)
            self.told(times)
        self.until_formed()
        exporter = self.directory / "exporter.json"
        told = {"redis://exporter@localhost:7000": "exporter-new-0123456789"}
        self.until("exporter to be told", lambda: json.loads(exporter.read_text()) == told)

    def test_a_server_that_starts_again_in_its_pod_has_the_passwords_of_now(self):
        for pod in self.pods:
            pod.stop_server()
            pod.start_server()
        self.until_formed()
        self.assertEqual([pod.run("ready.sh") for pod in self.pods], [(0, "")] * 2)
        self.assertEqual(self.said("refuses the user"), [])


class Encrypted(Cluster):
    """Servers that speak TLS and nothing else, to clients, to each other, and to the scripts."""

    shards, replicas = 1, 1
    interval = HURRY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        certificates = cls.directory / "certificates"
        certificates.mkdir()
        cls.authority = certificates / "ca.crt"
        files = {name: certificates / name for name in ("tls.crt", "tls.key", "ca.crt")}
        cls.openssl(
            "req", "-x509", "-subj", "/CN=authority", "-keyout", cls.directory / "ca.key", "-out", cls.authority
        )
        cls.sign()
        cls.environment = {"CERTIFICATES": str(certificates), "TLS_FLAGS": f"--tls --cacert {cls.authority}"}
        cls.settings = {
            **{"port": 0, "tls-port": PORT, "tls-cluster": "yes", "tls-replication": "yes", "tls-auth-clients": "no"},
            **{
                "tls-cert-file": files["tls.crt"],
                "tls-key-file": files["tls.key"],
                "tls-ca-cert-file": files["ca.crt"],
            },
        }

    @staticmethod
    def openssl(*words):
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(
            ["openssl", *words, *(curve if words[0] == "req" else [])], check=True, stderr=subprocess.DEVNULL
        )

    @classmethod
    def sign(cls):
        """Makes a certificate for every pod of the domain, and puts it where the servers read theirs."""
        request, names = cls.directory / "request", cls.directory / "names"
        names.write_text(f"subjectAltName = DNS:*.{cls.domain}")
        certificates, key = cls.authority.parent, cls.directory / "new.key"
        cls.openssl("req", "-new", "-subj", "/CN=servers", "-keyout", key, "-out", request)
        signer = ["-CA", cls.authority, "-CAkey", cls.directory / "ca.key", "-CAcreateserial"]
        cls.openssl("x509", "-req", "-in", request, *signer, "-extfile", names, "-out", certificates / "tls.crt")
        key.rename(certificates / "tls.key")

    @staticmethod
    def certificate(redis):
        return redis.socket.getpeercert(binary_form=True)

    def test_servers_form_a_cluster_and_a_client_checks_their_names(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.fill()
        self.assertEqual([pod.run(script)[0] for pod in self.pods for script in ("alive.sh", "ready.sh")], [0] * 4)

    def test_a_client_without_tls_gets_no_answer(self):
        with self.assertRaises((OSError, RedisError)), Redis(self.pod(0).ip) as redis:
            redis("PING")

    def test_a_renewed_certificate_is_served_without_a_restart_or_a_lost_connection(self):
        with contextlib.ExitStack() as stack:
            before = [stack.enter_context(pod.connect()) for pod in self.pods]
            self.sign()

            def renewed():
                with contextlib.ExitStack() as now:
                    after = [now.enter_context(pod.connect()) for pod in self.pods]
                    return all(self.certificate(old) != self.certificate(new) for old, new in zip(before, after))

            self.took = self.until("renewed", renewed)
            self.assertEqual([redis("PING") for redis in before], ["PONG"] * 2)
        self.assertEqual(self.keys(), 300)

    def test_leaving_hands_over(self):
        status, _ = self.pod(0).run("leave.sh")
        self.assertEqual((status, self.pod(0).role(), self.pod(0, 1).role()), (0, "slave", "master"))
        self.assertEqual(self.keys(), 300)
