"""The one backing service: PostgreSQL, embedded in this checkout or named by DATABASE_URL.

Plain Python, no Django, so that settings can ask for addresses and passwords while they load.
Imports run one way: errors <- home <- address, secrets <- postgres <- lock; connect, broker <- roles.
"""

from otdr_hub.cluster.address import Address
from otdr_hub.cluster.address import from_environment as address
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.lock import running
from otdr_hub.cluster.roles import ROLES, prepare
from otdr_hub.cluster.secrets import Secrets
from otdr_hub.cluster.secrets import load as load_secrets

__all__ = ["ROLES", "Address", "ClusterError", "Secrets", "address", "load_secrets", "prepare", "running"]
