from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "cornbread.team"
    label = "team"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cornbread.foundation.outbox import load_reactions

        load_reactions(self.name)

        from cornbread.team import second_steps

        second_steps.register()
