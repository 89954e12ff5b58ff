from importlib.resources import as_file, files

words = files("greeter") / "words"
for file in sorted(words.iterdir(), key=lambda file: file.name):
    print(file.name, file.is_file(), file.read_text().strip())
with as_file(words / "hello.txt") as path:
    print(path)
