#!/usr/bin/awk -f
# A program in awk with its own arguments.
BEGIN { for (i = 1; i < ARGC; i++) print "argument", ARGV[i]; exit }
