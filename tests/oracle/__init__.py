"""On-Time Delivery Rate a second time, written from the definition alone, to hold the engine against."""
