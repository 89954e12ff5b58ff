flags='-X importtime'
# Times differ from run to run.
filter() { sed 's/^import time: *[0-9]* | *[0-9]* |/import time:/' | grep -v -e ' zipimport' ; }
