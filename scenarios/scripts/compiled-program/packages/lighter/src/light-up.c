#include <stdio.h>

int main(int count, char **words)
{
    for (int i = 0; i < count; i++)
        puts(words[i]);
    return count == 5 ? 4 : 0;
}
