bandit --version
bandit --help
bandit-baseline --help
bandit-config-generator --help
