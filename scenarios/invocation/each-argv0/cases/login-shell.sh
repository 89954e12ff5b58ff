name=-python3
