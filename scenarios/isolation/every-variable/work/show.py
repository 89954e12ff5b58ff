import facts

facts.show()
