"""Failed jobs through the API."""

import pytest

from cornbread.foundation.models import Job, JobState
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


def test_failed_jobs_are_listed_with_reasons(api: Api, kite: Brand) -> None:
    (one,) = api.ok("GET /jobs/dead")["items"]
    assert one["id"] == kite.ids["job_id"]
    assert (one["code"], one["error"], one["queue"]) == ("error", "RuntimeError", "outbound")
    assert one["work"].startswith("Send a message")
    assert "traceback" not in one


def test_the_list_has_pages(api: Api, kite: Brand) -> None:
    first = Job.objects.get(pk=kite.ids["job_id"])
    second = Job.objects.get(pk=first.pk)
    second.pk = None
    second.save()
    page = api.ok("GET /jobs/dead?limit=1")
    assert [one["id"] for one in page["items"]] == [second.pk]
    rest = api.ok(f"GET /jobs/dead?limit=1&cursor={page['next']}")
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([first.pk], None)


def test_a_failed_job_runs_again_once(api: Api, kite: Brand) -> None:
    job = kite.ids["job_id"]
    assert api(f"POST /jobs/{job}/replay").status == 204
    assert Job.objects.get(pk=job).state == JobState.READY
    api.problem(404, f"POST /jobs/{job}/replay")


def test_a_newer_job_for_the_same_thing_goes_first(api: Api, kite: Brand) -> None:
    job = Job.objects.get(pk=kite.ids["job_id"])
    Job.objects.filter(pk=job.pk).update(dedupe_key="the same")
    job.pk, job.dedupe_key, job.state = None, "the same", JobState.READY
    job.save()
    api.problem(409, f"POST /jobs/{kite.ids['job_id']}/replay")
