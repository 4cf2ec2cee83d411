"""The page of a version: what is said of it, what people note while they read it, and where it stands."""
