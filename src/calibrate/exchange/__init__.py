"""Floor 2: files in, checked model records out, and back. Nothing here knows the database."""
