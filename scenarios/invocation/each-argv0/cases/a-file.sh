name=/etc/passwd
