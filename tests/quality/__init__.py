"""Goals of the pages that need no browser: colours, templates."""
