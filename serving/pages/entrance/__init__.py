"""Coming in: the door, who asks and whether they may, signing in and out, and how an answer leaves."""
