"""Where CI=true nothing may be skipped: every server and all data that a test needs are there."""

import os
import sys
from collections.abc import Generator, Iterator

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the other database or the compiled matcher can show."""
    on_postgresql = os.environ.get("DATABASE_URL", "").startswith("postgres")
    missing = ["sqlite" if on_postgresql else "postgres"]
    if not os.environ.get("EXPECT_COMPILED"):
        missing.append("compiled")
    left_out = [item for item in items if any(map(item.get_closest_marker, missing))]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped: it hides that nothing was tested."""
    report = yield
    if _nothing_may_be_skipped() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"CI must not skip a test: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself."""
    report = yield
    if _nothing_may_be_skipped() and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"CI must not skip a module: {_reason(report)}"
    return report


def _nothing_may_be_skipped() -> bool:
    return os.environ.get("CI") == "true"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)


@pytest.fixture(autouse=True)
def _nothing_left_over() -> Iterator[None]:
    """A test that is rolled back leaves what the process remembered of it: forget that."""
    yield
    # Only where a test has loaded them: many tests need neither.
    if logs := sys.modules.get("cornbread.foundation.logs"):
        logs.request_id.set(None)
    if intake := sys.modules.get("cornbread.listening.intake"):
        intake.forget_compiled()
    if rules := sys.modules.get("cornbread.automation.ready"):
        rules.forget_rules()
    if copies := sys.modules.get("cornbread.listening.copies"):
        copies.forget_copies()
    if hearsay := sys.modules.get("cornbread.listening.hearsay"):
        hearsay.forget_heard()
