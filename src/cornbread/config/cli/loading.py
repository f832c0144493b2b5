"""Load the product: for commands that read or change its data."""

import os


def load_product() -> None:
    """Set Django up. Raises a Refusal when the settings, the SQLite or the keys are unusable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")
    import django

    django.setup()
