import sys
import sysconfig

import extra

site = sysconfig.get_path("purelib")
at = sys.path.index(site)
print(sys.path[at : at + 2])
print(extra.NAME)
