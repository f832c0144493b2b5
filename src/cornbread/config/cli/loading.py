"""Load the product: for commands that read or change its data."""

import gc
import os

#: New objects, less those that went, after which Python looks for circles among the young ones.
#: A batch makes tens of thousands of rows that hold no circles at all.
YOUNG = 50_000


def load_product() -> None:
    """Set Django up. Raises a Refusal when the settings, the SQLite or the keys are unusable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")
    import django

    django.setup()
    # What is loaded now stays to the end. Looking through it for garbage, again and again as
    # posts come by the thousand, would take a fifth of the time of intake.
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
