"""An empty database gets its story once and whole; a full one is left alone."""

from pathlib import Path
from typing import Any

import pytest

from cornbread.config import demo, migrating, preparing, signin
from cornbread.team.models import User

pytestmark = pytest.mark.django_db(transaction=True)

MAYA = signin.SignIn("maya@example.org", "warm-bread-and-honey")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the demo: one person who can sign in. Notes every telling."""
    told: list[str] = []

    def fill() -> signin.SignIn:
        told.append("once")
        User.objects.create_user(email=MAYA.email, password=MAYA.password)
        return MAYA

    monkeypatch.setattr(demo, "fill", fill)
    return told


def test_an_empty_database_is_filled_once(home: Path, story: list[str]) -> None:
    preparing.prepare(with_demo=True)
    preparing.prepare(with_demo=True)
    assert story == ["once"]
    assert signin.kept(home) == MAYA


def test_without_the_demo_nothing_is_filled(home: Path, story: list[str]) -> None:
    preparing.prepare(with_demo=False)
    assert story == []
    assert signin.kept(home) is None


def test_a_database_in_use_is_left_alone(home: Path, story: list[str]) -> None:
    User.objects.create_user(email="owner@example.org", password="their own")
    preparing.prepare(with_demo=True)
    assert story == []


def test_a_story_that_breaks_off_is_not_told_by_half(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill() -> signin.SignIn:
        User.objects.create_user(email=MAYA.email, password=MAYA.password)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "fill", fill)
    with pytest.raises(KeyboardInterrupt):
        preparing.prepare(with_demo=True)
    assert not User.objects.exists()


def test_a_sign_in_that_no_longer_works_is_not_shown(home: Path, story: list[str]) -> None:
    preparing.prepare(with_demo=True)
    maya = User.objects.get()
    maya.set_password("changed by its owner")
    maya.save()
    preparing.prepare(with_demo=True)
    assert signin.kept(home) is None


def test_a_database_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder.applied_migrations

    def with_one_more(self: MigrationRecorder) -> dict[Any, Any]:
        return {**applied(self), ("care", "9999_from_the_future"): None}

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", with_one_more)
    with pytest.raises(migrating.DatabaseTooNew, match=r"care\.9999_from_the_future"):
        migrating.migrate()
