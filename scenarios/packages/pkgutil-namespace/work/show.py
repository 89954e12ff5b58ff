import shared.alpha
import shared.beta

print(shared.alpha.NAME)
print(shared.beta.NAME)
