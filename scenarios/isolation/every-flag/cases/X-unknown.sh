flags='-X greeting=hello'
