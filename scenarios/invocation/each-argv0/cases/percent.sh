name=%s%n
