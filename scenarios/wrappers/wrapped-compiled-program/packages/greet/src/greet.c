#include <stdio.h>

/* What a search for Python scripts by their shebang or preamble could stumble over. */
const char *lure = "\n#!/usr/bin/python3\nimport sys;import site;import functools;\n";

int main(int count, char **words)
{
    for (int i = 1; i < count; i++)
        puts(words[i]);
    return lure[1] != '#';
}
