"""Files that come over HTTP: received, spooled, read by the worker, and shown with all other batches."""
