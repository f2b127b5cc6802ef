"""Accounts, who held what when, deputies, tokens. Roles are Django groups; the system can never sign.

An account's groups say what it holds now, and that is what every check reads. Beside them stand rows
that are added and never changed: each gift of a role and its end, each deputyship, each token.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person or a system account."""

    is_system = models.BooleanField(default=False)
    # Demonstration accounts share a published password: they open only where the settings say so.
    is_demo = models.BooleanField(default=False)

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held now, read afresh on each call."""
        return frozenset(self.groups.values_list("name", flat=True))


class RoleGrant(models.Model):
    """A role given to a person. It ends with its revocation."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]


class RoleRevocation(models.Model):
    """The end of one grant."""

    grant = models.OneToOneField(RoleGrant, on_delete=models.PROTECT, related_name="revocation")
    revoked_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)


class Deputy(models.Model):
    """Somebody stands in for a person's role, both days included (UTC), and acts in their own name."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    role = models.CharField(max_length=20)
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="deputy_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("deputy")), name="deputy_is_another"),
        ]


class DeputyWithdrawal(models.Model):
    """The early end of a deputyship."""

    deputyship = models.OneToOneField(Deputy, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)


class Token(models.Model):
    """A key to the API that acts as its person, within its scopes, until it ends. Only its hash is kept."""

    # The part that may be shown, so that a person can tell which token is meant.
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=100)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    @property
    def scope_names(self) -> frozenset[str]:
        """What it may be used for."""
        return frozenset(self.scopes.split())


class TokenRevocation(models.Model):
    """The early end of a token."""

    token = models.OneToOneField(Token, on_delete=models.PROTECT, related_name="revocation")
    revoked_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
