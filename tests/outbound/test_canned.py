"""Canned responses written, seen, used and brought in from files; signatures."""

import pytest
from django.test import Client

from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.outbound import actions, queries
from cornbread.outbound.domain.canned_files import Row, as_json, read
from cornbread.outbound.models import CannedResponse
from cornbread.outbound.showing import rows_of
from cornbread.outbound.values import sign, today
from cornbread.team import actions as team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Member:
    return world.member(world.workspace(), Role.LEAD, name="Lea")


def written(shortcut: str = "late", **more: object) -> actions.Written:
    values: dict[str, object] = {"title": "Late", "text": "Sorry, {{ person.name | there }}."}
    return actions.Written(shortcut=shortcut, **(values | more))  # type: ignore[arg-type]


def shortcuts(member: Member) -> list[str]:
    return [one.shortcut for one in queries.canned(seen_by=member)]


def test_a_response_is_kept_as_it_should_be_found(lead: Member) -> None:
    one = actions.save_canned(None, written("/Late", title=" So  late "), by=lead)
    assert (one.shortcut, one.title) == ("late", "So late")
    with pytest.raises(Invalid) as refused:
        actions.save_canned(None, written("LATE", team_id=99, channel_kinds=["fax"]), by=lead)
    assert set(refused.value.fields) == {"shortcut", "team", "channel_kinds"}
    assert actions.save_canned(one.pk, written("late", title="New"), by=lead).title == "New"


def test_only_who_leads_writes_them(lead: Member) -> None:
    agent = world.member(lead.workspace)
    with pytest.raises(NotAllowed):
        actions.save_canned(None, written(), by=agent)
    with pytest.raises(NotAllowed):
        actions.save_brand_signature("^x", on=True, by=agent)


def test_everybody_sees_their_teams_and_partners_only_what_is_shared(lead: Member) -> None:
    night = team.create_team("Night", by=world.member(lead.workspace, Role.OWNER))
    agent, partner = world.member(lead.workspace), world.member(lead.workspace, Role.PARTNER)
    actions.save_canned(None, written("all"), by=lead)
    actions.save_canned(None, written("everyone", shared=True), by=lead)
    ours = actions.save_canned(None, written("night", team_id=night.pk, shared=True), by=lead)
    assert not ours.shared
    assert shortcuts(lead) == ["all", "everyone", "night"]
    assert shortcuts(agent) == ["all", "everyone"]
    assert shortcuts(partner) == ["everyone"]
    partner.teams.add(night)
    assert shortcuts(partner) == ["everyone", "night"]
    with pytest.raises(NotFound):
        queries.canned_response(ours.pk, seen_by=agent)
    assert shortcuts(world.member(world.workspace("Pine"), Role.OWNER)) == []


def test_what_is_archived_is_not_offered_until_it_is_brought_back(lead: Member) -> None:
    one = actions.save_canned(None, written(), by=lead)
    actions.archive_canned(one.pk, by=lead)
    actions.archive_canned(one.pk, by=lead)
    assert queries.canned_candidates(seen_by=lead, kind="mastodon") == []
    with pytest.raises(NotFound):
        actions.use_canned(one.pk, by=lead)
    actions.bring_canned_back(one.pk, by=lead)
    assert [c.id for c in queries.canned_candidates(seen_by=lead, kind="mastodon")] == [one.pk]


def test_uses_are_counted_for_me_and_for_my_team(lead: Member) -> None:
    one = actions.save_canned(None, written(channel_kinds=["mastodon"]), by=lead)
    night = team.create_team("Night", by=world.member(lead.workspace, Role.OWNER))
    agent = world.member(lead.workspace)
    for member in (lead, agent):
        member.teams.add(night)
    actions.use_canned(one.pk, by=agent)
    actions.use_canned(one.pk, by=agent)
    (seen,) = queries.canned_candidates(seen_by=lead, kind="mastodon")
    assert (seen.times, seen.used_by_me) == (2, None)
    assert seen.used_by_team is not None
    assert queries.canned_candidates(seen_by=lead, kind="feed") == []


