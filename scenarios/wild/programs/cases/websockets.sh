websockets --version
