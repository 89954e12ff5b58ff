#!/bin/sh
# /opt/bin/python3 and /usr/bin/env python3 are words of this comment
echo '#!/usr/bin/env python3'
