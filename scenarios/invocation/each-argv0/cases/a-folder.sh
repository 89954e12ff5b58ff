name=/tmp
