"""The one business calendar: holidays, make-up workdays and office hours, by which every engine counts."""
