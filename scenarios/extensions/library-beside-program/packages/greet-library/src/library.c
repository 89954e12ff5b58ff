const char *greeting(void)
{
    return "good morning, everyone";
}
