const char *strike(void)
{
    return "struck a match";
}
