"""A browser, and the real product to open in it: its ASGI application on a port of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ROOT = Path(__file__).parents[2]


class Product:
    """A running Cornbread with a home of its own; ``do`` works on it from behind."""

    def __init__(self, home: str) -> None:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = {**os.environ, "CORNBREAD_HOME": home, "PYTHONPATH": path}
        environment |= {"CORNBREAD_LOG": "ERROR", "CORNBREAD_TESTING": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.stage"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )
        self.port: int = self._answer()["port"]
        self.url = f"http://127.0.0.1:{self.port}"

    def do(self, command: str, **values: Any) -> dict[str, Any]:
        """Run one of the commands of ``tests.browser.stage``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **values}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the product ended"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer

    def sign_in(self, context: BrowserContext, slug: str, member: int) -> None:
        """Give this browser the session of a member."""
        value = self.do("cookie", slug=slug, member=member)["cookie"]
        context.add_cookies([{"name": "cornbread", "value": value, "url": self.url}])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory(prefix="cornbread-stage-", ignore_cleanup_errors=True) as home:
        running = Product(home)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
