#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    puts("about to end");
    return argc == 1 ? 9 : 0;
}
