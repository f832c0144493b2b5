"""Every address says who may open it, and really refuses everybody else."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import get_resolver, path

from cornbread.care.models import Entry
from cornbread.foundation.models import EventRecord
from cornbread.outbound.models import Delivery
from cornbread.team.access import page, public, signed_in
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import AuditEntry, Member
from tests.guards.addresses import LIBRARIES, Address, addresses, ours, unguarded
from tests.guards.world import Brand, brand

EVERY = list(addresses(get_resolver().url_patterns))
OURS = ours(EVERY)
IN_WORKSPACE = [one for one in OURS if one.in_workspace]
WITH_IDS = [one for one in IN_WORKSPACE if any(name.endswith("_id") for name in one.parameters)]
#: Values for parameters that name no row. An address with a new parameter has to be added here.
PLAIN = {"to": "resolve", "verb": "retry", "kind": "sandbox", "secret": "not-a-secret"}
#: What the forms of the product ask for, so that no form refuses before the row is looked for.
FILLED_IN = {
    "text": "Outside Ulm.", "mode": "public", "basis": "0", "name": "Night desk", "query": "train",
    "purpose": "brand", "role": "agent", "usual": "tomorrow", "kind": "call_completed",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[tuple[Brand, Brand]]:
    """Ours and theirs; each request is rolled back, so that one world serves all."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield brand("Red Kite Rail"), brand("Pine Hotel")
        transaction.set_rollback(True)


@pytest.fixture
def kite(world: tuple[Brand, Brand]) -> Brand:
    return world[0]


@pytest.fixture
def pine(world: tuple[Brand, Brand]) -> Brand:
    return world[1]


def url_of(address: Address, of: Brand, *, ids_of: Brand | None = None) -> str:
    """The address with the workspace of one brand and the ids of the same or another one."""
    url = address.route
    for name in address.parameters:
        url = _filled(url, name, _value(name, of, ids_of or of))
    return f"/{url}"


def _value(name: str, of: Brand, ids_of: Brand) -> str:
    if name == "slug":
        return of.workspace.slug
    if name.endswith("_id"):
        assert name in ids_of.ids, f"tests/guards/world.py makes nothing for {name}"
        return str(ids_of.ids[name])
    assert name in PLAIN, f"PLAIN has no value for {name}"
    return PLAIN[name]


def _filled(route: str, name: str, value: str) -> str:
    begin = next(part for part in route.split("<")[1:] if part.split(">")[0].endswith(name))
    return route.replace(f"<{begin.split('>')[0]}>", value, 1)


def ask(client: Client, url: str, *methods: str) -> dict[str, HttpResponseBase]:
    """The answers to the methods that this address knows."""
    answers = {}
    for method in methods or ("get", "post"):
        with transaction.atomic():
            answers[method] = getattr(client, method)(url, FILLED_IN if method == "post" else None)
            transaction.set_rollback(True)
    return {name: one for name, one in answers.items() if one.status_code != 405}


def statuses(client: Client, url: str) -> set[int]:
    found = {one.status_code for one in ask(client, url).values()}
    assert found, f"{url} knows neither GET nor POST"
    return found


def test_every_view_says_who_may_open_it() -> None:
    assert not unguarded(EVERY)


def test_what_is_open_is_open_for_a_reason() -> None:
    found = {one.route: one.access.reason for one in OURS if one.access and one.access.reason}
    assert found == OPEN


