from importlib.metadata import files

for file in sorted(files("greeter")):
    if ".dist-info" not in str(file) and file.suffix != ".pyc":
        print(file, file.locate().is_file())
