"""A small language for computed values: read, checked and worked out; it knows nothing of databases.

Grammar, loosest binding first::

    formula    = and { "or" and }
    and        = not { "and" not }
    not        = "not" not | comparison
    comparison = joined [ ("=" | "<>" | "<" | "<=" | ">" | ">=") joined ]
    joined     = sum { "&" sum }
    sum        = product { ("+" | "-") product }
    product    = signed { ("*" | "/") signed }
    signed     = "-" signed | atom
    atom       = number | "text" | field | function "(" [ formula { "," formula } ] ")" | "(" formula ")"
               | "yes" | "no" | "empty"
    field      = "{" name [ "." name ] "}" | name [ "." name ]
"""
