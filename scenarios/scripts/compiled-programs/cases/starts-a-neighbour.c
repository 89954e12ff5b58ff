#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    strcpy(strrchr(path, '/') + 1, "beside");
    fflush(stdout);
    execl(path, "another name", "from", "tool", (char *)0);
    return 1;
}
