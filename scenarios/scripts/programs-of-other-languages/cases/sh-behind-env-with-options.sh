#!/usr/bin/env -S sh -eu
echo "$-" | tr -d i; echo "$*"
