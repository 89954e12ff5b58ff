flags='--check-hash-based-pycs sometimes'
