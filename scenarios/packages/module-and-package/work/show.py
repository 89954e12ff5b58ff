import os
import greeter
import greeter.polite
import single

print(os.path.dirname(greeter.polite.__file__))
print(os.path.dirname(single.__file__))
print(greeter.polite.greet() + ", " + single.NAME)
