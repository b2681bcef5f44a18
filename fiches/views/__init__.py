"""Public pages: each starts from published things only."""
