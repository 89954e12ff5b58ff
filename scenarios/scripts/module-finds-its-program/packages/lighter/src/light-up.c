#include <stdio.h>

int main(int count, char **words)
{
    printf("light-up, %s\n", words[count - 1]);
    return 0;
}
