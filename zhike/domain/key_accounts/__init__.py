"""Key accounts: found by rule, plans with goals, review meetings, intelligence notes, competitors; need classes and their teams."""
