unset LC_ALL
