name=-c
