"""A suite that has to be complete does not pass by skipping."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = (Path(__file__).parent.parent / "conftest.py").read_text()
ALONE = ("-p", "no:cacheprovider")

SKIPPED = """
    import pytest

    def test_speaks_to_the_server():
        pytest.skip("no server here")
"""
MODULE = """
    import pytest
    pytest.importorskip("a_library_that_nobody_has")
"""
POSTGRES = """
    import pytest

    @pytest.mark.postgres
    def test_row_locks():
        assert True
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nmarkers =\n  postgres\n")
    # The inner runs need none of the plugins that are installed here, and loading them takes long.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("CI", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return pytester


def test_in_ci_a_skipped_test_fails(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(SKIPPED)
    suite.runpytest_subprocess(*ALONE).assert_outcomes(skipped=1)
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_subprocess(*ALONE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*must not skip a test*no server here*"])


def test_in_ci_a_module_that_skips_itself_fails(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(MODULE)
    monkeypatch.setenv("CI", "true")
    suite.runpytest_subprocess(*ALONE).assert_outcomes(errors=1)


def test_what_only_postgresql_can_show_runs_only_there(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(POSTGRES)
    suite.runpytest_subprocess(*ALONE).assert_outcomes(deselected=1)
    monkeypatch.setenv("DATABASE_URL", "postgres://root@localhost/anything")
    suite.runpytest_subprocess(*ALONE).assert_outcomes(passed=1)
