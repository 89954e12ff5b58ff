#!/bin/sh
sed -n '/^# data$/,$p' "$0"
exit
# data
#!python
