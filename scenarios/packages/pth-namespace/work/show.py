import sys

print("shared" in sys.modules)
import shared.alpha
import shared.beta

print(shared.alpha.NAME)
print(shared.beta.NAME)
print(len(shared.__path__))
