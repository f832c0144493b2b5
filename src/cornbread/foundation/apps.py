from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "cornbread.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lookups are known once their module is imported."""
        from cornbread.foundation import lookups  # noqa: F401
