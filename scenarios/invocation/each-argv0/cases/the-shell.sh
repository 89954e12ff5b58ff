name=/bin/sh
