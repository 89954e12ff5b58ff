flags='-bb'
