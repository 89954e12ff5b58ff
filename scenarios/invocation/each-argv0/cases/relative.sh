name=./python3
