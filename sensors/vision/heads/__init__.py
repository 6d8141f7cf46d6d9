"""Small linear heads on the outputs of networks, and the scripts that train them."""
