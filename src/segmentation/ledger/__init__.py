"""The append-only record of people, decisions and events: what serving trusts, and nothing else.

Light on purpose: serving reads it, so nothing here imports pandas, scikit-learn or mlflow.
"""
