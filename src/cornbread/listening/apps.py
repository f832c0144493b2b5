from importlib import import_module

from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "cornbread.listening"
    label = "listening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)
        import_module(f"{self.name}.volume")
