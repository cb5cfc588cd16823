"""The pages of risk: what the editor of its rules holds."""
