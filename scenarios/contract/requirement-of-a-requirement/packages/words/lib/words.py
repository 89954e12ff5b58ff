import letters
