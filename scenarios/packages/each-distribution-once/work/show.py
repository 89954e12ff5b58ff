from importlib.metadata import distributions, version

for one in sorted(distributions(), key=lambda one: one.metadata["Name"]):
    print(one.metadata["Name"], one.version, one.requires)
print(version("Greeter_Lib"))
