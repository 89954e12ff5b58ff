flags='-sEB'
