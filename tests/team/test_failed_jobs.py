"""Failed jobs: explained, kept to their workspace, and begun again by who may."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from cornbread.config.cli import app
from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound, Stale
from cornbread.foundation.failures import failure_of
from cornbread.foundation.models import Job, JobState
from cornbread.foundation.outbox import react
from cornbread.team import actions, queries
from cornbread.team.domain.permissions import Role
from cornbread.team.models import AuditEntry, Member, Workspace
from tests.people_here import brand, member, owner_of, signed_in

pytestmark = pytest.mark.django_db
SEND = "cornbread.outbound.sending.send_delivery"
FILE = "cornbread.care.reactions.put_into_conversations"
PAGE = "/w/red-kite-rail/settings/jobs/"
_seconds = count(1)


def failed(workspace: Workspace | None, *, task: str = SEND, **values: Any) -> Job:
    """A job that was given up, each later than the one before."""
    error = {"class": "builtins.RuntimeError", "code": "error", "traceback": "secret.py:1 in x"}
    known: dict[str, Any] = {
        "queue": "outbound",
        "workspace_id": workspace.pk if workspace else None,
        "state": JobState.DEAD,
        "attempts": 3,
        "max_attempts": 3,
        "due_at": clock.now(),
        "created_at": clock.now(),
        "finished_at": clock.now() + timedelta(seconds=next(_seconds)),
        "last_error": error,
    }
    return Job.objects.create(task=task, **known | values)


@pytest.fixture
def workspace() -> Workspace:
    return brand()


@pytest.fixture
def owner(workspace: Workspace) -> Member:
    return owner_of(workspace)


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


# In words


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("error", "Something broke inside Cornbread"),
        ("worker_died", "ended in the middle"),
        ("retry", "putting it off"),
        ("not_found", "not there any more"),
        ("event_changed", "will not help"),
        ("role_lacks_permission", "It was refused"),
    ],
)
def test_a_failure_is_explained_by_its_code(code: str, said: str) -> None:
    assert said in failure_of(failed(None, last_error={"class": "x.Y", "code": code})).why


def test_a_reaction_is_named_for_what_it_does() -> None:
    found = failure_of(failed(None, task=react.module_path, args=[FILE, "MentionsHeard", {}]))
    assert (found.task, found.work) == (FILE, "Every mention goes where it belongs.")


@pytest.mark.parametrize(
    ("task", "args"), [("cornbread.gone.job", []), (react.module_path, ["cornbread.gone", "x", {}])]
)
def test_work_of_another_version_is_said_to_be_unknown(task: str, args: list[object]) -> None:
    found = failure_of(failed(None, task=task, args=args, last_error=None))
    assert found.work == "Something that this version does not know."


# The page


def test_the_page_says_what_failed_and_why(browser: Client, workspace: Workspace) -> None:
    job = failed(workspace)
    page = browser.get(PAGE).content.decode()
    for words in ("Send a message", SEND, "Something broke", "RuntimeError", f"job {job.pk}"):
        assert words in page
    assert "secret.py" not in page


def test_the_page_is_glad_when_nothing_failed(browser: Client) -> None:
    assert "Nothing has failed" in browser.get(PAGE).content.decode()


def test_jobs_of_others_and_of_nobody_are_not_shown(browser: Client) -> None:
    other = brand("Pine Hotel")
    for job in (failed(other), failed(None)):
        assert browser.post(f"{PAGE}{job.pk}/replay/").status_code == 404
    assert "Nothing has failed" in browser.get(PAGE).content.decode()


def test_a_job_runs_again_and_the_log_says_who_wanted_it(
    browser: Client, workspace: Workspace, owner: Member
) -> None:
    job = failed(workspace)
    answer = browser.post(f"{PAGE}{job.pk}/replay/", follow=True)
    assert "It runs again" in answer.content.decode()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.READY, 0)
    entry = AuditEntry.objects.get(verb="job.replayed")
    assert (entry.member, entry.subject) == (owner, f"job:{job.pk}")
    assert browser.post(f"{PAGE}{job.pk}/replay/").status_code == 404


def test_a_job_is_not_run_beside_a_newer_one(browser: Client, workspace: Workspace) -> None:
    job = failed(workspace, dedupe_key="delivery:1")
    failed(workspace, dedupe_key="delivery:1", state=JobState.READY)
    answer = browser.post(f"{PAGE}{job.pk}/replay/", follow=True)
    assert "already on its way" in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="job.replayed").exists()


def test_many_failures_have_pages(browser: Client, workspace: Workspace) -> None:
    jobs = [failed(workspace) for _ in range(51)]
    first = browser.get(PAGE)
    older = first.context["older"]
    assert [one.id for one in first.context["failures"]] == [job.pk for job in jobs[:0:-1]]
    rest = browser.get(PAGE, {"after": older})
    assert [one.id for one in rest.context["failures"]] == [jobs[0].pk]
    assert browser.get(PAGE, {"after": "nonsense"}).status_code == 422


def test_a_place_beyond_all_time_has_nothing(owner: Member, workspace: Workspace) -> None:
    failed(workspace)
    assert queries.failed_jobs(seen_by=owner, after=(2**62, 1)) == []


@pytest.mark.parametrize("role", [Role.LEAD, Role.AGENT, Role.PARTNER, Role.ANALYST])
def test_who_may_not_sees_no_failures(workspace: Workspace, role: Role) -> None:
    client = signed_in(member(workspace, role))
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}{failed(workspace).pk}/replay/").status_code == 403


# The action


def test_only_failed_jobs_of_the_workspace_run_again(owner: Member, workspace: Workspace) -> None:
    running = failed(workspace, state=JobState.RUNNING)
    for number in (running.pk, failed(brand("Pine Hotel")).pk, 99_999):
        with pytest.raises(NotFound):
            actions.replay_job(number, by=owner)
    failed(workspace, dedupe_key="1", state=JobState.READY)
    with pytest.raises(Stale):
        actions.replay_job(failed(workspace, dedupe_key="1").pk, by=owner)


# The command line


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["jobs", *words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_operator_sees_and_replays_everything(workspace: Workspace) -> None:
    assert run("dead") == "No job was given up.\n"
    ours, nobodys = failed(workspace), failed(None)
    blocked = failed(workspace, dedupe_key="1")
    failed(workspace, dedupe_key="1", state=JobState.READY)
    listed = json.loads(run("dead", "--json"))
    assert [one["id"] for one in listed] == [blocked.pk, nobodys.pk, ours.pk]
    assert [one["workspace"] for one in listed] == ["red-kite-rail", None, "red-kite-rail"]
    shown = run("dead")
    assert "red-kite-rail  Send a message" in shown
    assert "no workspace" in shown

    assert run("replay", str(ours.pk)) == f"Job {ours.pk} runs again.\n"
    assert run("replay", "--all") == (
        "1 job will run again.\n1 job left, because a newer one does the same.\n"
    )
    assert [one["id"] for one in json.loads(run("dead", "--json"))] == [blocked.pk]


@pytest.mark.parametrize("words", [["replay"], ["replay", "7", "--all"], ["replay", "7"]])
def test_a_replay_of_nothing_is_refused(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["jobs", *words]).exit_code == 2
