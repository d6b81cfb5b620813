"""How each kind of finding is cured: from facts to plans."""
