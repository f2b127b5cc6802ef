"""`make run`: database, web, worker and beat as one foreground process.

`steps` is what happens once at start, `children` what then keeps running, `guard` what cleans up
when the foreground process itself is killed, `instance` how a checkout knows that it already runs.
"""
