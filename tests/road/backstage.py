"""Run as a program: connects an account on this machine, at a pace of its own.

    python -m tests.road.backstage OWNER_EMAIL ADDRESS TOKEN '{"sweep_s": 1}'

No page and no API sets a pace. Prints the channel's id.
"""

import json
import sys
from collections.abc import Mapping

from cornbread.config.cli.loading import load_product


def connect(email: str, address: str, token: str, pace: Mapping[str, float]) -> int:
    """Connect the account and set its pace in one transaction, so that nothing listens between."""
    from django.db import transaction

    from cornbread.channels import actions
    from cornbread.team import queries
    from tests.road.product import SLUG

    by = queries.member_by_email(SLUG, email)
    with transaction.atomic():
        values = {"address": address, "token": token}
        channel = actions.connect("mastodon", values, by=by, local=True)
        channel.settings = {**channel.settings, **pace}
        channel.save(update_fields=["settings"])
    return channel.pk


if __name__ == "__main__":
    load_product()
    print(connect(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])))
