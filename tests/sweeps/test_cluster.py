"""Who can use the Dask cluster that a sweep makes, and a scheduler with TLS that is there already."""

import contextlib
import datetime
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from small_sweeps import XOR, made

import sweep_work
from gancli.sweeps import Policy, play
from gancli.sweeps.errors import MissingDask
from helpers import gancli

pytest.importorskip("distributed")

from gancli.sweeps.cluster import DaskCluster


def play_two(cluster: DaskCluster) -> dict[str, int]:
    folder, cells = made(2)
    return play(folder, cells, cluster, Policy(), sweep_work.Silent()).counts


def listening() -> set[tuple[str, int]]:
    """The addresses at which this process, and those it has started, listen."""
    found = set()
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            name = "net_connections" if hasattr(process, "net_connections") else "connections"  # psutil 5
            found |= {tuple(one.laddr) for one in getattr(process, name)("tcp") if one.status == psutil.CONN_LISTEN}
    return found


def answer(address: tuple[str, int], context: ssl.SSLContext | None) -> bytes:
    """What a port says to someone without its keys; nothing, where it hangs up."""
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    try:
        with socket.create_connection(address, timeout=5.0) as plain, contextlib.ExitStack() as stack:
            channel = plain if context is None else stack.enter_context(context.wrap_socket(plain))
            channel.sendall(request)
            return channel.recv(100)
    except (ssl.SSLError, ConnectionError):
        return b""


def strangers() -> list[ssl.SSLContext]:
    """Someone without a certificate, and someone with one that is not the cluster's."""
    from distributed import Security

    without = ssl.create_default_context()
    without.check_hostname, without.verify_mode = False, ssl.CERT_NONE
    other: ssl.SSLContext = Security.temporary().get_connection_args("client")["ssl_context"]
    other.check_hostname, other.verify_mode = False, ssl.CERT_NONE
    return [without, other]


@pytest.mark.slow
def test_nobody_else_can_use_the_cluster_that_a_sweep_makes() -> None:
    from distributed import Client

    before = listening()
    cluster = DaskCluster(None, 2, sweep_work.counted)
    try:
        found = listening() - before
        assert len(found) == 5, "a scheduler, two nannies, two workers"
        assert {host for host, _ in found} == {"127.0.0.1"}
        contexts = strangers()
        for address in found:
            assert answer(address, None) == b"", "no HTTP, and nothing in the clear"
            assert [answer(address, context) for context in contexts] == [b"", b""]
        scheduler = cluster.client.scheduler.address
        assert scheduler.startswith("tls://")
        with pytest.raises((OSError, RuntimeError, TypeError)):
            Client(scheduler.replace("tls://", "tcp://"), timeout=1)
    finally:
        counts = play_two(cluster)
    assert counts == {"completed": 2}
    assert listening() == before


def test_a_cluster_needs_what_makes_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(MissingDask, match=r"pip install .*\[dask\]"):
        DaskCluster(None, 1, sweep_work.counted)


@pytest.mark.parametrize(("address", "message"), [("tls://127.0.0.1:1", "TLS"), ("tcp://127.0.0.1:1", "connect")])
def test_a_scheduler_that_cannot_be_used_is_named_before_there_is_a_folder(address: str, message: str) -> None:
    import dask

    Path("c.yaml").write_text(XOR, encoding="utf-8")
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        result = gancli("sweep", "c.yaml", "--seeds", "2", "--backend", "dask", "--scheduler", address)
    assert result.exit_code == 2 and f"--scheduler {address}: cannot be used: " in result.stderr
    assert message in result.stderr and "report this" not in result.stderr
    assert not Path("runs").exists()


def certificate(place: Path) -> tuple[Path, Path]:
    """A key and a certificate that vouches for itself, as `docs/cluster.md` has them made."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dask")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    files = place / "key.pem", place / "cert.pem"
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[0].write_bytes(key.private_bytes(*form))
    files[1].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return files


def test_a_scheduler_with_tls_is_used_with_the_certificates_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from distributed import LocalCluster, Security

    key, cert = map(str, certificate(tmp_path))
    names = {
        f"tls_{role}_{part}": path
        for role in ("client", "scheduler", "worker")
        for part, path in (("key", key), ("cert", cert))
    }
    security = Security(tls_ca_file=cert, require_encryption=True, **names)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION", "True")
    monkeypatch.setenv(f"{tls}CA_FILE", cert)
    monkeypatch.setenv(f"{tls}CLIENT__KEY", key)
    monkeypatch.setenv(f"{tls}CLIENT__CERT", cert)
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, security=security, dashboard_address="127.0.0.1:0"
    ) as there:
        assert there.scheduler_address.startswith("tls://")
        words = ["sweep", "c.yaml", "--seeds", "1", "--backend", "dask", "--scheduler", there.scheduler_address]
        done = subprocess.run([sys.executable, "-m", "gancli", *words], capture_output=True, text=True)
    assert done.returncode == 0 and "completed: 1 completed" in done.stderr, done.stderr
