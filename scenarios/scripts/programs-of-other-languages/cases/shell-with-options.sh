#!/bin/sh -eu
echo "$# arguments, $-" | tr -d i
for one; do echo "$one"; done
false
echo "not reached"
