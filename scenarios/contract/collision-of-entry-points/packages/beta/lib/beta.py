def main():
    print("beta")
