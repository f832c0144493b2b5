from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0002_fewer_indexes")]

    operations = [
        migrations.RemoveIndex("conversation", name="conversation_mine"),
        migrations.RemoveIndex("conversation", name="conversation_assignee"),
        migrations.RemoveIndex("conversation", name="conversation_team"),
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["assignee", "status", "position", "id"],
                name="conversation_assigned",
                condition=models.Q(assignee__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["team", "status", "position", "id"],
                name="conversation_of_team",
                condition=models.Q(team__isnull=False),
            ),
        ),
    ]
