"""From a fresh clone to a living cat: the environment, what is missing, the models, the page, the
language model's runtime."""
