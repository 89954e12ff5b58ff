light_up() { echo "lit the $1, called as $(basename "$0")"; }
