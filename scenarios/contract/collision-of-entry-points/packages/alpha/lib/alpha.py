def main():
    print("alpha")
