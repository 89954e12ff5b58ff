flags='-X presite=facts'
