"""One of many values: found whatever is in them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.foundation import clock
from cornbread.foundation.lookups import keyed
from cornbread.foundation.models import Job

#: Databases store neither zero bytes nor half characters.
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1)
ODD = ['"', "\\", "{}", "NULL", "null", "a,b", " ", "'", "\\\"'", "\n", "{a}", "日本", '""']


def kept(keys: list[str]) -> None:
    Job.objects.all().delete()
    now = clock.now()
    Job.objects.bulk_create(
        Job(task="t", queue="q", max_attempts=1, due_at=now, created_at=now, dedupe_key=key)
        for key in keys
    )


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.sets(TEXTS, max_size=5), other=st.sets(TEXTS, max_size=5))
def test_texts_are_found_whatever_signs_they_hold(there: set[str], other: set[str]) -> None:
    there |= set(ODD)
    keys = sorted(key[:200] for key in there)
    kept(sorted(set(keys)))
    asked = [*ODD, *sorted(key[:200] for key in other), "nobody's"]
    wanted = sorted(set(asked) & set(keys))
    found = Job.objects.filter(dedupe_key__among=asked).values_list("dedupe_key", flat=True)
    assert sorted(map(str, found)) == wanted


@pytest.mark.django_db
def test_numbers_are_found_and_among_none_there_is_none() -> None:
    kept(["a", "b", "c"])
    ids = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    asked = [ids[0], ids[2], ids[2] + 1000]
    for these in (Job.objects.filter(pk__among=asked), Job.objects.filter(keyed(Job, "id", asked))):
        assert sorted(these.values_list("pk", flat=True)) == [ids[0], ids[2]]
    assert not Job.objects.filter(pk__among=[]).exists()
    assert not Job.objects.filter(keyed(Job, "id", [])).exists()
