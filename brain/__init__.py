"""What it means and how it feels: appraisal, fusion, affect, memory, the language model."""
