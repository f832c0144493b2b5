"""How sign-in behaves: accounts come by invitation or first-run set-up only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up on their own; a brand's inbox is not a public place."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
