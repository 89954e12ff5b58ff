#!/usr/bin/make -f
.PHONY: all
one two:
	@echo python makes $@
