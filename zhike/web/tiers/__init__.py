"""The pages of value tiers: what their forms hold and what they say."""
