"$PYTHON" -m venv --without-pip "a folder"
ln -s "a folder" last
