#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
    void *library = dlopen("libgreet-everyone.so", RTLD_NOW);
    if (!library) {
        puts("libgreet-everyone.so is not found");
        return 1;
    }
    const char *(*greeting)(void) = (const char *(*)(void))dlsym(library, "greeting");
    puts(greeting());
    return 0;
}
