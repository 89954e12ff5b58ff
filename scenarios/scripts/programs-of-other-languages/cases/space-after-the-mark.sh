#! /bin/sh
echo "arguments: $*"
