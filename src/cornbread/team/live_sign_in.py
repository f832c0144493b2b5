"""Who asks for live events: found from the session cookie, as Django's own middleware would."""

from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from cornbread.foundation.errors import Refusal
from cornbread.team import queries
from cornbread.team.models import Member, User


@sync_to_async
def member_of_session(scope: MutableMapping[str, Any], slug: str) -> Member | None:
    """The member who is signed in and may read conversations here; None for everybody else."""
    close_old_connections()
    sent = [value for name, value in scope.get("headers", []) if name == b"cookie"]
    cookies = parse_cookie(b"; ".join(sent).decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    known = session.get(HASH_SESSION_KEY, "")
    if user is None or not constant_time_compare(known, user.get_session_auth_hash()):
        return None
    try:
        member = queries.member(slug, user=user)
        member.require("conversation.read")
    except Refusal:
        return None
    return member
