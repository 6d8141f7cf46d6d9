"""What the pet can do: the tree and its nodes, motions, calls, and the designers' files."""
