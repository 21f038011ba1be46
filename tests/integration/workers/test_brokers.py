"""The same worker on other brokers: whichever is installed here is started for the test."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project

from accounts.models import User
from generation import jobs
from generation.models import Job
from tests.integration.workers.conftest import LEASE_SECONDS, environment, kill, wait_for, worker_command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: the Redis broker is not tried here")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(lambda: accepts(port), "Redis")
    yield f"redis://127.0.0.1:{port}/0"
    server.kill()
    server.wait()


@pytest.fixture
def rabbitmq_url(tmp_path: Path) -> Iterator[str]:
    # The program itself: the one in the PATH changes to a user who cannot write to a test's folder.
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if not program.exists():
        pytest.skip("rabbitmq-server is not installed: the RabbitMQ broker is not tried here")
    port, distribution = free_port(), free_port()
    own = {
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(tmp_path / "mnesia"),
        "RABBITMQ_LOG_BASE": str(tmp_path / "log"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(tmp_path / "feature_flags"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(tmp_path / "plugins"),
        "RABBITMQ_SERVER_START_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "HOME": str(tmp_path),
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }
    server = subprocess.Popen(
        [program], env=own, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True
    )
    wait_for(lambda: accepts(port), "RabbitMQ")
    yield f"amqp://guest:guest@127.0.0.1:{port}//"
    kill(server)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("broker", ["redis_url", "rabbitmq_url"])
def test_a_job_runs_over_another_broker(
    broker: str,
    request: pytest.FixtureRequest,
    transactional_db: None,
    files: Path,
    signing_authority: None,
) -> None:
    url = request.getfixturevalue(broker)
    owner = User.objects.create_user("maker@example.org", admission=User.Admission.APPROVED)
    job = jobs.request(owner, prompt="a red circle", image_count=1, seed=5, width=256, height=256)
    assert isinstance(job, Job)
    own = {**environment(files), "CELERY_BROKER_URL": url}
    command = worker_command("none", "-", "generate")
    worker = subprocess.Popen(command, cwd=project.BASE_DIR, env=own, start_new_session=True)
    try:
        time.sleep(
            (jobs.LEASES_IN_QUEUE + 0.1) * LEASE_SECONDS
        )  # the lease of a lost message, so that the command below enqueues it
        resume = [sys.executable, "-W", "ignore", "manage.py", "resume_stalled"]
        subprocess.run(resume, cwd=project.BASE_DIR, env=own, check=True)
        wait_for(lambda: not Job.objects.active().exists(), "the job to finish")
    finally:
        kill(worker)

    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error_message
