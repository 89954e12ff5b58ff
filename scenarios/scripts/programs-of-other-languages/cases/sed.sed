#!/bin/sed -nf
# python in a comment, and a script of sed
1s/^.*$/first line: &/p
