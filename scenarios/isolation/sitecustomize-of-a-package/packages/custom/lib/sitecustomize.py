print("sitecustomize of a package")
