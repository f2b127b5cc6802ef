"""The desk: what needs a person, the signing page, the scope board, publishing. Pages that write.

Whoever signs, decides or audits sees numbers here that are not certified; the verbs of the policy say
who that is. Nothing on these pages is ever kept by a cache.
"""
