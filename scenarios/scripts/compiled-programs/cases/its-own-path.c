#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    puts(strrchr(path, '/') + 1);
    strcpy(strrchr(path, '/') + 1, "beside");
    printf("%d\n", access(path, R_OK));
    return 0;
}
