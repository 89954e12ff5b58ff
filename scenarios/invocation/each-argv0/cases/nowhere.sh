name=/no/such/bin/python3
