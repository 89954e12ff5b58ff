#
# python
echo "a comment comes first: $*"
