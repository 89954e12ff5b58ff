TEXT = "from Windows"
MORE = [	1]