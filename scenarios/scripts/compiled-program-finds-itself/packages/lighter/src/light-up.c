#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    const char *names[] = {"lighter", "matches"};
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return 1;
    char *folder = dirname(self);
    for (int i = 0; i < 2; i++) {
        char path[8192], line[100] = "not found\n";
        snprintf(path, sizeof path, "%s/../share/%s/text", folder, names[i]);
        FILE *text = fopen(path, "r");
        if (text)
            fgets(line, sizeof line, text);
        printf("%s: %s", names[i], line);
    }
    return 0;
}
