print("usercustomize of a package")
