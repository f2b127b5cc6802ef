"""Publications: the list, one of them, two compared, is a quoted code still good, corrections."""
