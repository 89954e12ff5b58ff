#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    char path[PATH_MAX + 64] = "";
    char line[80] = "";
    FILE *file;

    if (readlink("/proc/self/exe", path, PATH_MAX) < 0)
        return 1;
    strcpy(strrchr(path, '/'), "/../share/greet/words.txt");
    file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) {
        puts("no words");
        return 1;
    }
    fputs(line, stdout);
    return 0;
}
