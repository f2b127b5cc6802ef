"""Open tabs: the pulse of the governance epoch, and the streams that carry it to every open page."""
