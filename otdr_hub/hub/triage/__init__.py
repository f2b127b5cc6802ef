"""The triage room: cases, what was found, what is claimed, who does what. Its numbers are not certified."""
