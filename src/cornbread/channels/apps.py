from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "cornbread.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)

        from cornbread.channels import lost_access
        from cornbread.channels.models import Channel
        from cornbread.foundation.crypto import after_loss

        after_loss(Channel, lost_access.stop_listening)
