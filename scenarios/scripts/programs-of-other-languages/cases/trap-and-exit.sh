#!/bin/sh
trap 'echo "cleaned up"' EXIT
exit 7
