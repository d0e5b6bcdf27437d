"""The tables of version 0001, by noun. This is history: it never changes, whatever the code does later."""
