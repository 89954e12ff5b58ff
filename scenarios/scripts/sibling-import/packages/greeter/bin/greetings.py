#!python
TEXT = "hello"

if __name__ == "__main__":
    print("called: " + TEXT)
