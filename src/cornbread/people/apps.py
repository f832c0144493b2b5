from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "cornbread.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)
