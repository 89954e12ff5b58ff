#include <stdio.h>

int main(void)
{
    puts("checked");
    return 0;
}
