#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **words)
{
    char self[4096] = "", path[8192];
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return 1;
    snprintf(path, sizeof path, "%s/.greet-wrapped", dirname(self));
    execv(path, words);
    perror(path);
    return 1;
}
