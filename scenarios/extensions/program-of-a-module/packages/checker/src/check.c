#include <stdio.h>

int main(int count, char **words)
{
    printf("checked %s\n", count > 1 ? words[1] : "nothing");
    return 0;
}
