"""The exercises of optimization."""
