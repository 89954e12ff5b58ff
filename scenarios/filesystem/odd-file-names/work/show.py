import os
import greeter

folder = os.path.join(os.path.dirname(greeter.__file__), "words")
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name)) as file:
        print(name + ": " + file.read().strip())
