from greeter import NAME
