flags='-ISE'
