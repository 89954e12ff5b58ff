#!/bin/sh
x=1 # python
echo $x
