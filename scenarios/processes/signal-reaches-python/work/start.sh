# The program says through the pipe when it is ready, and the shell then sends a signal.
mkfifo ready
wait-for-signal ready &
read line < ready
echo "$line"
kill -TERM $!
wait $!
echo "status $?"
