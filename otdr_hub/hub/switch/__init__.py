"""The kill switch's page and its part of the API."""
