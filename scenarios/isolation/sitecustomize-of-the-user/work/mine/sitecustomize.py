print("my sitecustomize")
