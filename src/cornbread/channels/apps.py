from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "cornbread.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)
