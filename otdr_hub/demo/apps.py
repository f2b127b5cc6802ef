"""The ShopSwift demonstration, as an application of its own so that a site can leave it out."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Its command drives the same services as everybody else."""

    name = "otdr_hub.demo"
    label = "demo"
