#!/bin/sh
light_up() { echo "lit the $1"; }
LIT=yes
