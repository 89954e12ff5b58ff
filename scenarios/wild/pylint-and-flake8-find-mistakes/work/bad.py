import os, attrs
x = attrs.nothing_of_this_name
undefined
