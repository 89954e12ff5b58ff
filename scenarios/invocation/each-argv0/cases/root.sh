name=/
