from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "cornbread.outbound"
    label = "outbound"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)
