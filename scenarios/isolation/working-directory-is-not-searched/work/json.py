raise SystemExit('json of the working directory')
