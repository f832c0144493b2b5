"""Webhooks: any program that can sign a request hands posts in. One can only listen."""

import secrets
from collections.abc import Mapping, Sequence

from cornbread.channels.contract import Account, Connected, Field, Interest, Sender, Stream
from cornbread.channels.domain import handed_in, signing
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import HeardPost
from cornbread.foundation.errors import Invalid


class WebhookNetwork:
    """A place that speaks to us; nothing is asked of it."""

    kind = "webhook"
    name = "Webhook"
    icon = "webhook"
    summary = "A program of yours hands posts in, as signed requests. Listening only."
    capabilities = Capabilities(
        receives=True, hears_edits=True, hears_deletions=True, hears_own_posts=True
    )
    fields: Sequence[Field] = (
        Field(name="name", label="Name", help="Who sends, for example “Shop reviews”."),
    )

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """A new place to send to, with its own address and secret."""
        name = values.get("name", "").strip()
        if len(name) > 80:
            sentence = "The name has at most 80 characters."
            raise Invalid(sentence, fields={"name": sentence})
        key = secrets.token_hex(16)
        return Connected(
            name=name,
            address=key,
            external_id=key,
            secret={"signing": signing.new_secret()},
        )

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """Nothing: what there is, is sent."""
        return ()

    def sender(self, account: Account) -> Sender | None:
        """Webhooks take no answers."""
        return None

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """Not offered: nobody is there to be asked."""
        return None

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """A post as it was handed in."""
        return handed_in.reparse(raw)


network = WebhookNetwork()
