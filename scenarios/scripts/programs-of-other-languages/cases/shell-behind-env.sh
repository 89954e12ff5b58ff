#!/usr/bin/env sh
echo "python is a word here: $0" | sed "s|$(dirname "$0")|FOLDER|"
