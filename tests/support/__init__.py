"""What tests share: the tree as git sees it, and other things that more than one room needs."""
