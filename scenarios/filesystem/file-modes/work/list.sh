for file in "$@"; do
  mode=plain
  [ -x "$file" ] && mode=executable
  echo "${file##*/} is $mode"
done
