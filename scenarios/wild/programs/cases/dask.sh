dask --version
dask --help
