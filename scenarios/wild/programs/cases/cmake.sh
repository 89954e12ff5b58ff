cmake --version
cmake --help
cpack --version
cpack --help
ctest --version
ctest --help
