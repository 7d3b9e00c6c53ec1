"""The instructions of the page on clusters are followed here, as far as possible without Slurm and Kubernetes.

Its certificate, its settings and its commands are those of the cluster that the other tests grade on.
"""

import re

import yaml

from .conftest import PAGE, ROOT, block, settings


def test_the_script_for_slurm_makes_jobs_that_are_let_in(tmp_path):
    script, _, _ = block("python", "SLURMCluster").partition("cluster.scale")
    names = {}
    with settings(tmp_path):
        exec(script.replace("8786", "0"), names)
        with names["cluster"] as cluster:
            job, address = cluster.job_script(), cluster.scheduler_address
    assert address.startswith("tls://")
    assert f"dask_worker {address} " in job
    assert "--nthreads 8 " in job
    assert f"--tls-key {tmp_path}/key.pem" in job
    assert "export DASK_CONFIG=/etc/grading/grading.yaml\n" in job


def test_what_kubernetes_is_told_fits_together():
    cluster = yaml.safe_load((ROOT / "deploy" / "kubernetes.yaml").read_text())["spec"]
    (scheduler,), (worker,) = (cluster[role]["spec"]["containers"] for role in ("scheduler", "worker"))
    (address,) = (each["value"] for each in worker["env"] if each["name"] == "DASK_SCHEDULER_ADDRESS")
    port = scheduler["args"][scheduler["args"].index("--port") + 1]
    assert address == f"tls://grading-scheduler:{port}"
    assert {int(port)} <= {each["port"] for each in cluster["scheduler"]["service"]["ports"]}
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    (mounted,) = {each["mountPath"] for role in (scheduler, worker) for each in role["volumeMounts"]}
    assert f"DASK_CONFIG={mounted}/grading.yaml" in image
    assert f"export DASK_CONFIG={mounted}/grading.yaml" in PAGE
    extras = re.search(r"/course\[(\w+)\]", image)[1]
    assert f"{extras} = [" in (ROOT / "pyproject.toml").read_text()
