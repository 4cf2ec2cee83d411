"""Two versions side by side: what differs, and which residents move."""
