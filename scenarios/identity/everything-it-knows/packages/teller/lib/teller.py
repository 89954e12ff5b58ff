FACTS = "facts.py"
