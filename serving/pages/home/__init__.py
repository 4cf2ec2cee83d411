"""The start page: what waits for who is signed in, and where every version stands."""
