#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    puts("#!/opt/bin/python3\\n import sys; #!python");
    return 0;
}
