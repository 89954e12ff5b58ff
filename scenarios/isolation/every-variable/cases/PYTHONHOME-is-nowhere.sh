export PYTHONHOME=/nowhere
