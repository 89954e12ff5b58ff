NAME = "a module without a folder"
