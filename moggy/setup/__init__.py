"""Set-up of a clone: the environment, the machine's packages, the models, the studio's page, and
the language model's runtime."""
