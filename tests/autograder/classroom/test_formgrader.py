"""nbgrader's formgrader opens in JupyterLab on a class directory and shows its grades, reports and all."""

import json
import os
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

TOKEN = "for-this-test"
SECONDS = 60


@pytest.fixture
def lab(copied, tmp_path):
    """JupyterLab, started in a class directory; returns its address."""
    home = tmp_path / "home"
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("RUNTIME", "CONFIG", "DATA")}
    command = ("-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={TOKEN}")
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=copied,
            env=os.environ | places | {"HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(server, home / "runtime", tmp_path / "lab.log")
    finally:
        server.terminate()
        server.wait()


def _address(server, runtime, log):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            text = path.read_text()
            if text.endswith("}"):
                return json.loads(text)["url"]
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def test_the_formgrader_shows_the_grades(lab, browser):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(1000 * SECONDS)
    page.goto(f"{lab}lab?token={TOKEN}")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").first.click()
    desk = page.frame_locator("iframe[src*=formgrader], iframe").first
    desk.locator("tr", has_text="toy").first.wait_for()

    page.goto(f"{lab}formgrader/manage_students")
    for student, score in (("mistake-02", "1 / 7"), ("right", "3 / 7"), ("blank", "0 / 7")):
        row = page.locator("tbody tr").filter(has=page.locator(f"td:text-is('{student}')"))
        expect(row).to_contain_text(score, timeout=1000 * SECONDS)

    page.goto(f"{lab}formgrader/gradebook/toy/toy")
    expect(page.locator("tbody tr")).to_have_count(11, timeout=1000 * SECONDS)

    page.goto(f"{lab}formgrader/manage_students/mistake-02/toy")
    page.locator("tbody a", has_text="toy").first.click()
    report = page.locator(".dnn-report").first
    report.wait_for()
    assert "One is added." in report.inner_text()
    page.close()
