#!/bin/sh
cat <<END
#!python
import os
END
