import importlib.util
import site

print(site.ENABLE_USER_SITE)
for name in "mine", "lantern":
    print(name, importlib.util.find_spec(name) is not None)
