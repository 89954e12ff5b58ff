flags='-X int_max_str_digits=7'
