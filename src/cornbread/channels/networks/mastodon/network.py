"""Mastodon, and the servers that speak its API, as a network."""

from collections.abc import Mapping, Sequence

from cornbread.channels.contract import Account, Connected, Field, Interest, Stream
from cornbread.channels.domain.capabilities import Capabilities, Counting
from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.mastodon.address import instance_url
from cornbread.channels.networks.mastodon.api import Api
from cornbread.channels.networks.mastodon.connecting import connected
from cornbread.channels.networks.mastodon.home import HomeStream
from cornbread.channels.networks.mastodon.pace import Pace
from cornbread.channels.networks.mastodon.payloads import Listener, heard
from cornbread.channels.networks.mastodon.sender import MastodonSender
from cornbread.channels.networks.mastodon.watches import WatchStream
from cornbread.foundation.errors import Invalid

_WHERE_TO_FIND_IT = (
    "On your instance: Preferences, Development, New application, with the scopes read and write; "
    "then copy “Your access token”."
)


class MastodonNetwork:
    """Stateless: every stream and sender has its own connection."""

    kind = "mastodon"
    name = "Mastodon"
    icon = "brand-mastodon"
    summary = "Hears mentions, direct messages, searches and hashtags live, and answers in thread."
    capabilities = Capabilities(
        reply_public=True,
        reply_direct=True,
        favourite=True,
        boost=True,
        follow=True,
        hears_edits=True,
        hears_deletions=True,
        hears_own_posts=True,
        searches=True,
        idempotent_send=True,
        finds_sent=True,
        names_recipient=True,
        max_length=500,
        counting=Counting.MASTODON,
    )
    fields: Sequence[Field] = (
        Field(
            name="address",
            label="Instance",
            help="The address of the instance, or of the account on it.",
            placeholder="mastodon.social",
        ),
        Field(name="token", label="Access token", help=_WHERE_TO_FIND_IT, secret=True),
    )

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """Check address and token against the instance; raises Invalid or ChannelTrouble."""
        address = instance_url(values.get("address", ""), local=local)
        token = values.get("token", "").strip()
        if not token or not token.isascii() or not token.isprintable():
            sentence = "Please give the access token as the instance shows it."
            raise Invalid(sentence, fields={"token": sentence})
        return connected(Api(address, token, local=local), token)

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """The account's own stream, and one for each search term and hashtag."""
        pace = Pace.of(account.settings)
        listener = _listener(account)
        interval_s = pace.watch_interval_s(len(interests))
        watches = {
            watch.key: watch
            for watch in (
                WatchStream(interest, Api.of(account), listener, pace, interval_s=interval_s)
                for interest in interests
                if interest.kind in ("term", "tag") and interest.value.strip("# ")
            )
        }
        return (HomeStream(Api.of(account), listener, pace), *watches.values())

    def sender(self, account: Account) -> MastodonSender:
        """How to post as this account."""
        return MastodonSender(Api.of(account), account)

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """The present state of one post; None when it is gone or not for us to see."""
        raw = Api.of(account).status(external_id)
        return None if raw is None else heard(raw, _listener(account))

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """A status as it was received, read again."""
        return heard(raw, _listener(account))


def _listener(account: Account) -> Listener:
    return Listener(account_id=account.external_id, host=account.handle.partition("@")[2])
