"""How well the program's answers agree with those of people."""
