# A shell keeps its process when it executes another program in its place.
echo $$ > process
exec "$@"
