"""The prediction API from Python: typed answers, retries, and no value of a resident in what is raised."""