def test_libraries_look_after_known_addresses_only() -> None:
    others = {one.module.split(".")[0] for one in EVERY} - {"cornbread"}
    assert others <= set(LIBRARIES)


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_a_stranger_is_sent_to_sign_in(address: Address, kite: Brand) -> None:
    answers = ask(Client(), url_of(address, kite))
    assert answers
    for answer in answers.values():
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_a_member_of_another_workspace_learns_nothing(
    address: Address, kite: Brand, pine: Brand
) -> None:
    assert statuses(pine.browser(), url_of(address, kite)) == {404}


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_a_removed_member_learns_nothing(address: Address, kite: Brand) -> None:
    client = kite.browser()
    Member.objects.filter(pk=kite.owner.pk).update(active=False)
    assert statuses(client, url_of(address, kite)) == {404}


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_roles_without_the_permission_are_refused(address: Address, kite: Brand) -> None:
    assert address.access is not None
    lacking = [role for role in Role if address.access.permission not in PERMISSIONS[role]]
    for role in lacking:
        assert statuses(kite.browser(role), url_of(address, kite)) == {403}, role


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_who_may_gets_an_answer(address: Address, kite: Brand) -> None:
    """So that the refusals above are not those of a wrong address."""
    for method, answer in ask(kite.browser(), url_of(address, kite)).items():
        assert answer.status_code not in (403, 404), method
        assert answer.status_code < 500, method


@pytest.mark.parametrize("address", WITH_IDS, ids=str)
def test_ids_of_another_workspace_are_not_found(address: Address, kite: Brand, pine: Brand) -> None:
    assert statuses(kite.browser(), url_of(address, kite, ids_of=pine)) == {404}


@pytest.mark.parametrize(
    "address", [one for one in WITH_IDS if "conversation_id" in one.parameters], ids=str
)
def test_partners_do_not_find_conversations_that_were_not_given_to_them(
    address: Address, kite: Brand
) -> None:
    assert address.access is not None
    may = address.access.permission in PERMISSIONS[Role.PARTNER]
    assert statuses(kite.browser(Role.PARTNER), url_of(address, kite)) == {404 if may else 403}


@pytest.mark.parametrize("address", IN_WORKSPACE, ids=str)
def test_who_only_reads_changes_nothing(address: Address, kite: Brand) -> None:
    before = written()
    kite.browser(Role.ANALYST).post(url_of(address, kite), FILLED_IN)
    assert written() == before


def written() -> tuple[int, ...]:
    """What every change leaves behind; that somebody looks is no change."""
    events = EventRecord.objects.exclude(kind="care.PresenceChanged")
    rows = (AuditEntry.objects, Entry.objects, Delivery.objects, events)
    return tuple(one.count() for one in rows)


def test_pages_of_an_account_ask_to_sign_in(kite: Brand) -> None:
    of_accounts = [one for one in OURS if not one.in_workspace]
    for address in of_accounts:
        if address.access and address.access.signed_in:
            for answer in ask(Client(), url_of(address, kite)).values():
                assert answer.headers["Location"].startswith("/accounts/login/")


def a_view(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("secret")


class TestTheGuardFails:
    def test_when_a_view_says_nothing(self) -> None:
        found = list(addresses([path("w/<slug:slug>/new/", a_view)]))
        assert unguarded(found) == ["w/<slug:slug>/new/ has no @page, @signed_in or @public"]

    def test_when_a_workspace_page_asks_for_no_permission(self) -> None:
        for door in (public("seen by everybody"), signed_in("the same for everybody")):
            view = door(lambda request, **kwargs: HttpResponse())
            assert unguarded(addresses([path("w/<slug:slug>/new/", view)]))

    def test_when_a_page_is_open_without_a_reason(self) -> None:
        assert unguarded(addresses([path("new/", public("")(lambda request: HttpResponse()))]))

    def test_when_a_permission_has_no_workspace(self) -> None:
        view = page("watch.read")(lambda request, member: HttpResponse())
        assert unguarded(addresses([path("new/", view)]))
        assert not unguarded(addresses([path("w/<slug:slug>/new/", view)]))

    def test_and_it_looks_at_the_product(self) -> None:
        assert len(IN_WORKSPACE) > 10
        assert any(one.route.startswith("w/<slug:slug>/inbox/") for one in IN_WORKSPACE)


#: Everything that asks for no permission, and why.
OPEN = {
    "healthz": "load balancers have no account; it tells one word and nothing about the data",
    "": "it only leads on: to first run, to the sign-in, or into the visitor's own workspace",
    "welcome/": "open only while nobody has an account here; set_up makes sure of that again",
    "metrics": "Prometheus has no account; it needs the token, or has to sit on the same machine",
    "join/<str:secret>/": "the secret in the link is the permission, and it works once",
}
