import base64
import hashlib
from importlib.metadata import files

for file in sorted(files("greeter")):
    if file.hash is not None and ".dist-info" not in str(file):
        content = file.read_binary()
        digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest())
        same = digest.decode().rstrip("=") == file.hash.value
        print(file.name, same, int(file.size) == len(content))
