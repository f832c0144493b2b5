from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "cornbread.automation"
    label = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)
