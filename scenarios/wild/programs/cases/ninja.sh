ninja --version
