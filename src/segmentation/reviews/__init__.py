"""Reviews of a version: what stands against a signature, what changed, who decides, and what is handed on."""
