def main():
    print("at work")
