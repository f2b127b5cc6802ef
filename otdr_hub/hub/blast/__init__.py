"""The blast radius of suspect numbers: a section for any page, a page of its own, and its part of the API."""
