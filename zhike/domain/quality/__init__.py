"""How complete, fresh and true the customer file is: rules, scores, overdue entries, inspections, and the course of it all."""
