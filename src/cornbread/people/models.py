"""Humans, their accounts on networks, and what we remember of them."""

from django.db import models


class Person(models.Model):
    """A human, joined from identities by links that can be inspected and undone."""

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="people", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="person_newest")]

    def __str__(self) -> str:
        return self.name or f"Person {self.pk}"


class Identity(models.Model):
    """One account, address or number on one network."""

    class Linked(models.TextChoices):
        HEARD = "heard", "Heard on the network"
        BRAND = "brand", "Linked by us"

    workspace = models.ForeignKey(
        "team.Workspace",
        models.CASCADE,
        related_name="identities",
        db_index=False,
        db_constraint=False,
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="identities", db_constraint=False
    )
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300)
    name = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    avatar_url = models.CharField(max_length=1000, blank=True)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    automated = models.BooleanField(default=False)
    ours = models.BooleanField(default=False)
    linked = models.CharField(max_length=10, choices=Linked.choices, default=Linked.HEARD)
    linked_by = models.ForeignKey(
        "team.Member", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "external_id"], name="identity_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["linked_by"],
                name="identity_linked_by",
                condition=models.Q(linked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.handle


class Memory(models.Model):
    """One remembered fact or preference about a person: what, where learned, until when."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="memories")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memories")
    text = models.CharField(max_length=500)
    learned_at = models.DateTimeField()
    learned_from = models.CharField(max_length=200, blank=True)
    noted_by = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "person"], name="memory_of_person")]

    def __str__(self) -> str:
        return self.text
