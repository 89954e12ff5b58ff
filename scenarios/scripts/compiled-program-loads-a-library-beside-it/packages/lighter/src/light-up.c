#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
    void *library = dlopen("libmatches.so", RTLD_NOW);
    const char *(*strike)(void) = library ? (const char *(*)(void))dlsym(library, "strike") : 0;
    puts(strike ? strike() : "no matches");
    return 0;
}
