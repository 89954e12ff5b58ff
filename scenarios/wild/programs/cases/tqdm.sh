tqdm --version
tqdm --help
