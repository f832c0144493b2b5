"""Addresses of the team room."""

from django.urls import path

from cornbread.team.views import jobs, joining, members, start, tokens, workspace

SETTINGS = "w/<slug:slug>/settings/"
MEMBERS = f"{SETTINGS}members/"

urlpatterns = [
    path("", start.home, name="home"),
    path("welcome/", start.welcome, name="welcome"),
    path("join/<str:secret>/", joining.join, name="join"),
    path(SETTINGS, workspace.settings, name="settings"),
    path(f"{SETTINGS}change/", workspace.change, name="settings_change"),
    path(f"{SETTINGS}log/", workspace.audit, name="audit"),
    path(f"{SETTINGS}jobs/", jobs.jobs, name="failed_jobs"),
    path(f"{SETTINGS}jobs/<int:job_id>/replay/", jobs.replay, name="replay_job"),
    path(MEMBERS, members.members, name="members"),
    path(f"{MEMBERS}invite/", members.invite, name="invite"),
    path(
        f"{MEMBERS}invitations/<int:invitation_id>/revoke/",
        members.revoke_invitation,
        name="revoke_invitation",
    ),
    path(f"{MEMBERS}teams/", members.create_team, name="create_team"),
    path(f"{MEMBERS}<int:member_id>/", members.member, name="member"),
    path(f"{MEMBERS}<int:member_id>/deactivate/", members.deactivate, name="deactivate_member"),
    path(f"{MEMBERS}<int:member_id>/activate/", members.activate, name="activate_member"),
    path(f"{SETTINGS}tokens/", tokens.tokens, name="tokens"),
    path(f"{SETTINGS}tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_token"),
]