def test_a_file_is_taken_over_whole_or_not_at_all(lead: Member) -> None:
    actions.save_canned(None, written("a", text="A"), by=lead)
    actions.save_canned(None, written("b", text="B"), by=lead)
    rows = [*rows_of(seen_by=lead)[:1], Row("B", "Late", "B!"), Row("c", "C", "C")]
    with pytest.raises(Invalid, match=r"line 9: .*Nothing was taken over"):
        actions.import_canned([*rows, Row("d", "D", "{{ nobody }}", place="line 9")], by=lead)
    with pytest.raises(Invalid, match="There is no team “Moon”"):
        actions.import_canned([Row("d", "D", "D", team="Moon")], by=lead)
    assert CannedResponse.objects.count() == 2
    came = actions.import_canned(read(as_json(rows).encode()), by=lead)
    assert (came.new, came.changed, came.same) == (1, 1, 1)


def test_my_signature_stands_in_place_of_the_brands(lead: Member) -> None:
    assert sign("Well.", channel="Rail", by=lead) == "Well."
    actions.save_brand_signature("^{{ member.first_name }}", on=True, by=lead)
    assert sign("Well.", channel="Rail", by=lead) == "Well.\n\n^Lea"
    actions.save_own_signature("Lea of {{ channel.name }}", on=True, by=lead)
    assert sign("Well.", channel="Rail", by=lead) == "Well.\n\nLea of Rail"
    actions.save_own_signature("", on=False, by=lead)
    assert sign("Well.", channel="Rail", by=lead) == "Well.\n\n^Lea"
    with pytest.raises(Invalid, match="cannot be used here"):
        actions.save_own_signature("{{ person.name }}", on=True, by=lead)


def test_the_date_is_written_in_the_language_of_the_response() -> None:
    assert "." in today("de", "UTC")
    assert today("tlh", "UTC") == today("en", "UTC") == today("", "UTC")


class TestPages:
    @pytest.fixture
    def browser(self, lead: Member) -> Client:
        client = Client()
        client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def base(self, lead: Member) -> str:
        return f"/w/{lead.workspace.slug}/canned/"

    def test_one_is_written_listed_searched_copied_and_archived(
        self, lead: Member, browser: Client
    ) -> None:
        base = self.base(lead)
        wrong = browser.post(f"{base}new/", {"title": "T", "shortcut": "t", "text": "{{ x }}"})
        assert wrong.status_code == 422
        assert "There is no variable “x”" in wrong.content.decode()
        values = {"title": "Sorry", "shortcut": "late", "text": "Hi {{ person.first_name }}"}
        assert browser.post(f"{base}new/", values).status_code == 302
        one = CannedResponse.objects.get()
        assert "/late" in browser.get(f"{base}?q=sor").content.decode()
        assert "Nothing fits" in browser.get(f"{base}?q=zebra").content.decode()
        assert "late-copy" in browser.get(f"{base}new/?like={one.pk}").content.decode()
        assert browser.post(f"{base}{one.pk}/archive/").status_code == 302
        assert "/late" in browser.get(f"{base}?archived=1").content.decode()

    def test_the_preview_shows_gaps_and_faults(self, lead: Member, browser: Client) -> None:
        text = {"text": "Hi {{ person.first_name }} <b>{{ persn.name }}"}
        shown = browser.post(f"{self.base(lead)}preview/", text).content.decode()
        assert "Hi Mara &lt;b&gt;" in shown
        assert "<mark>{{ the customer’s first name? }}</mark>" in shown
        assert "Did you mean “person.name”?" in shown

    def test_files_go_out_and_come_in(self, lead: Member, browser: Client) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        base = self.base(lead)
        file = SimpleUploadedFile("c.csv", b"shortcut,title,text\nlate,Late,Sorry\n")
        came = browser.post(f"{base}import/", {"file": file}, follow=True).content.decode()
        assert "1 new, 0 changed, 0 as they were." in came
        assert b"late,Late,Sorry" in browser.get(f"{base}export/").content
        assert browser.get(f"{base}export/?as=json").json()[0]["shortcut"] == "late"
        assert "Choose a CSV" in browser.post(f"{base}import/", {}, follow=True).content.decode()

    def test_signatures_are_saved_and_refused_beside_the_field(
        self, lead: Member, browser: Client
    ) -> None:
        address = f"{self.base(lead)}signatures/"
        wrong = browser.post(address, {"whose": "own", "own-text": "", "own-on": "on"})
        assert wrong.status_code == 422
        assert "Write a signature" in wrong.content.decode()
        browser.post(address, {"whose": "brand", "brand-text": "^Rail", "brand-on": "on"})
        assert "^Rail" in browser.get(address).content.decode()
