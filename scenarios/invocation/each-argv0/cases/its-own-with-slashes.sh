name="$PREFIX//bin///python$XY"
