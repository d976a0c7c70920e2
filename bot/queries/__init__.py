"""The read side: typed view models for cards, Home, lists and who is on call."""
