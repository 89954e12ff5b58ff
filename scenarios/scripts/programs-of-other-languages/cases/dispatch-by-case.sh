#!/bin/sh
case "$1" in one) shift; echo "one, then $*";; *) "$0" one "$@";; esac
