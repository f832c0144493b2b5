"""What tells, at every start, whether the keys at hand are those of this database."""

from django.db import models


class KeyCheck(models.Model):
    """One row with a known word, sealed: keys that open it are the right ones."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    canary = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="keycheck_is_one_row"),
        ]

    def __str__(self) -> str:
        return "key check"
