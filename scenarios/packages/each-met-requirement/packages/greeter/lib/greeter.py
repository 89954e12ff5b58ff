import words
