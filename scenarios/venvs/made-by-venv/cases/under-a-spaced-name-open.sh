"$PYTHON" -m venv --without-pip --system-site-packages "a folder"
ln -s "a folder" last
