"""Understanding what is said, slowly and well: a sentence embedding and a small language model,
asked in processes of their own."""
