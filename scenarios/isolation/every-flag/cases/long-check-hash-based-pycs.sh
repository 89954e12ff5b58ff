flags='--check-hash-based-pycs always'
