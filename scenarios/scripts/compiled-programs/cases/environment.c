#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#define _GNU_SOURCE
extern char **environ;

int main(int argc, char **argv)
{
    int count = 0;
    for (char **one = environ; *one; one++)
        if (!strncmp(*one, "PY", 2) || !strncmp(*one, "LD_", 3))
            puts(*one), count++;
    printf("%d variables of Python's or the loader's\n", count);
    return 0;
}
