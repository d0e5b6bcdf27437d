"""Every version of the database, and the steps between them."""
