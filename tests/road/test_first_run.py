"""An empty start leads a new owner through first-run set-up."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.road.product import PATIENCE_S, Product, wait_for
from tests.servers import free_port

pytestmark = [pytest.mark.connector, pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_start_without_the_demo_asks_for_owner_and_brand(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    port = free_port()
    environment = {**os.environ, "CORNBREAD_HOME": str(tmp_path / "home"), "DEMO": "0"}
    environment.pop("CORNBREAD_TESTING", None)
    environment.pop("DATABASE_URL", None)
    with log.open("w") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "cornbread.config", "run", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: "Ctrl-C" in log.read_text(), "the greeting", PATIENCE_S)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as web:
            page = web.get("/", follow_redirects=True)
    finally:
        started.terminate()
        started.wait(timeout=30)
    assert page.status_code == 200
    assert page.url.path == "/welcome/"
    fields = set(re.findall(r'name="(brand|name|email|password)"', page.text))
    assert fields == {"brand", "name", "email", "password"}


def test_after_first_run_the_front_door_leads_into_the_brand(product: Product) -> None:
    page = product.browser.get("/")
    assert page.status_code == 302
    assert page.headers["location"].startswith("/w/red-kite-rail/")
