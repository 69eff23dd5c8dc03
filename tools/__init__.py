"""What keeps the repository's own documents up to date; nothing here is installed."""
